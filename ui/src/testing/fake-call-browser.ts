/** The browser's API for calls in the hands of a test: connections, microphones, sound. */

import type { CallBrowser } from '../workspace/call/browser.js';

export class FakeTrack {
  enabled = true;
  isStopped = false;
  onended: (() => void) | null = null;

  stop(): void {
    this.isStopped = true;
  }
}

export class FakeStream {
  readonly track = new FakeTrack();

  getTracks(): FakeTrack[] {
    return [this.track];
  }

  getAudioTracks(): FakeTrack[] {
    return [this.track];
  }
}

export class FakeSender {
  readonly tones: string[] = [];
  readonly dtmf = {
    canInsertDTMF: true,
    toneBuffer: '',
    insertDTMF: (tones: string) => {
      this.tones.push(tones);
    },
  };

  constructor(public track: FakeTrack | null) {}

  replaceTrack(track: FakeTrack | null): Promise<void> {
    this.track = track;
    return Promise.resolve();
  }
}

/** A peer whose offers are `offer 1 of peer 1`, `restart 2 of peer 1` and so on. */
export class FakePeer {
  connectionState: RTCPeerConnectionState = 'new';
  iceConnectionState: RTCIceConnectionState = 'new';
  localDescription: { sdp: string } | null = null;
  remoteDescription: { sdp: string } | null = null;
  ontrack: ((event: { track: FakeTrack; streams: FakeStream[] }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  codecs: readonly RTCRtpCodec[] = [];
  sender: FakeSender | undefined;
  stats: Record<string, unknown>[] = [];
  isClosed = false;
  #offers = 0;

  constructor(private readonly number: number) {}

  addTransceiver(track: FakeTrack): object {
    this.sender = new FakeSender(track);
    return {
      sender: this.sender,
      setCodecPreferences: (codecs: readonly RTCRtpCodec[]) => {
        this.codecs = codecs;
      },
    };
  }

  createOffer({ iceRestart }: { iceRestart: boolean }): Promise<{ sdp: string }> {
    this.#offers += 1;
    return Promise.resolve({ sdp: `${iceRestart ? 'restart' : 'offer'} ${this.#offers} of peer ${this.number}` });
  }

  setLocalDescription(description: { sdp: string }): Promise<void> {
    this.localDescription = description;
    return Promise.resolve();
  }

  setRemoteDescription(description: { sdp: string }): Promise<void> {
    if (description.sdp === 'nonsense') return Promise.reject(new TypeError('not SDP'));
    this.remoteDescription = description;
    return Promise.resolve();
  }

  getStats(): Promise<Map<number, Record<string, unknown>>> {
    return Promise.resolve(new Map(this.stats.map((entry, index) => [index, entry])));
  }

  close(): void {
    this.isClosed = true;
  }

  /** The network decides. */
  become(state: RTCPeerConnectionState, ice = state as RTCIceConnectionState): void {
    this.connectionState = state;
    this.iceConnectionState = ice;
    this.onconnectionstatechange?.();
  }
}

export class FakeSpeaker {
  srcObject: unknown = null;
  sinkId = '';
  isBlocked = false;

  play(): Promise<void> {
    if (!this.isBlocked) return Promise.resolve();
    return Promise.reject(errorOf('NotAllowedError'));
  }

  setSinkId(id: string): Promise<void> {
    this.sinkId = id;
    return Promise.resolve();
  }
}

/** Counts the tones that were begun; what is not connected is not heard. */
export class FakeAudioContext {
  readonly currentTime = 0;
  readonly destination = {};
  tones = 0;
  outputs = 0;
  isClosed = false;
  samples = 0;
  readonly #gain = { value: 0, setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined };

  createGain(): object {
    return {
      context: this,
      gain: this.#gain,
      connect: (target: object) => {
        if (target === this.destination) this.outputs += 1;
      },
      disconnect: () => {
        this.outputs -= 1;
      },
    };
  }

  createOscillator(): object {
    const start = (): void => {
      this.tones += 1;
    };
    return { frequency: { value: 0 }, connect: () => undefined, start, stop: () => undefined };
  }

  createAnalyser(): object {
    return { fftSize: 0, getFloatTimeDomainData: (into: Float32Array) => into.fill(this.samples) };
  }

  createMediaStreamSource(): object {
    return { connect: () => undefined };
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

const CODECS = [
  { mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { mimeType: 'audio/PCMA', clockRate: 8_000, channels: 1 },
  { mimeType: 'audio/PCMU', clockRate: 8_000, channels: 1 },
  { mimeType: 'audio/telephone-event', clockRate: 48_000, channels: 1 },
  { mimeType: 'audio/telephone-event', clockRate: 8_000, channels: 1 },
];

export class FakeCallBrowser {
  readonly peers: FakePeer[] = [];
  readonly streams: FakeStream[] = [];
  readonly speakers: FakeSpeaker[] = [];
  readonly audio = new FakeAudioContext();
  readonly asked: MediaTrackConstraints[] = [];
  devices: Partial<MediaDeviceInfo>[] = [];
  /** The name of the error with which the microphone is refused. */
  refusal: string | undefined;
  isSecure = true;
  isSoundBlocked = false;
  /** Set while another page has the media of every call: takes it over. */
  takeOver: (() => void) | undefined;
  isTakenElsewhere = false;
  claims = 0;
  online: (() => void)[] = [];

  /** What the code under test gets. */
  get api(): CallBrowser {
    return this as unknown as CallBrowser;
  }

  get peer(): FakePeer {
    const last = this.peers.at(-1);
    if (last === undefined) throw new Error('no peer was opened');
    return last;
  }

  get microphone(): FakeTrack {
    const last = this.streams.at(-1);
    if (last === undefined) throw new Error('no microphone was opened');
    return last.track;
  }

  get mediaDevices(): object | undefined {
    if (!this.isSecure) return undefined;
    return {
      getUserMedia: ({ audio }: { audio: MediaTrackConstraints }) => this.#openMicrophone(audio),
      enumerateDevices: () => Promise.resolve(this.devices),
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    };
  }

  openPeer(): FakePeer {
    const peer = new FakePeer(this.peers.length + 1);
    this.peers.push(peer);
    return peer;
  }

  audioCodecs(): object[] {
    return CODECS;
  }

  openSpeaker(): FakeSpeaker {
    const speaker = new FakeSpeaker();
    speaker.isBlocked = this.isSoundBlocked;
    this.speakers.push(speaker);
    return speaker;
  }

  openAudioContext(): FakeAudioContext {
    return this.audio;
  }

  claimCall(_contactId: string, signal: AbortSignal, onWait: () => void): Promise<(() => void) | undefined> {
    const claim = (): (() => void) => {
      this.claims += 1;
      return () => {
        this.claims -= 1;
      };
    };
    if (!this.isTakenElsewhere) return Promise.resolve(claim());
    onWait();
    return new Promise((claimed) => {
      this.takeOver = () => claimed(claim());
      signal.addEventListener('abort', () => claimed(undefined));
    });
  }

  onOnline(listener: () => void): () => void {
    this.online.push(listener);
    return () => {
      this.online = this.online.filter((other) => other !== listener);
    };
  }

  #openMicrophone(audio: MediaTrackConstraints): Promise<FakeStream> {
    this.asked.push(audio);
    if (this.refusal !== undefined) return Promise.reject(errorOf(this.refusal));
    const stream = new FakeStream();
    this.streams.push(stream);
    return Promise.resolve(stream);
  }
}

function errorOf(name: string): Error {
  return Object.assign(new Error('refused'), { name });
}
