import { beforeEach, describe, expect, it } from 'vitest';
import { FakeEnvironment, FakeStorage, settle } from '../testing/fake-environment.js';
import { CUSTOMER_ID, FakeParticipantServer } from '../testing/fake-participant-server.js';
import { Chat, SEND_AGAIN_AFTER_MS, TOKEN_FRESH_MS, TYPING_SHOWN_MS } from './chat.js';
import { EVENT, ParticipantApi } from './participant.js';
import { ChatStorage } from './storage.js';

const OPTIONS = { instanceId: 'instance', contactFlowId: 'flow' };
const AGENT = { ParticipantId: 'agent', ParticipantRole: 'AGENT', DisplayName: 'Ada' };

describe('chat of the widget', () => {
  let environment: FakeEnvironment;
  let server: FakeParticipantServer;
  let storage: FakeStorage;
  let chat: Chat;

  const makeChat = (): Chat =>
    new Chat(
      OPTIONS,
      new ParticipantApi('https://test/chat/start', server.fetch),
      environment,
      new ChatStorage(storage, OPTIONS.contactFlowId),
      () => undefined,
    );
  const connect = async (): Promise<void> => {
    await settle();
    server.acceptSocket();
    await settle();
  };
  const breakConnection = async (): Promise<void> => {
    environment.socket.fail();
    environment.pass(1_000);
    await settle();
  };
  const contents = (): (string | undefined)[] => chat.state.items.map((item) => item.Content);

  beforeEach(async () => {
    environment = new FakeEnvironment();
    server = new FakeParticipantServer(environment);
    storage = new FakeStorage();
    chat = makeChat();
    await chat.start('Grace');
    await connect();
  });

  it('starts as the facade expects it, connects and subscribes', () => {
    expect(server.callsOf('start')[0]).toMatchObject({
      token: null,
      body: { InstanceId: 'instance', ContactFlowId: 'flow', ParticipantDetails: { DisplayName: 'Grace' } },
    });
    expect(server.callsOf('connection')[0]?.token).toBe('participant-token');
    expect(environment.socket.sentOf('aws/subscribe')).toEqual([
      { topic: 'aws/subscribe', content: { topics: ['aws/chat'] } },
    ]);
    expect(chat.state).toMatchObject({ phase: 'active', isConnected: true });
  });

  it('a start whose answer got lost is repeated as the same chat', async () => {
    chat = makeChat();
    server.failures.set('start', [-1]);
    await chat.start('Grace');
    expect(chat.state).toMatchObject({ phase: 'idle', startError: 'failed' });
    await chat.start('Grace');
    const tokens = server.callsOf('start').slice(1).map((call) => call.body.ClientToken);
    expect(tokens[0]).toBeDefined();
    expect(new Set(tokens).size).toBe(1);
  });

  it('says so when too many start at once', async () => {
    chat = makeChat();
    server.failures.set('start', [429]);
    await chat.start('Grace');
    expect(chat.state.startError).toBe('throttled');
  });

  it('shows each item once, though socket and transcript both bring it', async () => {
    server.say({ ...AGENT, Content: 'hello' });
    const [hello] = server.items;
    if (hello !== undefined) server.push(hello);
    await breakConnection();
    await connect();
    expect(contents()).toEqual(['hello']);
  });

  it('fetches what was said while the connection was down, however many pages it is', async () => {
    server.say({ ...AGENT, Content: '1' });
    environment.socket.fail();
    for (const text of ['2', '3', '4', '5']) server.say({ ...AGENT, Content: text }, false);
    server.pageSize = 2;
    environment.pass(1_000);
    await connect();
    expect(contents()).toEqual(['1', '2', '3', '4', '5']);
    // Two pages of news and the one that holds what was known.
    expect(server.callsOf('transcript')).toHaveLength(1 + 3);
  });

  it('a fetch that broke off midway leaves no hole', async () => {
    server.say({ ...AGENT, Content: '1' });
    environment.socket.fail();
    for (const text of ['2', '3', '4', '5']) server.say({ ...AGENT, Content: text }, false);
    server.pageSize = 2;
    server.failures.set('transcript', [200, 500]);
    environment.pass(1_000);
    await connect();
    expect(contents()).toEqual(['1', '4', '5']);
    server.say({ ...AGENT, Content: '6' });
    environment.pass(SEND_AGAIN_AFTER_MS);
    await settle();
    expect(contents()).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('sends a message whose answer got lost again with the same token: it arrives once', async () => {
    server.failures.set('message', [-1]);
    chat.send('hello');
    await settle();
    expect(chat.state.outgoing).toHaveLength(1);
    environment.pass(SEND_AGAIN_AFTER_MS);
    await settle();
    expect(chat.state.outgoing).toEqual([]);
    expect(contents()).toEqual(['hello']);
    expect(server.items).toHaveLength(1);
    const tokens = server.callsOf('message').map((call) => call.body.ClientToken);
    expect(new Set(tokens).size).toBe(1);
  });

  it('keeps the order of typing when the first message has to wait', async () => {
    server.failures.set('message', [503]);
    chat.send('one');
    chat.send('two');
    await settle();
    expect(server.items).toEqual([]);
    environment.pass(SEND_AGAIN_AFTER_MS);
    await settle();
    expect(server.items.map((item) => item.Content)).toEqual(['one', 'two']);
  });

  it('marks a message that is refused for good, and goes on with the next', async () => {
    server.failures.set('message', [400]);
    chat.send('bad');
    chat.send('good');
    await settle();
    expect(chat.state.outgoing).toMatchObject([{ text: 'bad', isRefused: true }]);
    expect(contents()).toEqual(['good']);
  });

  it('shows a message once when it comes back before the answer to its sending', async () => {
    server.failures.set('message', [-1]);
    chat.send('hello');
    await settle();
    const [echo] = server.items;
    if (echo !== undefined) server.push(echo);
    expect(contents()).toEqual(['hello']);
    expect(chat.state.outgoing).toMatchObject([{ isEchoed: true }]);
    environment.pass(SEND_AGAIN_AFTER_MS);
    await settle();
    expect(chat.state.outgoing).toEqual([]);
    expect(contents()).toEqual(['hello']);
  });

  it('goes on after the page was loaded again, with what was not sent yet', async () => {
    server.say({ ...AGENT, Content: 'hello' });
    server.failures.set('message', [0]);
    chat.send('unsent');
    await settle();
    chat = makeChat();
    expect(chat.resume()).toBe(true);
    await connect();
    expect(contents()).toEqual(['hello', 'unsent']);
    expect(chat.state.ownParticipantId).toBe(CUSTOMER_ID);
  });

  it('has nothing to go on with after the end', async () => {
    server.say({ Type: 'EVENT', ContentType: EVENT.ended });
    expect(chat.state.phase).toBe('ended');
    expect(makeChat().resume()).toBe(false);
    environment.pass(120_000);
    await settle();
    expect(server.callsOf('connection')).toHaveLength(1);
  });

  describe('that was over before the page had connected', () => {
    beforeEach(async () => {
      chat = makeChat();
      await chat.start('Grace');
      await settle();
      server.say({ ...AGENT, ParticipantRole: 'SYSTEM', Content: 'We are closed.' }, false);
      server.say({ Type: 'EVENT', ContentType: EVENT.ended }, false);
    });
    const tellEnd = (): void => {
      const end = server.items.at(-1);
      if (end !== undefined) server.push(end);
    };

    it('shows what was said and that it has ended, and sends nothing', async () => {
      server.acceptSocket();
      tellEnd();
      await settle();
      chat.markRead();
      await settle();
      expect(chat.state.phase).toBe('ended');
      expect(contents()).toContain('We are closed.');
      expect(server.callsOf('event')).toEqual([]);
    });

    it('reads again what it could not read at once', async () => {
      server.failures.set('transcript', [503]);
      server.acceptSocket();
      tellEnd();
      await settle();
      expect(contents()).not.toContain('We are closed.');
      environment.pass(SEND_AGAIN_AFTER_MS);
      await settle();
      expect(chat.state.phase).toBe('ended');
      expect(contents()).toContain('We are closed.');
    });

    it('is left alone once a new one is wanted', async () => {
      server.failures.set('transcript', [503]);
      server.acceptSocket();
      tellEnd();
      await settle();
      chat.reset();
      environment.pass(SEND_AGAIN_AFTER_MS);
      await settle();
      expect(chat.state).toMatchObject({ phase: 'idle', items: [] });
    });
  });

  it('a connection that is refused while the socket is down means that the chat is over', async () => {
    server.failures.set('connection', [403]);
    await breakConnection();
    expect(chat.state.phase).toBe('ended');
  });

  it('gets a new connection token when the old one has expired', async () => {
    for (let elapsed = 0; elapsed <= TOKEN_FRESH_MS; elapsed += 10_000) {
      environment.pass(10_000);
      environment.socket.receive({ topic: 'aws/heartbeat' });
    }
    server.failures.set('message', [403]);
    chat.send('hello');
    await settle();
    await connect();
    expect(chat.state.phase).toBe('active');
    expect(server.callsOf('message').map((call) => call.token)).toEqual(['connection-1', 'connection-2']);
    expect(contents()).toEqual(['hello']);
  });

  it('leaves properly', async () => {
    await chat.end();
    expect(server.callsOf('disconnect')).toMatchObject([{ token: 'connection-1' }]);
    expect(chat.state.phase).toBe('ended');
    expect(storage.entries.size).toBe(0);
  });

  it('follows receipts of others, never back', () => {
    const own = server.say({ ParticipantId: CUSTOMER_ID, Content: 'hello' });
    const receipt = (Receipts: object[]) =>
      server.push({
        Id: 'm',
        AbsoluteTime: own.AbsoluteTime,
        Type: 'MESSAGEMETADATA',
        MessageMetadata: { MessageId: own.Id, Receipts },
      });
    receipt([{ DeliveredTimestamp: 't', ReadTimestamp: 't', RecipientParticipantId: CUSTOMER_ID }]);
    expect(chat.state.receipts.get(own.Id)).toBeUndefined();
    receipt([{ DeliveredTimestamp: 't', ReadTimestamp: 't', RecipientParticipantId: 'agent' }]);
    receipt([{ DeliveredTimestamp: 't', RecipientParticipantId: 'agent' }]);
    expect(chat.state.receipts.get(own.Id)).toBe('read');
  });

  it('tells that it got a message, and that it was read once it was', async () => {
    const hello = server.say({ ...AGENT, Content: 'hello' });
    chat.markRead();
    chat.markRead();
    await settle();
    const events = server.callsOf('event').map((call) => [call.body.ContentType, call.body.Content]);
    const content = JSON.stringify({ messageId: hello.Id });
    expect(events).toEqual([
      [EVENT.delivered, content],
      [EVENT.read, content],
    ]);
  });

  it('shows typing of others until it is old or followed by a message', () => {
    const typing = { Type: 'EVENT', ContentType: EVENT.typing } as const;
    server.say({ ...typing, ParticipantId: CUSTOMER_ID });
    expect(chat.state.isOtherTyping).toBe(false);
    server.say({ ...AGENT, ...typing });
    expect(chat.state.isOtherTyping).toBe(true);
    environment.pass(TYPING_SHOWN_MS + 1_000);
    expect(chat.state.isOtherTyping).toBe(false);
    server.say({ ...AGENT, ...typing });
    server.say({ ...AGENT, Content: 'hello' });
    expect(chat.state.isOtherTyping).toBe(false);
  });

  it('tells of own typing at most every four seconds', async () => {
    for (let second = 0; second < 9; second += 1) {
      chat.typing();
      environment.pass(1_000);
    }
    await settle();
    expect(server.callsOf('event')).toHaveLength(3);
  });

  it('overlooks frames that it does not understand', () => {
    environment.socket.onmessage?.({ data: 'not json' });
    environment.socket.receive({ topic: 'aws/chat', content: '{' });
    environment.socket.receive({ topic: 'from/the/future' });
    expect(chat.state).toMatchObject({ phase: 'active', items: [] });
  });
});
