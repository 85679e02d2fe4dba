// @vitest-environment jsdom

import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LanguageProvider } from '../app/language.js';
import { SessionContext } from '../app/session.js';
import { Api, type ContactDetail, type ContactRecord, type Session } from '../protocol/api.js';
import { settle } from '../testing/fake-environment.js';
import { ContactPage } from './ContactPage.js';

const SESSION = { permissions: ['ContactSearch.View'] } as unknown as Session;

/** For what the page does in its own time. */
const PATIENCE = { timeout: 10_000 };

describe('the page of a call', () => {
  let root: Root;

  beforeEach(() => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
  });

  afterEach(async () => {
    await act(async () => {
      root.unmount();
      await settle();
    });
    document.body.replaceChildren();
    vi.unstubAllGlobals();
  });

  const show = async (language: 'en' | 'de', change: Partial<ContactRecord>): Promise<string> => {
    localStorage.setItem('ringfence.language', language);
    const record: ContactRecord = {
      contactId: 'c1',
      initialContactId: 'c1',
      channel: 'VOICE',
      initiationMethod: 'INBOUND',
      initiatedAt: 0,
      customerAddress: '+49301234567',
      agentConnectionAttempts: 1,
      references: [],
      tags: {},
      ...change,
    };
    const detail: ContactDetail = {
      record,
      timeline: [
        { kind: 'event', at: 0, event: 'HELD', agentUsername: 'ada' },
        { kind: 'event', at: 1, event: 'RESUMED', agentUsername: 'ada' },
        { kind: 'event', at: 2, event: 'FLOW_STOPPED', detail: 'it ran 1000 blocks without a wait' },
      ],
      timelineTruncated: false,
      transcriptPermitted: true,
    };
    const api = new Api(() => Promise.resolve(Response.json(detail)));
    root = createRoot(document.body.appendChild(document.createElement('div')));
    await act(async () => {
      root.render(
        <LanguageProvider>
          <SessionContext value={{ session: SESSION, api, signOut: vi.fn() }}>
            <ContactPage contactId="c1" />
          </SessionContext>
        </LanguageProvider>,
      );
      await settle();
    });
    await vi.waitFor(() => expect(document.querySelector('[data-testid="contact-record"]')).not.toBeNull(), PATIENCE);
    return document.body.textContent;
  };

  it('says who called and for how long the customer was on hold', async () => {
    const text = await show('en', { holds: 2, customerHoldMs: 61_000, longestHoldMs: 45_000 });
    expect(text).toContain("Customer's number+49301234567");
    expect(text).toContain('Times on hold2');
    expect(text).toContain('Time on hold1:01');
    expect(text).toContain('Longest hold0:45');
  });

  it('says how well customer and agent were heard', async () => {
    const text = await show('en', {
      customerQuality: { mos: 3.1, packetsReceived: 950, packetsLost: 50, jitterUs: 12_400 },
    });
    expect(text).toContain('Sound of the customer3.1 of 4.5; 5 % lost, 12 ms jitter');
    expect(text).not.toContain('Sound of the agent');
  });

  it('says nothing of holds where there were none, and shows no transcript', async () => {
    const text = await show('en', {});
    expect(text).not.toContain('Times on hold');
    expect(text).not.toContain('Transcript');
  });

  it.each([
    ['en', ['On hold ada', 'Taken off hold ada', 'Flow stopped  it ran 1000 blocks without a wait']],
    ['de', ['Gehalten ada', 'Halten beendet ada', 'Flow angehalten  it ran 1000 blocks without a wait']],
  ] as const)('tells in %s what happened', async (language, lines) => {
    const text = await show(language, {});
    for (const line of lines) expect(text).toContain(line);
  });
});
