import { beforeEach, describe, expect, it } from 'vitest';
import { FakeEnvironment, FakeStorage, settle } from '../testing/fake-environment.js';
import type { ContactView, TranscriptItem } from './frames.js';
import { TYPING_SHOWN_MS, WorkspaceClient } from './workspace-client.js';

const CHAT = 'c1';
const ME = 'p-agent';
const CUSTOMER = 'p-customer';

function contact(change: Partial<ContactView> = {}): ContactView {
  return {
    contactId: CHAT,
    initialContactId: CHAT,
    channel: 'CHAT',
    state: 'CONNECTED',
    stateAt: 0,
    initiatedAt: 0,
    references: [],
    participantId: ME,
    ...change,
  };
}

function item(sequence: number, change: Partial<TranscriptItem> = {}): TranscriptItem {
  return {
    id: `item-${sequence}`,
    contactId: CHAT,
    sequence,
    at: sequence,
    role: 'CUSTOMER',
    participantId: CUSTOMER,
    kind: 'message',
    contentType: 'text/plain',
    text: `text ${sequence}`,
    ...change,
  };
}

describe('workspace client', () => {
  let environment: FakeEnvironment;
  let storage: FakeStorage;
  let client: WorkspaceClient;

  beforeEach(() => {
    environment = new FakeEnvironment();
    storage = new FakeStorage();
    client = new WorkspaceClient('wss://test', 'u1', environment, storage);
    client.start();
  });

  const snapshot = (...contacts: ContactView[]): void =>
    environment.socket.receive({
      type: 'snapshot',
      serverTime: environment.time,
      agent: {
        userId: 'u1',
        username: 'ada',
        displayName: 'Ada',
        status: { id: 's1', name: 'Available', kind: 'ROUTABLE', sinceAt: 0 },
        statuses: [],
      },
      contacts,
    });
  const connect = (...contacts: ContactView[]): void => {
    environment.socket.onopen?.();
    snapshot(...contacts);
  };
  const answerHistory = async (items: TranscriptItem[], hasMore = false): Promise<void> => {
    const request = environment.socket.sentOf('chat.history').at(-1);
    environment.socket.receive({
      type: 'chat.history',
      requestId: request?.requestId,
      contactId: CHAT,
      items,
      hasMore,
    });
    await settle();
  };
  const breakConnection = (): void => {
    environment.socket.fail();
    environment.pass(1_000);
  };
  const sequences = (): number[] => (client.getState().chats.get(CHAT)?.items ?? []).map((i) => i.sequence);
  const outgoing = (): string[] => (client.getState().chats.get(CHAT)?.outgoing ?? []).map((m) => m.text);

  it('asks for the newest history of a chat that it does not know yet', () => {
    connect(contact());
    expect(environment.socket.sentOf('chat.history')).toMatchObject([{ contactId: CHAT }]);
    expect(environment.socket.sentOf('chat.history')[0]).not.toHaveProperty('afterSequence');
  });

  it('asks for the newest history of a chat whose first item comes before the snapshot that opens it', async () => {
    connect(contact({ state: 'CONNECTING' }));
    environment.socket.receive({ type: 'chat.item', contactId: CHAT, item: item(3, { kind: 'event' }) });
    snapshot(contact({ lastSequence: 3 }));
    expect(environment.socket.sentOf('chat.history')).toMatchObject([{ contactId: CHAT }]);
    expect(environment.socket.sentOf('chat.history')[0]).not.toHaveProperty('afterSequence');
    await answerHistory([item(1), item(2), item(3, { kind: 'event' })]);
    expect(sequences()).toEqual([1, 2, 3]);
  });

  it('marks the newest message of another participant as read, not what followed it', async () => {
    connect(contact());
    await answerHistory([item(1), item(2, { kind: 'event', participantId: ME }), item(3, { participantId: ME })]);
    client.markRead(CHAT);
    expect(environment.socket.sentOf('chat.read')).toMatchObject([{ contactId: CHAT, sequence: 1 }]);
  });

  it('asks for what it missed after a reconnect, page by page', async () => {
    connect(contact());
    await answerHistory([item(1), item(2)]);
    breakConnection();
    connect(contact());
    expect(environment.socket.sentOf('chat.history')).toMatchObject([{ afterSequence: 2 }]);
    await answerHistory([item(3), item(4)], true);
    expect(environment.socket.sentOf('chat.history')).toMatchObject([{ afterSequence: 2 }, { afterSequence: 4 }]);
    await answerHistory([item(5)]);
    expect(sequences()).toEqual([1, 2, 3, 4, 5]);
    expect(environment.socket.sentOf('chat.history')).toHaveLength(2);
  });

  it('asks for history when a number is missing', async () => {
    connect(contact());
    await answerHistory([item(1)]);
    environment.socket.receive({ type: 'chat.item', contactId: CHAT, item: item(4) });
    expect(environment.socket.sentOf('chat.history').at(-1)).toMatchObject({ afterSequence: 1 });
    await answerHistory([item(2), item(3), item(4)]);
    expect(sequences()).toEqual([1, 2, 3, 4]);
  });

  it('shows an item that arrives twice once, in its newest form', async () => {
    connect(contact());
    await answerHistory([item(1)]);
    environment.socket.receive({ type: 'chat.item', contactId: CHAT, item: item(2) });
    environment.socket.receive({ type: 'chat.item', contactId: CHAT, item: item(2, { text: 'checked' }) });
    expect(sequences()).toEqual([1, 2]);
    expect(client.getState().chats.get(CHAT)?.items[1]?.text).toBe('checked');
  });

  it('sends a message again with the same id after a break, until it is acknowledged', async () => {
    connect(contact());
    await answerHistory([item(1)]);
    client.sendMessage(CHAT, 'hello');
    const first = environment.socket.sentOf('chat.send');
    breakConnection();
    expect(outgoing()).toEqual(['hello']);
    connect(contact());
    const second = environment.socket.sentOf('chat.send');
    expect(second).toEqual(first);
    const requestId = second[0]?.requestId as string;
    const own = item(2, { role: 'AGENT', participantId: ME, text: 'hello', requestId });
    environment.socket.receive({ type: 'ack', requestId, item: own });
    await settle();
    expect(outgoing()).toEqual([]);
    expect(sequences()).toEqual([1, 2]);
    breakConnection();
    connect(contact());
    expect(environment.socket.sentOf('chat.send')).toEqual([]);
  });

  it('sends what was written without a connection as soon as there is one, in order', () => {
    connect(contact());
    environment.socket.fail();
    client.sendMessage(CHAT, 'one');
    client.sendMessage(CHAT, 'two');
    environment.pass(0);
    environment.socket.onopen?.();
    expect(environment.socket.sentOf('chat.send')).toEqual([]);
    snapshot(contact());
    expect(environment.socket.sentOf('chat.send').map((frame) => frame.text)).toEqual(['one', 'two']);
  });

  it('shows an own message once when it comes back before its acknowledgement', async () => {
    connect(contact());
    client.sendMessage(CHAT, 'hello');
    const requestId = environment.socket.sentOf('chat.send')[0]?.requestId as string;
    const own = item(1, { role: 'AGENT', participantId: ME, text: 'hello', requestId });
    environment.socket.receive({ type: 'chat.item', contactId: CHAT, item: own });
    expect(outgoing()).toEqual([]);
    environment.socket.receive({ type: 'ack', requestId, item: own });
    await settle();
    expect(sequences()).toEqual([1]);
  });

  it('repeats a message that the server could not take right now', async () => {
    connect(contact());
    client.sendMessage(CHAT, 'hello');
    const [first] = environment.socket.sentOf('chat.send');
    environment.socket.receive({
      type: 'error',
      requestId: first?.requestId,
      error: { code: 'unavailable', message: '' },
    });
    await settle();
    environment.pass(2_000);
    expect(environment.socket.sentOf('chat.send')).toEqual([first, first]);
  });

  it('keeps a message that was refused for good, with the reason', async () => {
    connect(contact());
    client.sendMessage(CHAT, 'hello');
    const requestId = environment.socket.sentOf('chat.send')[0]?.requestId as string;
    environment.socket.receive({ type: 'error', requestId, error: { code: 'contact-ended', message: '' } });
    await settle();
    expect(client.getState().chats.get(CHAT)?.outgoing).toMatchObject([{ text: 'hello', refusal: 'contact-ended' }]);
    breakConnection();
    connect(contact());
    expect(environment.socket.sentOf('chat.send')).toEqual([]);
  });

  it('keeps drafts and unsent messages through a reload of the page', () => {
    connect(contact());
    environment.socket.fail();
    client.sendMessage(CHAT, 'unsent');
    client.setDraft(CHAT, 'half a sen');
    client.stop();
    const again = new WorkspaceClient('wss://test', 'u1', environment, storage);
    again.start();
    connect(contact());
    expect(again.getState().drafts).toEqual({ [CHAT]: 'half a sen' });
    expect(environment.socket.sentOf('chat.send').map((frame) => frame.text)).toEqual(['unsent']);
  });

  it('gives nobody the drafts of another person', () => {
    connect(contact());
    client.setDraft(CHAT, 'secret');
    const other = new WorkspaceClient('wss://test', 'u2', environment, storage);
    expect(other.getState().drafts).toEqual({});
    expect(storage.entries.size).toBe(0);
  });

  it('sends nothing in the name of somebody else who has signed in meanwhile', () => {
    connect(contact());
    environment.socket.fail();
    client.sendMessage(CHAT, 'mine');
    environment.pass(0);
    const { socket } = environment;
    socket.onopen?.();
    socket.receive({
      type: 'snapshot',
      serverTime: 0,
      agent: { userId: 'u2', username: 'x', displayName: 'X', status: {}, statuses: [] },
      contacts: [contact()],
    });
    expect(socket.sent).toEqual([]);
    expect(client.getState().connection).toEqual({ phase: 'stopped', reason: 'signed-out' });
  });

  it('forgets a contact that has left, with its draft', () => {
    connect(contact());
    client.setDraft(CHAT, 'too late');
    snapshot();
    expect(client.getState().chats.size).toBe(0);
    expect(storage.entries.size).toBe(0);
  });

  it('refuses commands without a connection instead of doing them later', async () => {
    const result = await client.command({ type: 'contact.accept', contactId: CHAT });
    expect(result).toMatchObject({ ok: false, error: { code: 'disconnected' } });
    connect(contact({ state: 'CONNECTING' }));
    expect(environment.socket.sentOf('contact.accept')).toEqual([]);
  });

  it('does not repeat for ever what the server cannot read', async () => {
    connect(contact());
    await answerHistory([item(1)]);
    client.sendMessage(CHAT, 'strange');
    environment.socket.fail(4400);
    await settle();
    environment.pass(1_000);
    connect(contact());
    expect(environment.socket.sentOf('chat.send')).toEqual([]);
    expect(client.getState().chats.get(CHAT)?.outgoing).toMatchObject([{ refusal: 'invalid-request' }]);
  });

  it('repeats a command whose answer was lost', async () => {
    connect(contact({ state: 'CONNECTING' }));
    const result = client.command({ type: 'contact.accept', contactId: CHAT });
    const [first] = environment.socket.sentOf('contact.accept');
    breakConnection();
    connect(contact());
    expect(environment.socket.sentOf('contact.accept')).toEqual([first]);
    environment.socket.receive({ type: 'ack', requestId: first?.requestId });
    expect(await result).toEqual({ ok: true });
  });

  it('tells what was read while the connection was down once it is back', async () => {
    connect(contact({ readSequence: 0 }));
    await answerHistory([item(1), item(2)]);
    environment.socket.fail();
    client.markRead(CHAT);
    environment.pass(0);
    connect(contact({ readSequence: 0 }));
    expect(environment.socket.sentOf('chat.read')).toMatchObject([{ sequence: 2 }]);
  });

  it('reports the delivery of what others said, once', async () => {
    connect(contact());
    await answerHistory([item(1), item(2)]);
    environment.socket.receive({
      type: 'chat.item',
      contactId: CHAT,
      item: item(3, { role: 'AGENT', participantId: ME }),
    });
    expect(environment.socket.sentOf('chat.delivered')).toMatchObject([{ sequence: 2 }]);
  });

  it('follows receipts whatever their order', async () => {
    connect(contact());
    await answerHistory([item(1, { participantId: ME, receipts: [{ participantId: CUSTOMER, deliveredAt: 1 }] })]);
    expect(client.getState().chats.get(CHAT)?.progress).toEqual({ delivered: 1, read: 0 });
    const receipt = { type: 'chat.receipt', contactId: CHAT, itemId: 'x', participantId: CUSTOMER, at: 1 };
    environment.socket.receive({ ...receipt, receipt: 'read', sequence: 3 });
    environment.socket.receive({ ...receipt, receipt: 'delivered', sequence: 2 });
    expect(client.getState().chats.get(CHAT)?.progress).toEqual({ delivered: 3, read: 3 });
  });

  it('shows typing until it is old or followed by a message', () => {
    connect(contact());
    const typing = {
      type: 'chat.ephemeral',
      contactId: CHAT,
      event: 'typing',
      participantId: CUSTOMER,
      role: 'CUSTOMER',
    };
    environment.socket.receive(typing);
    expect(client.getState().chats.get(CHAT)?.typists).toHaveLength(1);
    environment.pass(TYPING_SHOWN_MS + 1_000);
    expect(client.getState().chats.get(CHAT)?.typists).toHaveLength(0);
    environment.socket.receive(typing);
    environment.socket.receive({ type: 'chat.item', contactId: CHAT, item: item(1) });
    expect(client.getState().chats.get(CHAT)?.typists).toHaveLength(0);
  });

  it('does not tell its own agent of typing', () => {
    connect(contact());
    environment.socket.receive({
      type: 'chat.ephemeral', contactId: CHAT, event: 'typing', participantId: ME, role: 'AGENT', displayName: 'Ada',
    });
    expect(client.getState().chats.get(CHAT)?.typists).toEqual([]);
  });

  it('tells of typing at most every four seconds', () => {
    connect(contact());
    for (let letters = 1; letters <= 9; letters += 1) {
      client.setDraft(CHAT, 'x'.repeat(letters));
      environment.pass(1_000);
    }
    expect(environment.socket.sentOf('chat.typing')).toHaveLength(3);
  });

  it('learns how far the clocks are apart', () => {
    connect();
    environment.socket.receive({ type: 'pong', serverTime: environment.time + 90_000 });
    expect(client.getState().skewMs).toBe(90_000);
  });

  it('overlooks frames that it does not understand', () => {
    connect(contact());
    const before = client.getState();
    environment.socket.onmessage?.({ data: 'not json' });
    environment.socket.onmessage?.({ data: new ArrayBuffer(4) });
    environment.socket.receive({ type: 'from.the.future' });
    environment.socket.receive({ type: 'chat.item', contactId: 'unknown', item: item(1) });
    expect(client.getState().chats).toEqual(before.chats);
  });
});
