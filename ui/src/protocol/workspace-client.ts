/** The workspace as the page sees it: one state, changed by frames and by what the agent does. */

import { Connection, type ConnectionState, type StopReason } from './connection.js';
import { loadUnsent, saveUnsent, type OutgoingMessage, type TextStorage } from './drafts.js';
import type { Environment } from './environment.js';
import {
  parseServerFrame,
  type AgentView,
  type ContactView,
  type EphemeralFrame,
  type ProtocolError,
  type RequestBody,
  type ServerFrame,
  type SnapshotFrame,
  type TranscriptItem,
} from './frames.js';
import { Requests, type Outcome } from './requests.js';
import { clockSkewMs } from './time.js';
import {
  advanceProgress,
  furtherProgress,
  hasGap,
  lastContiguousSequence,
  lastOfOthers,
  mergeItems,
  progressOf,
  type Progress,
  type Transcript,
} from './transcript.js';

export interface Typist {
  participantId: string;
  displayName?: string;
  until: number;
}

export interface ChatView {
  items: Transcript;
  outgoing: readonly OutgoingMessage[];
  progress: Progress;
  typists: readonly Typist[];
  readSequence: number;
}

export interface WorkspaceState {
  connection: ConnectionState;
  /** Whether a snapshot has come on this connection: until then commands would be guesses. */
  isCurrent: boolean;
  skewMs: number;
  agent: AgentView | undefined;
  contacts: readonly ContactView[];
  chats: ReadonlyMap<string, ChatView>;
  drafts: Readonly<Record<string, string>>;
}

export type CommandResult = { ok: true } | { ok: false; error: ProtocolError };
/** The server's answer to an SDP offer, or why there is none. */
export type CallAnswer = { ok: true; sdp: string } | { ok: false; error: ProtocolError };

export const TYPING_SHOWN_MS = 6_000;
export const TYPING_SENT_EVERY_MS = 4_000;

/** Frame too large, frame not understood: repeating it would end in the same way. */
const UNREADABLE_CODES: ReadonlySet<number> = new Set([1009, 4400]);

const EMPTY_CHAT: ChatView = {
  items: [],
  outgoing: [],
  progress: { delivered: 0, read: 0 },
  typists: [],
  readSequence: 0,
};

export class WorkspaceClient {
  readonly #connection: Connection;
  readonly #requests: Requests;
  readonly #listeners = new Set<() => void>();
  /** Chats whose history is being asked for; the requests outlive connections. */
  readonly #catchingUp = new Set<string>();
  readonly #typingSentAt = new Map<string, number>();
  readonly #deliveredSent = new Map<string, number>();
  #state: WorkspaceState;

