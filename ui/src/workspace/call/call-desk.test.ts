import { beforeEach, describe, expect, it } from 'vitest';
import type { ContactView } from '../../protocol/frames.js';
import { WorkspaceClient } from '../../protocol/workspace-client.js';
import { FakeCallBrowser } from '../../testing/fake-call-browser.js';
import { FakeEnvironment, FakeStorage, settle } from '../../testing/fake-environment.js';
import { CallDesk } from './call-desk.js';
import { RING_EVERY_MS } from './ringer.js';

describe('the calls of an agent', () => {
  let environment: FakeEnvironment;
  let browser: FakeCallBrowser;
  let client: WorkspaceClient;
  let storage: FakeStorage;
  let desk: CallDesk;

  beforeEach(() => {
    environment = new FakeEnvironment();
    browser = new FakeCallBrowser();
    storage = new FakeStorage();
    client = new WorkspaceClient('wss://test', 'u1', environment, new FakeStorage());
    desk = new CallDesk(client, browser.api, environment, storage);
    client.start();
    desk.start();
    environment.socket.onopen?.();
  });

  const contact = (change: Partial<ContactView> = {}): ContactView => ({
    contactId: 'c1',
    initialContactId: 'c1',
    channel: 'VOICE',
    state: 'CONNECTING',
    stateAt: environment.time,
    initiatedAt: environment.time,
    offerExpiresAt: environment.time + 20_000,
    references: [],
    call: { held: false },
    ...change,
  });
  const snapshot = async (...contacts: ContactView[]): Promise<void> => {
    environment.socket.receive({
      type: 'snapshot',
      serverTime: environment.time,
      agent: { userId: 'u1', username: 'ada', displayName: 'Ada', statuses: [] },
      contacts,
    });
    await settle();
  };
  const rings = (): boolean => browser.audio.outputs > 0;
  const offers = () => environment.socket.sentOf('call.connect');

  it('ring again and again while they are offered', async () => {
    await snapshot(contact());
    const once = browser.audio.tones;
    expect(once).toBeGreaterThan(0);
    environment.pass(2 * RING_EVERY_MS);
    expect(browser.audio.tones).toBe(3 * once);
    expect(rings()).toBe(true);
  });

  it('stop ringing as soon as they are answered, and ring again where the answer is not taken', async () => {
    await snapshot(contact());
    desk.answer('c1');
    expect(rings()).toBe(false);
    await snapshot(contact());
    expect(rings()).toBe(false);
    desk.takeBack('c1');
    expect(rings()).toBe(true);
  });

  it('stop ringing when the offer leaves', async () => {
    await snapshot(contact());
    await snapshot();
    expect(rings()).toBe(false);
  });

  it('stop ringing when the offer expires, also while the server cannot be reached', async () => {
    await snapshot(contact());
    environment.socket.fail();
    environment.pass(19_000);
    expect(rings()).toBe(true);
    environment.pass(1_000);
    expect(rings()).toBe(false);
  });

  it('are silent where the agent has switched the ring off', async () => {
    await snapshot(contact());
    desk.choices.set({ isRingOn: false });
    expect(rings()).toBe(false);
    expect(new CallDesk(client, browser.api, environment, storage).choices.get().isRingOn).toBe(false);
    desk.choices.set({ isRingOn: true });
    expect(rings()).toBe(true);
  });

  it('do not ring for other channels', async () => {
    await snapshot(contact({ channel: 'CHAT' }));
    expect(rings()).toBe(false);
  });

  it('offer their media once they are connected, with the microphone got before', async () => {
    await snapshot(contact());
    expect(await desk.prepare('c1')).toBeUndefined();
    expect(offers()).toEqual([]);
    await snapshot(contact({ state: 'CONNECTED' }));
    expect(offers()).toMatchObject([{ contactId: 'c1', sdp: 'offer 1 of peer 1' }]);
    expect(browser.asked).toHaveLength(1);
    await snapshot(contact({ state: 'CONNECTED' }));
    expect(offers()).toHaveLength(1);
  });

  it('use the answer of the server', async () => {
    await snapshot(contact({ state: 'CONNECTED' }));
    environment.socket.receive({ type: 'ack', requestId: offers()[0]?.requestId, sdp: 'the answer' });
    await settle();
    expect(browser.peer.remoteDescription?.sdp).toBe('the answer');
  });

  it('are connected by themselves when they were accepted without the agent, who hears it', async () => {
    await snapshot(contact({ state: 'CONNECTED' }));
    expect(browser.audio.tones).toBe(1);
    expect(offers()).toHaveLength(1);
  });

  it('are left to another browser of the agent that has them', async () => {
    await snapshot(contact({ state: 'CONNECTED', call: { held: false, media: 'ELSEWHERE' } }));
    expect(offers()).toEqual([]);
    expect(browser.audio.tones).toBe(0);
    expect(desk.call('c1')?.getState().phase).toBe('other-browser');
    desk.call('c1')?.takeHere();
    await settle();
    expect(offers()).toMatchObject([{ contactId: 'c1', take: true }]);
  });

  it('are given up when another browser takes them', async () => {
    await snapshot(contact({ state: 'CONNECTED', call: { held: false, media: 'HERE' } }));
    expect(offers()).toHaveLength(1);
    await snapshot(contact({ state: 'CONNECTED', call: { held: false, media: 'ELSEWHERE' } }));
    expect(browser.peer.isClosed).toBe(true);
    expect(desk.call('c1')?.getState().phase).toBe('other-browser');
  });

  it('keep the microphone closed while the server says that the customer is on hold', async () => {
    await snapshot(contact({ state: 'CONNECTED' }));
    await snapshot(contact({ state: 'CONNECTED', call: { held: true } }));
    expect(browser.microphone.enabled).toBe(false);
    await snapshot(contact({ state: 'CONNECTED' }));
    expect(browser.microphone.enabled).toBe(true);
  });

  it.each(['ENDED', 'ERROR', 'MISSED'] as const)('are closed once the contact is %s', async (state) => {
    await snapshot(contact({ state: 'CONNECTED' }));
    await snapshot(contact({ state }));
    expect(browser.peer.isClosed).toBe(true);
    expect(browser.microphone.isStopped).toBe(true);
    expect(desk.call('c1')).toBeUndefined();
  });

  it('go on while the socket is broken, and are closed for who has signed out', async () => {
    await snapshot(contact({ state: 'CONNECTED' }));
    environment.socket.fail();
    expect(browser.peer.isClosed).toBe(false);
    client.stop('signed-out');
    expect(browser.peer.isClosed).toBe(true);
  });

  it('do not wait for the next attempt once the server can be reached again', async () => {
    await snapshot(contact({ state: 'CONNECTED' }));
    environment.socket.receive({ type: 'ack', requestId: offers()[0]?.requestId, sdp: 'the answer' });
    await settle();
    browser.peer.become('connected');
    environment.socket.fail();
    browser.peer.become('disconnected');
    for (let second = 0; second < 4; second += 1) {
      environment.pass(250);
      await settle();
    }
    environment.socket.onopen?.();
    await snapshot(contact({ state: 'CONNECTED' }));
    expect(offers().at(-1)?.sdp).toContain('restart');
  });

  it('give the microphone back when accepting came too late', async () => {
    await snapshot(contact());
    await desk.prepare('c1');
    await snapshot();
    desk.takeBack('c1');
    expect(browser.microphone.isStopped).toBe(true);
  });

  it('change devices with the choice', async () => {
    await snapshot(contact({ state: 'CONNECTED' }));
    desk.choices.set({ microphoneId: 'headset', speakerId: 'desk' });
    await settle();
    expect(browser.asked.at(-1)?.deviceId).toEqual({ ideal: 'headset' });
    expect(browser.speakers[0]?.sinkId).toBe('desk');
  });
});
