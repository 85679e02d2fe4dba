// @vitest-environment jsdom

import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LanguageProvider } from '../../app/language.js';
import { SessionContext } from '../../app/session.js';
import { Shell } from '../../app/Shell.js';
import { Api, type Session } from '../../protocol/api.js';
import type { ContactView } from '../../protocol/frames.js';
import { FakeCallBrowser } from '../../testing/fake-call-browser.js';
import { FakeSocket, settle } from '../../testing/fake-environment.js';
import { WorkspacePage } from '../WorkspacePage.js';
import { WorkspaceProvider } from '../WorkspaceProvider.js';
import { CallDeskProvider } from './CallDeskProvider.js';

const SESSION: Session = {
  user: { id: 'u1', username: 'ada', firstName: 'Ada', lastName: 'Lovelace' },
  instance: { id: 'i1', alias: 'demo' },
  permissions: ['BasicAgentAccess'],
  csrfToken: 'token',
  serverTime: 0,
};

const answerApi: typeof fetch = () =>
  Promise.resolve(Response.json({ quickConnects: [{ id: 'q1', name: 'Second level', kind: 'QUEUE' }] }));

/** Does something, and lets all that follows from it happen. */
function actNow(something: () => void): Promise<void> {
  return act(async () => {
    something();
    await settle();
  });
}

/** For what the page does in its own time. */
const PATIENCE = { timeout: 10_000 };

