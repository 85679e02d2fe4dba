/** The media of one call: microphone out, customer in, over whatever network there is right now. */

import { reconnectDelayMs } from '../../protocol/backoff.js';
import type { Environment, TimerId } from '../../protocol/environment.js';
import type { CallAnswer } from '../../protocol/workspace-client.js';
import type { AudioChoices } from './audio-choice.js';
import { playOn, type CallBrowser } from './browser.js';
import { openMicrophone, stopStream } from './microphone.js';
import { measure, type NetworkQuality, type PacketCount } from './quality.js';

export type CallPhase =
  /** The microphone is being asked for; nothing is sent yet. */
  | 'preparing'
  /** Another page of this browser has the media. */
  | 'elsewhere'
  /** Another browser of the agent has the media, until the agent takes the call here. */
  | 'other-browser'
  | 'connecting'
  | 'connected'
  /** It was connected; the network is being tried again. */
  | 'reconnecting'
  /** Nothing more happens by itself: the agent has to do something, then `retry`. */
  | 'failed'
  | 'closed';

export interface CallState {
  phase: CallPhase;
  /** What stands in the way: a code with a text of its own. */
  problem: string | undefined;
  isMuted: boolean;
  /** The browser plays nothing before the agent has touched the page. */
  isSoundBlocked: boolean;
  network: NetworkQuality | undefined;
}

/** The keys of a telephone. */
export const TONES = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;
export type Tone = (typeof TONES)[number];

/** Without media for this long after an offer, the next one is made. */
export const CONNECT_TIMEOUT_MS = 10_000;
export const MEASURE_EVERY_MS = 2_000;
/** After so many restarts of ICE in vain a new peer is tried: the server may know nothing of the old one. */
export const RESTARTS_MAX = 2;
const TONE_MS = 120;
const TONE_GAP_MS = 80;

/** What is offered: all that telephones understand without transcoding. */
const CODECS = ['audio/pcmu', 'audio/pcma', 'audio/telephone-event'] as const;
const TELEPHONE_HZ = 8_000;

/** Refusals that pass: the same again, later. */
const PASSING_CODES: ReadonlySet<string> = new Set(['disconnected', 'unavailable', 'throttled', 'wrong-state']);

type Offer = 'new-peer' | 'ice-restart';

