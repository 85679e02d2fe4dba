// @vitest-environment jsdom

import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LanguageProvider } from '../app/language.js';
import { SessionContext } from '../app/session.js';
import { Api, type ContactDetail, type Recording, type RecordingOverview, type Session } from '../protocol/api.js';
import { settle } from '../testing/fake-environment.js';
import { ContactPage } from './ContactPage.js';

/** For what the page does in its own time. */
const PATIENCE = { timeout: 10_000 };

const DETAIL: ContactDetail = {
  record: {
    contactId: 'c1',
    initialContactId: 'c1',
    channel: 'VOICE',
    initiationMethod: 'INBOUND',
    initiatedAt: 0,
    agentConnectionAttempts: 1,
    references: [],
    tags: {},
  },
  timeline: [],
  timelineTruncated: false,
  transcriptPermitted: false,
};

const recording = (change: Partial<Recording> = {}): Recording => ({
  recordingId: 'r1',
  part: 'AGENT',
  state: 'COMPLETE',
  startedAt: 0,
  endedAt: 65_000,
  lengthMs: 65_000,
  gaps: 0,
  ...change,
});

const overview = (change: Partial<RecordingOverview> = {}): RecordingOverview => ({
  recording: recording(),
  url: 'https://files.example/recording/first',
  expiresAt: Date.now() + 60_000,
  customer: [0, 100, 255],
  agent: [255, 0, 0],
  marks: [
    { atMs: 20_000, kind: 'PAUSED' },
    { atMs: 30_000, kind: 'RESUMED' },
  ],
  ...change,
});

describe('recordings of a call', () => {
  let root: Root;
  let asked: string[];
  let answers: Map<string, unknown>;
  const play = vi.fn(() => Promise.resolve());
  const pause = vi.fn();

  beforeEach(() => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
    vi.spyOn(HTMLMediaElement.prototype, 'play').mockImplementation(play);
    vi.spyOn(HTMLMediaElement.prototype, 'pause').mockImplementation(pause);
    asked = [];
    answers = new Map<string, unknown>([
      ['/api/contacts/c1', DETAIL],
      ['/api/contacts/c1/recordings', { recordings: [recording()], downloadPermitted: false }],
      ['/api/contacts/c1/recordings/r1', overview()],
    ]);
  });

  afterEach(async () => {
    await act(async () => {
      root.unmount();
      await settle();
    });
    document.body.replaceChildren();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    play.mockClear();
  });

  const find = (id: string): HTMLElement => {
    const found = document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
    if (found === null) throw new Error(`nothing is called ${id}`);
    return found;
  };
  const isShown = (id: string): boolean => document.querySelector(`[data-testid="${id}"]`) !== null;
  const appears = (id: string): Promise<void> => vi.waitFor(() => expect(isShown(id)).toBe(true), PATIENCE);
  const doNow = (what: () => void): Promise<void> =>
    act(async () => {
      what();
      await settle();
    });
  const show = async (permissions: string[], language: 'en' | 'de' = 'en'): Promise<void> => {
    localStorage.setItem('ringfence.language', language);
    const api = new Api((path) => {
      const url = typeof path === 'string' ? path : '';
      asked.push(url);
      return Promise.resolve(Response.json(answers.get(url)));
    });
    root = createRoot(document.body.appendChild(document.createElement('div')));
    await doNow(() =>
      root.render(
        <LanguageProvider>
          <SessionContext value={{ session: { permissions } as unknown as Session, api, signOut: vi.fn() }}>
            <ContactPage contactId="c1" />
          </SessionContext>
        </LanguageProvider>,
      ),
    );
    await appears('contact-record');
  };
  const listen = async (): Promise<HTMLAudioElement> => {
    await appears('listen');
    await doNow(() => find('listen').click());
    await appears('player');
    const audio = document.querySelector('audio');
    if (audio === null) throw new Error('no player');
    return audio;
  };

  it('are not asked for by somebody who may not hear them', async () => {
    await show(['ContactSearch.View']);
    expect(isShown('recordings')).toBe(false);
    expect(asked).toEqual(['/api/contacts/c1']);
  });

  it('are fetched only when somebody wants to hear them', async () => {
    await show(['ListenCallRecordings']);
    await appears('listen');
    expect(asked).not.toContain('/api/contacts/c1/recordings/r1');
    const audio = await listen();
    expect(asked).toContain('/api/contacts/c1/recordings/r1');
    expect(audio.getAttribute('src')).toBe('https://files.example/recording/first');
    expect(audio.getAttribute('preload')).toBe('none');
  });

  it('name their channels and show where they were paused', async () => {
    await show(['ListenCallRecordings']);
    await listen();
    const player = find('player');
    expect(player.getAttribute('aria-label')).toBe('Player: With the agent');
    expect(player.textContent).toContain('CustomerAgent');
    expect(find('pauses').textContent).toBe('Paused once: 0:20–0:30');
    expect(document.querySelectorAll('.rf-wave-paused')).toHaveLength(1);
  });

  it('skip, seek, and play at another speed', async () => {
    await show(['ListenCallRecordings']);
    const audio = await listen();
    await doNow(() => find('play').click());
    expect(play).toHaveBeenCalledOnce();
    await doNow(() => find('skip-forward').click());
    expect(audio.currentTime).toBe(10);
    expect(find('player-time').textContent).toBe('0:10 / 1:05');
    await doNow(() => find('skip-back').click());
    await doNow(() => find('skip-back').click());
    expect(audio.currentTime).toBe(0);
    const speed = find('speed') as HTMLSelectElement;
    await doNow(() => {
      speed.value = '1.5';
      speed.dispatchEvent(new Event('change', { bubbles: true }));
    });
    expect(audio.playbackRate).toBe(1.5);
  });

  it('get a new address when the old one has expired, and go on where they were', async () => {
    answers.set('/api/contacts/c1/recordings/r1', overview({ expiresAt: Date.now() - 1 }));
    await show(['ListenCallRecordings']);
    const audio = await listen();
    await doNow(() => find('skip-forward').click());
    answers.set('/api/contacts/c1/recordings/r1', overview({ url: 'https://files.example/recording/second' }));
    await doNow(() => audio.dispatchEvent(new Event('error')));
    await vi.waitFor(() => expect(audio.getAttribute('src')).toBe('https://files.example/recording/second'), PATIENCE);
    expect(audio.currentTime).toBe(10);
    await doNow(() => audio.dispatchEvent(new Event('error')));
    expect(document.querySelector('[role="alert"]')?.textContent).toContain('cannot be played');
  });

  it('can be saved only where that is permitted', async () => {
    await show(['ListenCallRecordings']);
    await appears('listen');
    expect(isShown('save-recording')).toBe(false);
    await doNow(() => root.unmount());
    answers.set('/api/contacts/c1/recordings', { recordings: [recording()], downloadPermitted: true });
    await show(['ListenCallRecordings']);
    await appears('save-recording');
  });

  it('say in German how they ended, and wait for the end of those that go on', async () => {
    const recordings = [
      recording({ recordingId: 'r0', part: 'IVR', state: 'CUT_OFF', gaps: 2 }),
      recording({ state: 'OPEN' }),
    ];
    answers.set('/api/contacts/c1/recordings', { recordings, downloadPermitted: true });
    await show(['ListenCallRecordings'], 'de');
    await appears('recordings');
    const text = find('recordings').textContent;
    expect(text).toContain('Vor dem Agenten');
    expect(text).toContain('abgebrochen2 Lücken');
    expect(text).toContain('läuft noch');
    expect(document.querySelectorAll('[data-testid="listen"]')).toHaveLength(1);
  });
});
