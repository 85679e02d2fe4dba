import { describe, expect, it } from 'vitest';
import type { ContactView, TranscriptItem } from '../protocol/frames.js';
import type { ChatView } from '../protocol/workspace-client.js';
import { unreadCount } from './unread.js';

const CONTACT = { state: 'CONNECTED', participantId: 'me' } as ContactView;

/** A chat of items by these participants; none is the system, `-` an event. */
const chat = (readSequence: number, ...speakers: (string | undefined)[]): ChatView => ({
  readSequence,
  outgoing: [],
  progress: { delivered: 0, read: 0 },
  typists: [],
  items: speakers.map((participantId, index) => ({
    sequence: index + 1,
    kind: participantId === '-' ? 'event' : 'message',
      participantId,
  })) as TranscriptItem[],
});

describe('unread messages', () => {
  it('are those of others behind what was read', () => {
    expect(unreadCount(CONTACT, chat(2, undefined, 'grace', '-', 'grace', 'grace'))).toBe(2);
    expect(unreadCount(CONTACT, chat(0, undefined, 'grace', '-'))).toBe(2);
  });

  it('are none before an own message: who answers has seen what was said', () => {
    expect(unreadCount(CONTACT, chat(0, undefined, 'grace', 'me', 'grace'))).toBe(1);
  });

  it('are not counted once the contact has ended', () => {
    expect(unreadCount({ ...CONTACT, state: 'ENDED' }, chat(0, 'grace'))).toBe(0);
  });
});
