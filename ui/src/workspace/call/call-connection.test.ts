import { beforeEach, describe, expect, it } from 'vitest';
import type { CallAnswer } from '../../protocol/workspace-client.js';
import { FakeCallBrowser } from '../../testing/fake-call-browser.js';
import { FakeEnvironment, FakeStorage, settle } from '../../testing/fake-environment.js';
import { AudioChoices } from './audio-choice.js';
import { CallConnection, CONNECT_TIMEOUT_MS, MEASURE_EVERY_MS } from './call-connection.js';

describe('the media of a call', () => {
  let browser: FakeCallBrowser;
  let environment: FakeEnvironment;
  let choices: AudioChoices;
  let offers: { sdp: string; take: boolean; answer: (answer: CallAnswer) => Promise<void> }[];
  let call: CallConnection;

  beforeEach(() => {
    browser = new FakeCallBrowser();
    environment = new FakeEnvironment();
    choices = new AudioChoices(new FakeStorage());
    offers = [];
    open();
  });

  const open = (): void => {
    const sendOffer = (sdp: string, take: boolean): Promise<CallAnswer> =>
      new Promise((resolve) => {
        offers.push({
          sdp,
          take,
          answer: async (answer) => {
            resolve(answer);
            await settle();
          },
        });
      });
    call = new CallConnection('c1', sendOffer, browser.api, environment, choices);
  };
  const offered = (): string[] => offers.map(({ sdp }) => sdp);
  const answer = (sdp = 'answer'): Promise<void> | undefined => offers.at(-1)?.answer({ ok: true, sdp });
  const refuse = (code: string): Promise<void> | undefined =>
    offers.at(-1)?.answer({ ok: false, error: { code, message: '' } });
  const begin = async (): Promise<void> => {
    call.connect();
    await settle();
  };
  const establish = async (): Promise<void> => {
    await begin();
    await answer();
    browser.peer.become('connected');
  };
  const pass = async (durationMs: number): Promise<void> => {
    environment.pass(durationMs);
    await settle();
  };

  it('offers the microphone in G.711 with telephone events, and plays what the answer brings', async () => {
    await begin();
    expect(offered()).toEqual(['offer 1 of peer 1']);
    expect(browser.peer.sender?.track).toBe(browser.microphone);
    expect(browser.peer.codecs.map(({ mimeType, clockRate }) => `${mimeType}/${clockRate}`)).toEqual([
      'audio/PCMU/8000', 'audio/PCMA/8000', 'audio/telephone-event/8000',
    ]);
    await answer('from the server');
    expect(browser.peer.remoteDescription).toEqual({ type: 'answer', sdp: 'from the server' });
    expect(call.getState().phase).toBe('connecting');
    const heard = { track: browser.microphone, streams: browser.streams };
    browser.peer.ontrack?.(heard);
    browser.peer.become('connected');
    expect(browser.speakers[0]?.srcObject).toBe(browser.streams[0]);
    expect(call.getState()).toMatchObject({ phase: 'connected', problem: undefined });
  });

  it('asks for the microphone before anything is offered, and once', async () => {
    expect(await call.prepare()).toBeUndefined();
    expect(browser.peers).toEqual([]);
    await establish();
    expect(browser.asked).toHaveLength(1);
  });

  it.each([
    ['NotAllowedError', 'microphone-denied'],
    ['NotFoundError', 'microphone-missing'],
    ['NotReadableError', 'microphone-busy'],
    ['UnknownError', 'microphone-failed'],
  ])('says what to do after %s, and goes on once it is done', async (refusal, problem) => {
    browser.refusal = refusal;
    await begin();
    expect(call.getState()).toMatchObject({ phase: 'failed', problem });
    expect(offered()).toEqual([]);
    browser.refusal = undefined;
    call.retry();
    await settle();
    expect(offered()).toHaveLength(1);
    expect(call.getState()).toMatchObject({ phase: 'connecting', problem: undefined });
  });

  it('says that pages without TLS get no microphone', async () => {
    browser.isSecure = false;
    expect(await call.prepare()).toBe('insecure-page');
  });

  it.each(['disconnected', 'failed'] as const)('restarts ICE when the network is %s', async (state) => {
    await establish();
    browser.peer.become(state);
    expect(call.getState().phase).toBe('reconnecting');
    await pass(0);
    expect(offered()).toEqual(['offer 1 of peer 1', 'restart 2 of peer 1']);
    await answer();
    browser.peer.become('connected');
    expect(call.getState()).toMatchObject({ phase: 'connected', problem: undefined });
    expect(browser.peers).toHaveLength(1);
  });

  it('opens a new peer when the handshake fails, which ICE cannot mend', async () => {
    await establish();
    browser.peer.become('failed', 'connected');
    await pass(0);
    expect(offered().at(-1)).toBe('offer 1 of peer 2');
    expect(browser.peers[0]?.isClosed).toBe(true);
  });

  it('restarts ICE when the machine is on a network again, without calling a good call bad', async () => {
    await establish();
    for (const listener of browser.online) listener();
    await settle();
    expect(offered().at(-1)).toBe('restart 2 of peer 1');
    await refuse('unavailable');
    expect(call.getState().phase).toBe('connected');
    await pass(0);
    expect(offered().at(-1)).toBe('restart 3 of peer 1');
  });

  it('waits longer from one attempt to the next while the server cannot be reached', async () => {
    await begin();
    for (const [attempt, delayMs] of [0, 1_000, 2_000, 4_000].entries()) {
      expect(offers).toHaveLength(attempt + 1);
      await refuse('disconnected');
      expect(call.getState()).toMatchObject({ phase: 'connecting', problem: 'disconnected' });
      if (delayMs > 0) await pass(delayMs - 1);
      expect(offers).toHaveLength(attempt + 1);
      await pass(1);
    }
  });

  it('does not wait any longer once it is woken', async () => {
    await begin();
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await refuse('disconnected');
      await pass(attempt * 2_000);
    }
    await refuse('disconnected');
    const before = offers.length;
    call.wake();
    await settle();
    expect(offers).toHaveLength(before + 1);
  });

  it('says that the server does not answer, and ignores what it answers too late', async () => {
    await begin();
    await pass(CONNECT_TIMEOUT_MS);
    expect(call.getState()).toMatchObject({ phase: 'connecting', problem: 'no-answer' });
    await pass(0);
    await offers[0]?.answer({ ok: true, sdp: 'late' });
    expect(browser.peers.map((peer) => peer.remoteDescription)).toEqual([null, null]);
    await answer('in time');
    expect(browser.peer.remoteDescription?.sdp).toBe('in time');
  });

  it('opens a new peer after restarts in vain', async () => {
    await establish();
    browser.peer.become('disconnected');
    await pass(0);
    await answer();
    await pass(CONNECT_TIMEOUT_MS);
    expect(call.getState().problem).toBe('media-blocked');
    await pass(1_000);
    expect(offered().at(-1)).toBe('restart 3 of peer 1');
    await answer();
    await pass(CONNECT_TIMEOUT_MS + 2_000);
    expect(offered().at(-1)).toBe('offer 1 of peer 2');
  });

  it('tries again with a new peer when the answer is not understood', async () => {
    await begin();
    await answer('nonsense');
    expect(call.getState().problem).toBe('call-failed');
    await pass(0);
    expect(offered().at(-1)).toBe('offer 1 of peer 2');
  });

  it('gives up when the server refuses, until the agent tries again', async () => {
    await begin();
    await refuse('call-refused');
    expect(call.getState()).toMatchObject({ phase: 'failed', problem: 'call-refused' });
    await pass(60_000);
    expect(offers).toHaveLength(1);
    call.retry();
    await settle();
    expect(offers).toHaveLength(2);
  });

  it('closes when the server says that the contact has ended', async () => {
    await begin();
    await refuse('contact-ended');
    expect(call.getState().phase).toBe('closed');
    expect(browser.microphone.isStopped).toBe(true);
  });

  it('sends nothing of the agent while muted or while the customer is on hold', async () => {
    await establish();
    call.setMuted(true);
    call.setHeld(true);
    expect(browser.microphone.enabled).toBe(false);
    call.setHeld(false);
    expect(browser.microphone.enabled).toBe(false);
    expect(call.getState().isMuted).toBe(true);
    call.setMuted(false);
    expect(browser.microphone.enabled).toBe(true);
    call.setHeld(true);
    expect(browser.microphone.enabled).toBe(false);
  });

  it('stays muted with another microphone', async () => {
    await establish();
    const former = browser.microphone;
    call.setMuted(true);
    choices.set({ microphoneId: 'headset' });
    await call.changeMicrophone();
    expect(browser.asked.at(-1)?.deviceId).toEqual({ ideal: 'headset' });
    expect(browser.microphone).not.toBe(former);
    expect(browser.microphone.enabled).toBe(false);
    expect(browser.peer.sender?.track).toBe(browser.microphone);
    expect(former.isStopped).toBe(true);
    expect(offers).toHaveLength(1);
  });

  it('takes another microphone when the one in use is pulled out, or says that there is none', async () => {
    await establish();
    const first = browser.microphone;
    first.onended?.();
    await settle();
    expect(browser.peer.sender?.track).not.toBe(first);
    browser.refusal = 'NotFoundError';
    browser.microphone.onended?.();
    await settle();
    expect(call.getState()).toMatchObject({ phase: 'connected', problem: 'microphone-missing' });
  });

  it('plays on the loudspeaker chosen', async () => {
    choices.set({ speakerId: 'desk' });
    await establish();
    browser.peer.ontrack?.({ track: browser.microphone, streams: browser.streams });
    expect(browser.speakers[0]?.sinkId).toBe('desk');
    choices.set({ speakerId: 'headset' });
    call.changeSpeaker();
    expect(browser.speakers[0]?.sinkId).toBe('headset');
  });

  it('asks for a click where the browser plays nothing without one', async () => {
    browser.isSoundBlocked = true;
    open();
    await establish();
    browser.peer.ontrack?.({ track: browser.microphone, streams: browser.streams });
    await settle();
    expect(call.getState().isSoundBlocked).toBe(true);
    const [, speaker] = browser.speakers;
    if (speaker !== undefined) speaker.isBlocked = false;
    call.playSound();
    await settle();
    expect(call.getState().isSoundBlocked).toBe(false);
  });

  it('sends keys behind those that are still to be sent, and none without a connection', async () => {
    expect(call.sendTone('1')).toBe(false);
    await establish();
    const { sender } = browser.peer;
    if (sender !== undefined) sender.dtmf.toneBuffer = '12';
    expect(call.sendTone('#')).toBe(true);
    expect(sender?.tones).toEqual(['12#']);
    if (sender !== undefined) sender.dtmf.canInsertDTMF = false;
    expect(call.sendTone('3')).toBe(false);
  });

  it('measures the network every two seconds', async () => {
    await establish();
    browser.peer.stats = [{ type: 'inbound-rtp', kind: 'audio', packetsReceived: 100, packetsLost: 0, jitter: 0.002 }];
    await pass(MEASURE_EVERY_MS);
    expect(call.getState().network).toMatchObject({ quality: 'good', loss: 0, jitterMs: 2 });
    browser.peer.stats = [{ type: 'inbound-rtp', kind: 'audio', packetsReceived: 190, packetsLost: 10, jitter: 0.002 }];
    await pass(MEASURE_EVERY_MS);
    expect(call.getState().network).toMatchObject({ quality: 'poor', loss: 0.1 });
  });

  it('leaves the call to another page of the browser, and takes over when that one is gone', async () => {
    browser.isTakenElsewhere = true;
    await begin();
    expect(call.getState().phase).toBe('elsewhere');
    expect(browser.asked).toEqual([]);
    browser.takeOver?.();
    await settle();
    expect(call.getState().phase).toBe('connecting');
    expect(offered()).toHaveLength(1);
  });

  it('keeps off the line while another browser has the call, until the agent takes it here', async () => {
    await establish();
    call.standBack();
    expect(call.getState().phase).toBe('other-browser');
    expect(browser.peer.isClosed).toBe(true);
    expect(browser.microphone.isStopped).toBe(true);
    await pass(60_000);
    expect(offers).toHaveLength(1);
    call.takeHere();
    await settle();
    expect(offers.at(-1)).toMatchObject({ sdp: 'offer 1 of peer 2', take: true });
    // What the server said before it knew of this does not count.
    call.standBack();
    await answer();
    browser.peer.become('connected');
    expect(call.getState().phase).toBe('connected');
    call.standBack();
    expect(call.getState().phase).toBe('other-browser');
  });

  it('leaves the call to another browser that was faster', async () => {
    await begin();
    expect(offers.at(-1)?.take).toBe(false);
    await refuse('call-elsewhere');
    expect(call.getState()).toMatchObject({ phase: 'other-browser', problem: undefined });
    expect(browser.microphone.isStopped).toBe(true);
  });

  it('leaves nothing open when it is closed', async () => {
    await establish();
    call.close();
    expect(browser.microphone.isStopped).toBe(true);
    expect(browser.peer.isClosed).toBe(true);
    expect(browser.speakers[0]?.srcObject).toBeNull();
    expect(browser.claims).toBe(0);
    expect(browser.online).toEqual([]);
    await pass(60_000);
    expect(offers).toHaveLength(1);
    expect(call.getState().phase).toBe('closed');
  });

  it('stops a microphone that comes after the end', async () => {
    const prepared = call.prepare();
    await Promise.resolve();
    call.close();
    await prepared;
    await settle();
    expect(browser.streams.every(({ track }) => track.isStopped)).toBe(true);
    expect(browser.claims).toBe(0);
    expect(browser.peers).toEqual([]);
  });
});