  constructor(
    url: string,
    private readonly userId: string,
    private readonly environment: Environment,
    private readonly storage: TextStorage,
  ) {
    this.#connection = new Connection(() => environment.openSocket(url), { type: 'ping' }, environment, {
      onState: (connection) => this.#connectionChanged(connection),
      onText: (text) => this.#received(parseServerFrame(text)),
      onTick: () => this.#expireTyping(),
    });
    this.#requests = new Requests(environment, (frame) => {
      // Before the snapshot nothing is sent: what waits is repeated right after it.
      if (this.#state.isCurrent) this.#connection.send(frame);
    });
    const unsent = loadUnsent(storage, userId);
    this.#state = {
      connection: this.#connection.state,
      isCurrent: false,
      skewMs: 0,
      agent: undefined,
      contacts: [],
      chats: new Map(),
      drafts: unsent.drafts,
    };
    for (const message of unsent.outgoing) this.#enqueue(message);
  }

  start(): void {
    this.#connection.start();
  }

  stop(reason?: StopReason): void {
    this.#connection.stop(reason);
  }

  wake(): void {
    this.#connection.wake();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): WorkspaceState => this.#state;

  /** Asks for something that makes sense only now; refused at once without a connection. */
  async command(body: RequestBody): Promise<CommandResult> {
    const outcome = await this.#makeNow(body);
    return outcome.ok ? { ok: true } : outcome;
  }

  /** Offers the media of a call, for the first time or anew; `take` takes the call from another browser. */
  async connectCall(contactId: string, sdp: string, take = false): Promise<CallAnswer> {
    const body: RequestBody = { type: 'call.connect', contactId, sdp };
    const outcome = await this.#makeNow(take ? { ...body, take } : body);
    if (!outcome.ok) return outcome;
    const answer = outcome.answer.type === 'ack' ? outcome.answer.sdp : undefined;
    if (answer !== undefined) return { ok: true, sdp: answer };
    return { ok: false, error: { code: 'unexpected', message: 'an answer without SDP' } };
  }

  /** Sends a message, now or as soon as there is a connection; it is never sent twice. */
  sendMessage(contactId: string, text: string, contentType = 'text/plain'): void {
    const now = this.environment.now() + this.#state.skewMs;
    this.#typingSentAt.delete(contactId);
    this.#enqueue({ requestId: this.environment.newId(), contactId, contentType, text, at: now });
  }

  /** Takes a refused message back; its text is what the agent may want to edit. */
  withdrawMessage(contactId: string, requestId: string): void {
    this.#changeChat(contactId, (chat) => ({ outgoing: chat.outgoing.filter((m) => m.requestId !== requestId) }));
    this.#saveUnsent();
  }

  setDraft(contactId: string, text: string): void {
    this.#update({ drafts: { ...this.#state.drafts, [contactId]: text } });
    this.#saveUnsent();
    if (text === '') return;
    const now = this.environment.now();
    if (now - (this.#typingSentAt.get(contactId) ?? -Infinity) < TYPING_SENT_EVERY_MS) return;
    if (this.#connection.send({ type: 'chat.typing', contactId })) this.#typingSentAt.set(contactId, now);
  }

  /** The agent has seen everything that is shown of this chat. */
  markRead(contactId: string): void {
    const chat = this.#state.chats.get(contactId);
    if (chat === undefined) return;
    // Customers are told by message: marking an event that follows it would leave it unread with them.
    const sequence = this.#lastOfOthers(contactId)?.sequence ?? 0;
    if (sequence <= chat.readSequence) return;
    this.#changeChat(contactId, () => ({ readSequence: sequence }));
    this.#connection.send({ type: 'chat.read', contactId, sequence });
  }

  /** Loads the page of history before what is held. */
  async loadOlder(contactId: string): Promise<void> {
    const first = this.#state.chats.get(contactId)?.items[0];
    if (first === undefined || first.sequence <= 1) return;
    await this.#requests.make({ type: 'chat.history', contactId, beforeSequence: first.sequence }, 'once');
  }

  async #makeNow(body: RequestBody): Promise<Outcome> {
    if (!this.#state.isCurrent) {
      return { ok: false, error: { code: 'disconnected', message: 'wait for the connection' } };
    }
    return this.#requests.make(body, 'once');
  }

  #connectionChanged(connection: ConnectionState): void {
    this.#update({ connection, isCurrent: false });
    if (connection.phase === 'waiting' && UNREADABLE_CODES.has(connection.closeCode)) this.#requests.refuseAll();
  }

  #received(frame: ServerFrame | undefined): void {
    switch (frame?.type) {
      case undefined:
        return;
      case 'snapshot':
        this.#snapshotArrived(frame);
        return;
      case 'chat.item':
        this.#itemsArrived(frame.contactId, [frame.item]);
        this.#catchUpIfGap(frame.contactId);
        return;
      case 'chat.ephemeral':
        this.#typingArrived(frame);
        return;
      case 'chat.receipt':
        this.#changeChat(frame.contactId, (chat) => ({ progress: advanceProgress(chat.progress, frame) }));
        return;
      case 'chat.history':
        this.#itemsArrived(frame.contactId, frame.items);
        this.#requests.answered(frame);
        return;
      case 'ack':
      case 'error':
        this.#requests.answered(frame);
        return;
      case 'pong':
        this.#update({ skewMs: clockSkewMs(frame.serverTime, this.environment.now()) });
        return;
    }
  }

  #snapshotArrived(frame: SnapshotFrame): void {
    if (frame.agent.userId !== this.userId) {
      // Somebody else has signed in with this browser: nothing of this person's may go there.
      this.stop('signed-out');
      return;
    }
    const isFirst = !this.#state.isCurrent;
    this.#update({
      isCurrent: this.#connection.state.phase === 'open',
      skewMs: clockSkewMs(frame.serverTime, this.environment.now()),
      agent: frame.agent,
      contacts: frame.contacts,
    });
    this.#forgetContactsBut(new Set(frame.contacts.map((contact) => contact.contactId)));
    // Before anything new is asked for: what waits is repeated once, in its order.
    if (isFirst) this.#requests.repeat();
    for (const contact of frame.contacts) {
      if (!isChatOpen(contact)) continue;
      const isNew = !this.#state.chats.get(contact.contactId)?.items.length;
      this.#mergeReadSequence(contact);
      if (isFirst || isNew) void this.#catchUp(contact.contactId);
    }
  }

  #mergeReadSequence(contact: ContactView): void {
    const { contactId, readSequence = 0 } = contact;
    this.#changeChat(contactId, (chat) => ({ readSequence: Math.max(chat.readSequence, readSequence) }));
    const own = this.#state.chats.get(contactId)?.readSequence ?? 0;
    // What was read while the connection was down.
    if (own > readSequence) this.#connection.send({ type: 'chat.read', contactId, sequence: own });
  }

  /** Fetches what the page misses of a chat, page by page. */
  async #catchUp(contactId: string): Promise<void> {
    if (this.#catchingUp.has(contactId)) return;
    this.#catchingUp.add(contactId);
    for (;;) {
      const held = this.#state.chats.get(contactId)?.items ?? [];
      const after = lastContiguousSequence(held);
      const body: RequestBody =
        after === 0
          ? { type: 'chat.history', contactId }
          : { type: 'chat.history', contactId, afterSequence: after };
      const outcome = await this.#requests.make(body, 'until-answered');
      const isDone =
        !outcome.ok || outcome.answer.type !== 'chat.history' || after === 0 || !outcome.answer.hasMore;
      const hasAdvanced = lastContiguousSequence(this.#state.chats.get(contactId)?.items ?? []) > after;
      if (isDone || !hasAdvanced) break;
    }
    this.#catchingUp.delete(contactId);
  }

  #catchUpIfGap(contactId: string): void {
    const chat = this.#state.chats.get(contactId);
    if (chat !== undefined && hasGap(chat.items)) void this.#catchUp(contactId);
  }

  #itemsArrived(contactId: string, items: readonly TranscriptItem[]): void {
    const contact = this.#state.contacts.find((candidate) => candidate.contactId === contactId);
    // The first item may come before the snapshot that opens the chat, whose history brings it again: kept
    // now, it would pass for all there is.
    if (contact === undefined || !isChatOpen(contact)) return;
    const arrivedRequests = new Set(items.map((item) => item.requestId));
    const speakers = new Set(items.map((item) => item.participantId));
    this.#changeChat(contactId, (chat) => ({
      items: mergeItems(chat.items, items),
      progress: furtherProgress(chat.progress, progressOf(items)),
      outgoing: chat.outgoing.filter((message) => !arrivedRequests.has(message.requestId)),
      typists: chat.typists.filter((typist) => !speakers.has(typist.participantId)),
    }));
    this.#saveUnsent();
    this.#reportDelivery(contactId);
  }

  #lastOfOthers(contactId: string): TranscriptItem | undefined {
    return lastOfOthers(this.#state.chats.get(contactId)?.items ?? [], this.#ownParticipant(contactId));
  }

  #ownParticipant(contactId: string): string | undefined {
    return this.#state.contacts.find((contact) => contact.contactId === contactId)?.participantId;
  }

  #reportDelivery(contactId: string): void {
    const last = this.#lastOfOthers(contactId);
    if (last === undefined || last.sequence <= (this.#deliveredSent.get(contactId) ?? 0)) return;
    const isSent = this.#connection.send({ type: 'chat.delivered', contactId, sequence: last.sequence });
    if (isSent) this.#deliveredSent.set(contactId, last.sequence);
  }

  #enqueue(message: OutgoingMessage): void {
    const { requestId, contactId, contentType, text } = message;
    this.#changeChat(contactId, (chat) => ({ outgoing: [...chat.outgoing, message] }));
    this.#saveUnsent();
    if (message.refusal !== undefined) return;
    const body: RequestBody = { type: 'chat.send', contactId, contentType, text };
    void this.#requests.make(body, 'until-answered', requestId).then((outcome) => {
      if (!outcome.ok) this.#refuse(message, outcome.error.code);
      else if (outcome.answer.type === 'ack' && outcome.answer.item !== undefined) {
        this.#itemsArrived(contactId, [{ ...outcome.answer.item, requestId }]);
        this.#catchUpIfGap(contactId);
      }
    });
  }

  #refuse(message: OutgoingMessage, refusal: string): void {
    if (!this.#state.chats.has(message.contactId)) return;
    this.#changeChat(message.contactId, (chat) => ({
      outgoing: chat.outgoing.map((candidate) =>
        candidate.requestId === message.requestId ? { ...candidate, refusal } : candidate,
      ),
    }));
    this.#saveUnsent();
  }

  #typingArrived(frame: EphemeralFrame): void {
    if (frame.event !== 'typing' || frame.participantId === this.#ownParticipant(frame.contactId)) return;
    const typist: Typist = {
      participantId: frame.participantId,
      until: this.environment.now() + TYPING_SHOWN_MS,
      ...(frame.displayName === undefined ? {} : { displayName: frame.displayName }),
    };
    this.#changeChat(frame.contactId, (chat) => ({
      typists: [...chat.typists.filter((other) => other.participantId !== typist.participantId), typist],
    }));
  }

  #expireTyping(): void {
    const now = this.environment.now();
    for (const [contactId, chat] of this.#state.chats) {
      if (chat.typists.some((typist) => typist.until <= now)) {
        this.#changeChat(contactId, () => ({ typists: chat.typists.filter((typist) => typist.until > now) }));
      }
    }
  }

  #forgetContactsBut(present: ReadonlySet<string>): void {
    const gone = new Set([...this.#state.chats.keys(), ...Object.keys(this.#state.drafts)]);
    for (const contactId of present) gone.delete(contactId);
    if (gone.size === 0) return;
    const chats = new Map(this.#state.chats);
    for (const contactId of gone) {
      chats.delete(contactId);
      this.#typingSentAt.delete(contactId);
      this.#deliveredSent.delete(contactId);
    }
    const drafts = Object.fromEntries(Object.entries(this.#state.drafts).filter(([id]) => !gone.has(id)));
    this.#update({ chats, drafts });
    for (const contactId of gone) this.#requests.drop(contactId);
    this.#saveUnsent();
  }

  #changeChat(contactId: string, change: (chat: ChatView) => Partial<ChatView>): void {
    const chat = this.#state.chats.get(contactId) ?? EMPTY_CHAT;
    this.#update({ chats: new Map(this.#state.chats).set(contactId, { ...chat, ...change(chat) }) });
  }

  #saveUnsent(): void {
    const outgoing = [...this.#state.chats.values()].flatMap((chat) => chat.outgoing);
    saveUnsent(this.storage, this.userId, { drafts: this.#state.drafts, outgoing });
  }

  #update(change: Partial<WorkspaceState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Whether the chat can be read: it was connected to this agent and is not cleared yet. */
export function isChatOpen(contact: ContactView): boolean {
  return contact.channel === 'CHAT' && (contact.state === 'CONNECTED' || contact.state === 'ENDED');
}