export class CallConnection {
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  readonly #speaker: HTMLAudioElement;
  readonly #stopWatchingNetwork: () => void;
  #state: CallState = {
    phase: 'preparing',
    problem: undefined,
    isMuted: false,
    isSoundBlocked: false,
    network: undefined,
  };
  #letGo: (() => void) | undefined;
  #preparation: Promise<string | undefined> | undefined;
  #microphone: MediaStream | undefined;
  /** Counts changes of microphone: only the last one asked for is used. */
  #microphoneRequests = 0;
  #peer: RTCPeerConnection | undefined;
  #sender: RTCRtpSender | undefined;
  #isWanted = false;
  /** The agent wants the call here, whichever browser has it. */
  #isTaking = false;
  #isHeld = false;
  #wasConnected = false;
  /** Counts offers: answers to former ones come too late. */
  #offers = 0;
  #attempt = 0;
  #restartsInVain = 0;
  #timer: TimerId | undefined;
  #meter: TimerId | undefined;
  #packets: PacketCount = { received: 0, lost: 0 };

  constructor(
    readonly contactId: string,
    private readonly sendOffer: (sdp: string, take: boolean) => Promise<CallAnswer>,
    private readonly browser: CallBrowser,
    private readonly environment: Environment,
    private readonly choices: AudioChoices,
  ) {
    this.#speaker = browser.openSpeaker();
    this.#stopWatchingNetwork = browser.onOnline(() => this.wake());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): CallState => this.#state;

  /** Gets the microphone before the call is accepted; the code of what stands in the way. */
  prepare(): Promise<string | undefined> {
    this.#preparation ??= this.#prepare().then((problem) => {
      if (problem !== undefined) this.#preparation = undefined;
      return problem;
    });
    return this.#preparation;
  }

  /** The call is live: offers its media. */
  connect(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    void this.#begin();
  }

  /** The agent has done something about what stood in the way. */
  retry(): void {
    if (this.#state.phase !== 'failed') return;
    this.#attempt = 0;
    void this.#begin();
  }

  /** Another browser of the agent has the call: this one keeps off the line. */
  standBack(): void {
    if (this.#isTaking || this.#isClosed || this.#state.phase === 'other-browser') return;
    // Answers to what was offered here come too late.
    this.#offers += 1;
    this.#isWanted = false;
    this.#preparation = undefined;
    this.#microphoneRequests += 1;
    this.#clearTimer();
    this.#closePeer();
    if (this.#microphone !== undefined) stopStream(this.#microphone);
    this.#microphone = undefined;
    this.#update({ phase: 'other-browser', problem: undefined, network: undefined });
  }

  /** The agent takes the call from the other browser. */
  takeHere(): void {
    if (this.#state.phase !== 'other-browser') return;
    this.#isTaking = true;
    this.#attempt = 0;
    this.connect();
  }

  /** The network has changed, or the server can be reached again: do not wait for the next attempt. */
  wake(): void {
    if (!this.#isWanted || this.#microphone === undefined || this.#state.phase === 'failed') return;
    this.#attempt = 0;
    void this.#offer(this.#isRestartable ? 'ice-restart' : 'new-peer');
  }

  setMuted(isMuted: boolean): void {
    this.#update({ isMuted });
    this.#openOrCloseMicrophone();
  }

  /** The server keeps the customer from hearing the agent; the page does not send it in the first place. */
  setHeld(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#openOrCloseMicrophone();
  }

  /** Sends a key; false where the call cannot take any right now. */
  sendTone(tone: Tone): boolean {
    const sender = this.#sender?.dtmf;
    if (sender?.canInsertDTMF !== true) return false;
    // What is there still to be sent goes first.
    sender.insertDTMF(sender.toneBuffer + tone, TONE_MS, TONE_GAP_MS);
    return true;
  }

  /** Takes the microphone that is chosen now. */
  async changeMicrophone(): Promise<void> {
    if (this.#microphone === undefined) {
      this.retry();
      return;
    }
    const problem = await this.#openMicrophone();
    // Of a connected call nothing else is a problem.
    if (problem !== undefined || this.#state.phase === 'connected') this.#update({ problem });
  }

  changeSpeaker(): void {
    playOn(this.#speaker, this.choices.get().speakerId);
  }

  playSound(): void {
    this.#speaker.play().then(
      () => this.#update({ isSoundBlocked: false }),
      (error: unknown) => {
        if (error instanceof Error && error.name === 'NotAllowedError') this.#update({ isSoundBlocked: true });
      },
    );
  }

  close(): void {
    if (this.#isClosed) return;
    this.#update({ phase: 'closed', problem: undefined, network: undefined });
    this.#closing.abort();
    this.#stopWatchingNetwork();
    this.#clearTimer();
    this.#closePeer();
    if (this.#microphone !== undefined) stopStream(this.#microphone);
    this.#microphone = undefined;
    this.#speaker.srcObject = null;
    this.#letGo?.();
    this.#letGo = undefined;
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #prepare(): Promise<string | undefined> {
    if (this.#letGo === undefined) {
      const letGo = await this.browser.claimCall(this.contactId, this.#closing.signal, () =>
        this.#update({ phase: 'elsewhere' }),
      );
      if (this.#isClosed) letGo?.();
      else this.#letGo = letGo;
      if (this.#state.phase === 'elsewhere') this.#update({ phase: 'connecting' });
    }
    if (this.#isClosed) return 'contact-ended';
    return this.#openMicrophone();
  }

  async #begin(): Promise<void> {
    this.#update({ phase: 'connecting', problem: undefined });
    const problem = await this.prepare();
    if (this.#isClosed) return;
    if (problem !== undefined) this.#update({ phase: 'failed', problem });
    else await this.#offer('new-peer');
  }

  async #openMicrophone(): Promise<string | undefined> {
    const request = ++this.#microphoneRequests;
    const opened = await openMicrophone(this.browser, this.choices.get());
    if (!opened.ok) return opened.problem;
    if (this.#isClosed || request !== this.#microphoneRequests) {
      stopStream(opened.stream);
      return undefined;
    }
    const former = this.#microphone;
    this.#microphone = opened.stream;
    this.#openOrCloseMicrophone();
    const track = this.#track;
    // Pulled out in the middle of a call: another one, if there is any.
    if (track !== undefined) track.onended = () => void this.changeMicrophone();
    // A peer that was closed meanwhile takes none; the next one is opened with it.
    await this.#sender?.replaceTrack(track ?? null).catch(() => undefined);
    if (former !== undefined) stopStream(former);
    return undefined;
  }

  get #track(): MediaStreamTrack | undefined {
    return this.#microphone?.getAudioTracks()[0];
  }

  #openOrCloseMicrophone(): void {
    const track = this.#track;
    if (track !== undefined) track.enabled = !this.#state.isMuted && !this.#isHeld;
  }

  #openPeer(): RTCPeerConnection {
    this.#closePeer();
    const peer = this.browser.openPeer();
    this.#peer = peer;
    this.#packets = { received: 0, lost: 0 };
    const transceiver = peer.addTransceiver(this.#track ?? 'audio', { direction: 'sendrecv' });
    this.#sender = transceiver.sender;
    preferTelephone(transceiver, this.browser.audioCodecs());
    peer.ontrack = ({ track, streams }) => {
      this.#speaker.srcObject = streams[0] ?? new MediaStream([track]);
      this.changeSpeaker();
      this.playSound();
    };
    peer.onconnectionstatechange = () => this.#peerChanged(peer);
    this.#meter = this.environment.every(MEASURE_EVERY_MS, () => void this.#measure(peer));
    return peer;
  }

  #closePeer(): void {
    if (this.#meter !== undefined) this.environment.clear(this.#meter);
    this.#meter = undefined;
    this.#sender = undefined;
    if (this.#peer === undefined) return;
    this.#peer.ontrack = this.#peer.onconnectionstatechange = null;
    this.#peer.close();
    this.#peer = undefined;
  }

  async #offer(kind: Offer): Promise<void> {
    const number = ++this.#offers;
    const isCurrent = (): boolean => number === this.#offers && !this.#isClosed;
    this.#waitThen(CONNECT_TIMEOUT_MS, () => this.#timedOut('no-answer'));
    try {
      const peer = kind === 'new-peer' ? this.#openPeer() : (this.#peer ?? this.#openPeer());
      // Without waiting for candidates: the server learns this side's address from the first check.
      await peer.setLocalDescription(await peer.createOffer({ iceRestart: kind === 'ice-restart' }));
      if (!isCurrent()) return;
      const answer = await this.sendOffer(peer.localDescription?.sdp ?? '', this.#isTaking);
      if (!isCurrent()) return;
      if (answer.ok) this.#isTaking = false;
      if (!answer.ok) {
        this.#refused(answer.error.code);
        return;
      }
      await peer.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
      if (!isCurrent()) return;
      this.#waitThen(CONNECT_TIMEOUT_MS, () => this.#timedOut('media-blocked'));
      // Where the former path held, nothing changes that the peer would tell of.
      if (peer.connectionState === 'connected') this.#peerChanged(peer);
    } catch {
      // The browser does not understand the answer, or the peer is in no state for an offer.
      if (!isCurrent()) return;
      this.#closePeer();
      this.#tryAgain('call-failed');
    }
  }

  #refused(code: string): void {
    if (code === 'contact-ended') {
      this.close();
    } else if (code === 'call-elsewhere') {
      this.standBack();
    } else if (PASSING_CODES.has(code)) {
      this.#tryAgain(code);
    } else {
      this.#clearTimer();
      this.#closePeer();
      this.#update({ phase: 'failed', problem: code, network: undefined });
    }
  }

  #peerChanged(peer: RTCPeerConnection): void {
    switch (peer.connectionState) {
      case 'connected':
        this.#clearTimer();
        this.#attempt = 0;
        this.#restartsInVain = 0;
        this.#wasConnected = true;
        this.#update({ phase: 'connected', problem: undefined });
        return;
      case 'failed':
        // Not the network but the handshake: ICE has nothing to restart.
        if (peer.iceConnectionState !== 'failed') this.#closePeer();
        this.#tryAgain('media-blocked');
        return;
      case 'disconnected':
        this.#tryAgain(undefined);
        return;
      default:
        return;
    }
  }

  /** Whether the peer can go on: the server has answered it once, and restarts have not been in vain. */
  get #isRestartable(): boolean {
    const peer = this.#peer;
    if (peer === undefined || peer.remoteDescription === null) return false;
    return peer.connectionState === 'connected' || this.#restartsInVain < RESTARTS_MAX;
  }

  #timedOut(problem: 'no-answer' | 'media-blocked'): void {
    this.#restartsInVain += 1;
    this.#tryAgain(problem);
  }

  /** Makes the next offer: at once at first, then after growing delays. */
  #tryAgain(problem: string | undefined): void {
    // An answer to what was offered before would be taken for one to what comes now.
    this.#offers += 1;
    const delay = reconnectDelayMs(this.#attempt, () => this.environment.random());
    this.#attempt += 1;
    this.#waitThen(delay, () => void this.#offer(this.#isRestartable ? 'ice-restart' : 'new-peer'));
    // A change of network that did no harm: the former path carries on.
    if (this.#peer?.connectionState === 'connected') return;
    this.#update({ phase: this.#wasConnected ? 'reconnecting' : 'connecting', problem, network: undefined });
  }

  async #measure(peer: RTCPeerConnection): Promise<void> {
    // A peer that is closed meanwhile has none to give.
    const report = await peer.getStats().catch(() => undefined);
    if (report === undefined || peer !== this.#peer || this.#state.phase !== 'connected') return;
    const { count, network } = measure(report, this.#packets);
    this.#packets = count;
    this.#update({ network });
  }

  #waitThen(delayMs: number, then: () => void): void {
    this.#clearTimer();
    this.#timer = this.environment.after(delayMs, then);
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.environment.clear(this.#timer);
    this.#timer = undefined;
  }

  #update(change: Partial<CallState>): void {
    if (this.#state.phase === 'closed') return;
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function preferTelephone(transceiver: RTCRtpTransceiver, codecs: readonly RTCRtpCodec[]): void {
  const wanted = CODECS.flatMap((name) =>
    codecs.filter((codec) => codec.mimeType.toLowerCase() === name && codec.clockRate === TELEPHONE_HZ),
  );
  if (wanted.length > 0) transceiver.setCodecPreferences(wanted);
}