describe('the pages of a call', () => {
  let browser: FakeCallBrowser;
  let sockets: FakeSocket[];
  let root: Root;

  beforeEach(() => {
    browser = new FakeCallBrowser();
    sockets = [];
    localStorage.clear();
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
    vi.stubGlobal('WebSocket', function open(url: string) {
      const socket = new FakeSocket(url);
      sockets.push(socket);
      return socket;
    });
    vi.stubGlobal('RTCPeerConnection', function open() {
      return browser.openPeer();
    });
    vi.stubGlobal('RTCRtpReceiver', { getCapabilities: () => ({ codecs: browser.audioCodecs() }) });
    vi.stubGlobal('Audio', function open() {
      return browser.openSpeaker();
    });
    vi.stubGlobal('AudioContext', function open() {
      return browser.audio;
    });
    stubNavigator('mediaDevices', browser.mediaDevices);
    stubNavigator('userActivation', { hasBeenActive: true });
    stubNavigator('locks', {
      request: (_name: string, _options: object, callback: (lock: object) => unknown) =>
        Promise.resolve(callback({})),
    });
  });

  afterEach(async () => {
    await actNow(() => root.unmount());
    document.body.replaceChildren();
    vi.unstubAllGlobals();
  });

  const stubNavigator = (name: string, value: unknown): void => {
    Object.defineProperty(navigator, name, { value, configurable: true });
  };
  const show = async (language: 'en' | 'de', ...contacts: ContactView[]): Promise<void> => {
    localStorage.setItem('ringfence.language', language);
    const host = document.body.appendChild(document.createElement('div'));
    root = createRoot(host);
    await actNow(() =>
      root.render(
        <LanguageProvider>
          <SessionContext value={{ session: SESSION, api: new Api(answerApi), signOut: vi.fn() }}>
            <WorkspaceProvider onSignedOut={vi.fn()}>
              <CallDeskProvider>
                <Shell route={{ page: 'workspace' }}>
                  <WorkspacePage />
                </Shell>
              </CallDeskProvider>
            </WorkspaceProvider>
          </SessionContext>
        </LanguageProvider>,
      ),
    );
    await actNow(() => socket().onopen?.());
    await snapshot(...contacts);
  };
  const socket = (): FakeSocket => {
    const last = sockets.at(-1);
    if (last === undefined) throw new Error('no socket was opened');
    return last;
  };
  const receive = (frame: object): Promise<void> =>
    actNow(() => socket().receive(frame));
  const snapshot = (...contacts: ContactView[]): Promise<void> =>
    receive({
      type: 'snapshot',
      serverTime: Date.now(),
      agent: { userId: 'u1', username: 'ada', displayName: 'Ada', statuses: [] },
      contacts,
    });
  const contact = (change: Partial<ContactView> = {}): ContactView => ({
    contactId: 'c1',
    initialContactId: 'c1',
    channel: 'VOICE',
    state: 'CONNECTING',
    stateAt: Date.now(),
    initiatedAt: Date.now(),
    offerExpiresAt: Date.now() + 20_000,
    queueName: 'Billing',
    references: [],
    call: { held: false, customerAddress: '+49301234567' },
    ...change,
  });
  const live = (held = false): ContactView =>
    contact({ state: 'CONNECTED', call: { held, customerAddress: '+49301234567' } });
  const find = (id: string): HTMLElement => {
    const found = document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
    if (found === null) throw new Error(`nothing is called ${id}`);
    return found;
  };
  const isShown = (id: string): boolean => document.querySelector(`[data-testid="${id}"]`) !== null;
  const click = (element: HTMLElement): Promise<void> =>
    actNow(() => element.click());
  const press = (key: string, code = key): Promise<void> =>
    act(async () => {
      const modifiers = code === 'KeyA' || code === 'KeyD' ? { altKey: true, shiftKey: true } : {};
      window.dispatchEvent(new KeyboardEvent('keydown', { key, code, ...modifiers }));
      await settle();
    });
  const sent = (type: string) => socket().sentOf(type);
  const answerLast = (type: string, more: object = {}): Promise<void> =>
    receive({ type: 'ack', requestId: sent(type).at(-1)?.requestId, ...more });
  const refuseLast = (type: string, code: string): Promise<void> =>
    receive({ type: 'error', requestId: sent(type).at(-1)?.requestId, error: { code, message: '' } });
  const becomeConnected = async (): Promise<void> => {
    await answerLast('call.connect', { sdp: 'answer' });
    await actNow(() => browser.peer.become('connected'));
  };
  const rings = (): boolean => browser.audio.outputs > 0;

  it('ring with the number that calls, until the agent accepts', async () => {
    await show('en', contact());
    expect(find('offer').textContent).toContain('Incoming call');
    expect(find('offer').textContent).toContain('+49301234567');
    expect(rings()).toBe(true);
    await click(find('accept'));
    expect(rings()).toBe(false);
    expect(browser.streams).toHaveLength(1);
    expect(sent('contact.accept')).toMatchObject([{ contactId: 'c1' }]);
    await snapshot(live());
    expect(sent('call.connect')).toMatchObject([{ contactId: 'c1', sdp: 'offer 1 of peer 1' }]);
  });

  it('are declined by the keyboard, without a microphone', async () => {
    await show('en', contact());
    await press('D', 'KeyD');
    expect(rings()).toBe(false);
    expect(sent('contact.decline')).toMatchObject([{ contactId: 'c1' }]);
    expect(browser.asked).toEqual([]);
  });

  it('ring on where there is no microphone, and say what to do instead of accepting', async () => {
    browser.refusal = 'NotAllowedError';
    await show('en', contact());
    await click(find('accept'));
    expect(sent('contact.accept')).toEqual([]);
    expect(find('notice').textContent).toContain('This page may not use the microphone');
    expect(rings()).toBe(true);
  });

  it('close the microphone where the offer has passed to somebody else', async () => {
    await show('en', contact());
    await click(find('accept'));
    await refuseLast('contact.accept', 'offer-expired');
    expect(browser.microphone.isStopped).toBe(true);
    expect(find('notice').textContent).toContain('passed to somebody else');
  });

  it('show who is on the line and how it is going', async () => {
    await show('en', live());
    expect(find('call-address').textContent).toBe('+49301234567');
    expect(find('call-status').textContent).toBe('Connecting the sound …');
    await becomeConnected();
    expect(find('call-status').textContent).toBe('Connected');
    expect(find('call-status').getAttribute('role')).toBe('status');
    expect(find('contact-timer').textContent).toBe('0:00');
  });

  it('mute in the browser alone, and say so', async () => {
    await show('en', live());
    await becomeConnected();
    const before = socket().sent.length;
    await click(find('mute'));
    expect(browser.microphone.enabled).toBe(false);
    expect(find('mute').textContent).toBe('Unmute');
    expect(find('call-status').textContent).toContain('Muted');
    expect(socket().sent).toHaveLength(before);
    await click(find('mute'));
    expect(browser.microphone.enabled).toBe(true);
    expect(find('call-status').textContent).not.toContain('Muted');
  });

  it('hold and resume when the server says so', async () => {
    await show('en', live());
    await click(find('hold'));
    expect(sent('call.hold')).toMatchObject([{ contactId: 'c1', on: true }]);
    expect(find('call-status').textContent).not.toContain('On hold');
    await answerLast('call.hold');
    await snapshot(live(true));
    expect(find('call-status').textContent).toContain('On hold');
    expect(find('contact-item').textContent).toContain('On hold');
    expect(find('hold').textContent).toBe('Resume');
    await click(find('hold'));
    expect(sent('call.hold').at(-1)).toMatchObject({ contactId: 'c1', on: false });
  });

  it('say whether they are recorded, and pause that', async () => {
    const recorded = (recording?: 'ON' | 'PAUSED'): ContactView => contact({ state: 'CONNECTED', call: { held: false, recording } });
    await show('en', recorded());
    expect(isShown('recording')).toBe(false);
    expect(isShown('pause-recording')).toBe(false);
    await snapshot(recorded('ON'));
    expect(find('recording').textContent).toBe('Recording');
    await click(find('pause-recording'));
    expect(sent('call.pauseRecording')).toMatchObject([{ contactId: 'c1', on: true }]);
    expect(find('recording').textContent).toBe('Recording');
    await answerLast('call.pauseRecording');
    await snapshot(recorded('PAUSED'));
    expect(find('recording').textContent).toBe('Recording paused');
    await click(find('pause-recording'));
    expect(sent('call.pauseRecording').at(-1)).toMatchObject({ contactId: 'c1', on: false });
  });

  it('send keys by pointer and by keyboard', async () => {
    await show('en', live());
    await becomeConnected();
    await click(find('keypad'));
    await press('4');
    await press('#');
    await press('x');
    const star = [...document.querySelectorAll<HTMLElement>('[data-testid="key"]')].find(
      (key) => key.getAttribute('aria-label') === 'Key star',
    );
    if (star !== undefined) await click(star);
    expect(browser.peer.sender?.tones).toEqual(['4', '#', '*']);
    expect(find('keypad-sent').textContent).toBe('4#*');
  });

  it('have no keypad before there is sound', async () => {
    await show('en', live());
    expect(find('keypad').hasAttribute('disabled')).toBe(true);
  });

  it('hang up, then wrap up as chats do', async () => {
    await show('en', live());
    await click(find('end-contact'));
    expect(sent('contact.end')).toMatchObject([{ contactId: 'c1' }]);
    await snapshot(contact({ state: 'ENDED' }));
    expect(isShown('end-contact')).toBe(false);
    expect(find('call-pane').textContent).toContain('The call is over.');
    await click(find('complete-contact'));
    expect(sent('contact.complete')).toMatchObject([{ contactId: 'c1' }]);
  });

  it('are transferred by quick connect', async () => {
    await show('en', live());
    await click(find('transfer'));
    await vi.waitFor(() => find('transfer-to'), PATIENCE);
    await click(find('transfer-to'));
    expect(sent('contact.transfer')).toMatchObject([{ contactId: 'c1', quickConnectId: 'q1' }]);
    await refuseLast('contact.transfer', 'transfer-failed');
    expect(find('call-status').textContent).toContain('Connecting the sound …');
  });

  it('say in words how good the network is', async () => {
    vi.useFakeTimers();
    await show('en', live());
    await becomeConnected();
    browser.peer.stats = [
      { type: 'inbound-rtp', kind: 'audio', packetsReceived: 97, packetsLost: 3, jitter: 0.004 },
      { type: 'candidate-pair', state: 'succeeded', nominated: true, currentRoundTripTime: 0.05 },
    ];
    await act(() => vi.advanceTimersByTimeAsync(2_000));
    vi.useRealTimers();
    expect(find('network-quality').textContent).toBe('Network: fair3 % lost, 4 ms jitter, 50 ms there and back');
  });

  it('say what stands in the way, and try again when asked', async () => {
    await show('en', live());
    await refuseLast('call.connect', 'call-refused');
    expect(find('call-problem').textContent).toContain('The server cannot take the sound of this call.');
    await click(find('retry-call'));
    expect(sent('call.connect')).toHaveLength(2);
  });

  it('speak German', async () => {
    await show('de', live());
    await becomeConnected();
    const names = ['mute', 'hold', 'keypad', 'transfer', 'end-contact'].map((id) => find(id).textContent);
    expect(names).toEqual(['Stummschalten', 'Halten', 'Tastenfeld', 'Weiterleiten', 'Auflegen']);
    await snapshot(live(true));
    expect(find('call-status').textContent).toBe('VerbundenGehalten');
  });

  it('let the agent try the microphone and switch the ring off', async () => {
    browser.devices = [
      { kind: 'audioinput', deviceId: 'default', label: 'Default' },
      { kind: 'audioinput', deviceId: 'headset', label: 'Headset' },
    ];
    browser.audio.samples = 0.1;
    await show('en', contact());
    expect(rings()).toBe(true);
    await click(find('audio-settings'));
    await vi.waitFor(() => expect(Number(find('microphone-level').getAttribute('value'))).toBeCloseTo(2 / 3), PATIENCE);
    const toggle = find('ring-toggle').querySelector('input');
    if (toggle !== null) await click(toggle);
    expect(rings()).toBe(false);
    expect(localStorage.getItem('ringfence.ring')).toBe('off');
    await click(find('audio-done'));
    expect(browser.microphone.isStopped).toBe(true);
  });

  it('say in the check that there is no microphone', async () => {
    browser.refusal = 'NotFoundError';
    await show('en');
    await click(find('audio-settings'));
    expect(find('microphone-problem').textContent).toContain('There is no microphone.');
  });
});
