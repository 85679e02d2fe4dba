import { describe, expect, it } from 'vitest';
import { INTERACTIVE_RESPONSE_TYPE, INTERACTIVE_TYPE } from '../protocol/interactive.js';
import type { ChatState } from './chat.js';
import { EVENT, type WireItem } from './participant.js';
import type { OutgoingMessage } from './storage.js';
import { openQuestion } from './transcript-view.js';

const VIEW = JSON.stringify({ templateType: 'ViewResource', data: { content: {}, actions: ['Submit'] } });
const PICKER = JSON.stringify({
  templateType: 'ListPicker',
  data: { content: { title: 'Which?', elements: [{ title: 'A' }] } },
});

const item = (change: Partial<WireItem>): WireItem => ({
  Id: 'id',
  AbsoluteTime: '2026-11-23T00:00:00Z',
  Type: 'MESSAGE',
  ContentType: 'text/plain',
  ParticipantId: 'flow',
  ...change,
});
const asked = (content: string) => item({ Id: 'question', ContentType: INTERACTIVE_TYPE, Content: content });
const own = { ParticipantId: 'customer' };
const answered = item({ ...own, ContentType: INTERACTIVE_RESPONSE_TYPE, Content: '{}' });
const onItsWay = (contentType: string): OutgoingMessage => ({ clientToken: 't', contentType, text: '{}', at: 0 });

const isOpen = (items: WireItem[], change: Partial<ChatState> = {}): boolean => {
  const state: ChatState = {
    phase: 'active',
    isConnected: true,
    startError: undefined,
    ownParticipantId: 'customer',
    items,
    outgoing: [],
    receipts: new Map(),
    isOtherTyping: false,
    ...change,
  };
  return openQuestion(state)?.Id === 'question';
};

describe('a question', () => {
  it.each([VIEW, PICKER])('is open until it is answered: %s', (content) => {
    expect(isOpen([asked(content)])).toBe(true);
    expect(isOpen([asked(content), answered])).toBe(false);
    expect(isOpen([asked(content)], { outgoing: [onItsWay(INTERACTIVE_RESPONSE_TYPE)] })).toBe(false);
  });

  it.each([VIEW, PICKER])('is closed when somebody else has spoken since, or the chat has ended: %s', (content) => {
    expect(isOpen([asked(content), item({ Content: 'Too late.' })])).toBe(false);
    expect(isOpen([asked(content)], { phase: 'ended' })).toBe(false);
  });

  it('of a view stays open when the customer says something else: its flow waits for an action', () => {
    const said = item({ ...own, Content: 'What is this?' });
    expect(isOpen([asked(VIEW), said])).toBe(true);
    expect(isOpen([asked(VIEW)], { outgoing: [onItsWay('text/plain')] })).toBe(true);
    expect(isOpen([asked(PICKER), said])).toBe(false);
  });

  it('of a view is over when an agent comes', () => {
    const joined = { Type: 'EVENT', ContentType: EVENT.joined } as const;
    expect(isOpen([asked(VIEW), item({ ...joined, ...own })])).toBe(true);
    expect(isOpen([asked(VIEW), item({ ...joined, ParticipantId: 'agent' })])).toBe(false);
  });

  it('whose answer was refused may be answered again', () => {
    const refused = { ...onItsWay(INTERACTIVE_RESPONSE_TYPE), isRefused: true };
    expect(isOpen([asked(VIEW)], { outgoing: [refused] })).toBe(true);
  });
});
