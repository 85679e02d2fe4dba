/** One customer's chat: connected, in order, each item once, nothing lost. */

import { Connection, type ConnectionState } from '../protocol/connection.js';
import type { Environment } from '../protocol/environment.js';
import {
  EVENT,
  ParticipantError,
  type ParticipantApi,
  type WireItem,
  type WireReceipt,
} from './participant.js';
import type { ChatStorage, OutgoingMessage, StoredChat } from './storage.js';
import { HEARTBEAT_FRAME, parseFrame, SubscribedSocket } from './subscribed-socket.js';

export type Phase = 'idle' | 'starting' | 'active' | 'ended';
export type Receipt = 'sent' | 'delivered' | 'read';

export interface ChatState {
  phase: Phase;
  isConnected: boolean;
  /** Why the last start failed. */
  startError: 'throttled' | 'failed' | undefined;
  ownParticipantId: string | undefined;
  /** Ascending by time, each id once. */
  items: readonly WireItem[];
  /** What is on its way, in the order of sending. */
  outgoing: readonly OutgoingMessage[];
  receipts: ReadonlyMap<string, Receipt>;
  isOtherTyping: boolean;
}

export const TYPING_SHOWN_MS = 6_000;
export const TYPING_SENT_EVERY_MS = 4_000;
export const SEND_AGAIN_AFTER_MS = 2_000;
/** A refusal of a connection token that is younger than this means the end, of an older one its expiry. */
export const TOKEN_FRESH_MS = 60_000;
const RECEIPT_RANK: Record<Receipt, number> = { sent: 0, delivered: 1, read: 2 };

const IDLE: ChatState = {
  phase: 'idle',
  isConnected: false,
  startError: undefined,
  ownParticipantId: undefined,
  items: [],
  outgoing: [],
  receipts: new Map(),
  isOtherTyping: false,
};

export interface ChatOptions {
  instanceId: string;
  contactFlowId: string;
}

export class Chat {
  #state = IDLE;
  #stored: StoredChat | undefined;
  #connection: Connection | undefined;
  #connectionToken: string | undefined;
  #connectionTokenAt = 0;
  /** Ids that were held when nothing was missing; undefined while nothing is missing. */
  #anchors: ReadonlySet<string> | undefined;
  #startToken: string | undefined;
  #isSending = false;
  #typingUntil = 0;
  #typingSentAt = -Infinity;
  #readSentId: string | undefined;

  constructor(
    private readonly options: ChatOptions,
    private readonly api: ParticipantApi,
    private readonly environment: Environment,
    private readonly storage: ChatStorage,
    private readonly onChange: (state: ChatState) => void,
  ) {}

  get state(): ChatState {
    return this.#state;
  }

  /** Goes on with the chat that this tab had before the page was loaded again; false where there is none. */
  resume(): boolean {
    const stored = this.storage.load();
    if (stored === undefined) return false;
    this.#begin(stored);
    return true;
  }

  async start(displayName: string): Promise<void> {
    if (this.#state.phase === 'starting' || this.#state.phase === 'active') return;
    this.#change({ ...IDLE, phase: 'starting' });
    // The same token until it succeeds: a start whose answer got lost is not a second chat.
    this.#startToken ??= this.environment.newId();
    try {
      const started = await this.api.start({ ...this.options, displayName, clientToken: this.#startToken });
      this.#startToken = undefined;
      this.#begin({
        contactId: started.ContactId,
        participantId: started.ParticipantId,
        participantToken: started.ParticipantToken,
        displayName,
        outgoing: [],
      });
    } catch (error) {
      const isThrottled = error instanceof ParticipantError && error.status === 429;
      this.#change({ phase: 'idle', startError: isThrottled ? 'throttled' : 'failed' });
    }
  }

  send(text: string, contentType = 'text/plain'): void {
    if (this.#state.phase !== 'active') return;
    this.#typingSentAt = -Infinity;
    const at = this.environment.now();
    this.#setOutgoing([
      ...this.#state.outgoing,
      { clientToken: this.environment.newId(), contentType, text, at },
    ]);
    void this.#sendOutgoing();
  }

  /** Tells that the customer types; as often as it is called, it is sent every few seconds. */
  typing(): void {
    const now = this.environment.now();
    const token = this.#connectionToken;
    if (token === undefined || !this.#state.isConnected || now - this.#typingSentAt < TYPING_SENT_EVERY_MS) return;
    this.#typingSentAt = now;
    this.#attempt(this.api.sendEvent(token, EVENT.typing));
  }

  /** The customer sees the newest message. */
  markRead(): void {
    const token = this.#connectionToken;
    const last = this.#state.items.findLast((item) => this.#isFromOther(item));
    if (this.#state.phase !== 'active') return;
    if (token === undefined || last === undefined || last.Id === this.#readSentId) return;
    this.#readSentId = last.Id;
    this.#attempt(this.api.sendEvent(token, EVENT.read, { messageId: last.Id }));
  }

  /** Sends a file; false where it was refused. */
  async upload(file: File): Promise<boolean> {
    const token = this.#connectionToken;
    if (token === undefined) return false;
    try {
      await this.api.upload(token, file, this.environment.newId());
      return true;
    } catch {
      return false;
    }
  }

  async attachmentUrl(attachmentId: string): Promise<string | undefined> {
    const token = this.#connectionToken;
    if (token === undefined) return undefined;
    try {
      return await this.api.attachmentUrl(token, attachmentId);
    } catch {
      return undefined;
    }
  }

  /** The customer leaves. */
  async end(): Promise<void> {
    const token = this.#connectionToken;
    this.#finish();
    if (token === undefined) return;
    try {
      await this.api.disconnect(token);
    } catch {
      // The server notices by itself when nobody comes back.
    }
  }

  /** Puts an ended chat away, so that a new one can be started. */
  reset(): void {
    if (this.#state.phase === 'ended') this.#change(IDLE);
  }

  wake(): void {
    this.#connection?.wake();
  }

  #begin(stored: StoredChat): void {
    this.#stored = stored;
    this.storage.save(stored);
    this.#change({
      ...IDLE,
      phase: 'active',
      ownParticipantId: stored.participantId,
      outgoing: stored.outgoing,
    });
    this.#connection = new Connection(
      () => new SubscribedSocket(this.environment, () => this.#connect(stored.participantToken)),
      HEARTBEAT_FRAME,
      this.environment,
      {
        onState: (state) => this.#connectionChanged(state),
        onText: (text) => this.#received(text),
        onTick: () => this.#expireTyping(),
      },
    );
    this.#connection.start();
  }

  async #connect(participantToken: string) {
    const connection = await this.api.connect(participantToken);
    this.#connectionToken = connection.ConnectionCredentials.ConnectionToken;
    this.#connectionTokenAt = this.environment.now();
    return connection;
  }

  #connectionChanged(state: ConnectionState): void {
    if (state.phase === 'stopped') {
      if (state.reason === 'signed-out') this.#finish();
      return;
    }
    this.#change({ isConnected: state.phase === 'open' });
    if (state.phase === 'open') {
      void this.#catchUp();
      void this.#sendOutgoing();
    }
  }

  /**
   * Fetches the transcript backwards until it meets what is already here. It may come after the end: a flow's
   * last words are read even where the chat was over before the page had connected.
   */
  async #catchUp(): Promise<void> {
    const token = this.#connectionToken;
    if (token === undefined) return;
    try {
      let nextToken: string | undefined;
      // After a catching up that broke off, the newest items alone do not prove that none is missing.
      const known = (this.#anchors ??= new Set(this.#state.items.map((item) => item.Id)));
      do {
        const page = await this.api.transcript(token, nextToken);
        this.#itemsArrived(page.Transcript);
        if (page.Transcript.some((item) => known.has(item.Id))) break;
        nextToken = page.NextToken;
      } while (nextToken !== undefined && nextToken !== '');
      this.#anchors = undefined;
    } catch (error) {
      this.#passOrFinish(error);
      const isPassing = error instanceof ParticipantError && error.isPassing;
      if (this.#state.phase === 'active' || (this.#state.phase === 'ended' && isPassing)) {
        this.environment.after(SEND_AGAIN_AFTER_MS, () => {
          const isOver = this.#state.phase === 'ended' && this.#connectionToken === token;
          if (this.#state.isConnected || isOver) void this.#catchUp();
        });
      }
    }
  }

  #received(text: unknown): void {
    const frame = parseFrame(text);
    if (frame?.topic !== 'aws/chat' || typeof frame.content !== 'string') return;
    let item: WireItem;
    try {
      item = JSON.parse(frame.content) as WireItem;
    } catch {
      return;
    }
    if (item.Type === 'MESSAGEMETADATA') this.#receiptsArrived([item]);
    else if (item.ContentType === EVENT.typing) this.#typingArrived(item);
    else this.#itemsArrived([item]);
  }

  #itemsArrived(arrived: readonly WireItem[]): void {
    const shown = arrived.filter((item) => item.Type !== 'MESSAGEMETADATA' && item.ContentType !== EVENT.typing);
    const byId = new Map(this.#state.items.map((item) => [item.Id, item]));
    const fresh = shown.filter((item) => !byId.has(item.Id));
    for (const item of shown) byId.set(item.Id, item);
    const items = [...byId.values()].sort(
      (a, b) => Date.parse(a.AbsoluteTime) - Date.parse(b.AbsoluteTime),
    );
    this.#markEchoed(fresh);
    const isSpoken = fresh.some((item) => this.#isFromOther(item));
    this.#change({ items, ...(isSpoken ? { isOtherTyping: false } : {}) });
    this.#receiptsArrived(arrived);
    if (fresh.some((item) => item.ContentType === EVENT.ended)) this.#finish();
    if (isSpoken) this.#reportDelivery(fresh);
  }

  /** The message on its way may come back sooner than the answer to its sending: show it once. */
  #markEchoed(fresh: readonly WireItem[]): void {
    const inFlight = this.#state.outgoing.find((message) => message.isRefused !== true);
    if (inFlight === undefined) return;
    const isEcho = fresh.some(
      (item) => item.ParticipantId === this.#state.ownParticipantId && item.Content === inFlight.text,
    );
    if (isEcho) this.#replaceOutgoing({ ...inFlight, isEchoed: true });
  }

  #reportDelivery(fresh: readonly WireItem[]): void {
    const token = this.#connectionToken;
    const last = fresh.findLast((item) => this.#isFromOther(item));
    if (this.#state.phase !== 'active' || token === undefined || last === undefined) return;
    this.#attempt(this.api.sendEvent(token, EVENT.delivered, { messageId: last.Id }));
  }

  #receiptsArrived(items: readonly WireItem[]): void {
    const receipts = new Map(this.#state.receipts);
    for (const { MessageMetadata: metadata } of items) {
      if (metadata === undefined) continue;
      const receipt = furthest(metadata.Receipts ?? [], this.#state.ownParticipantId);
      const before = receipts.get(metadata.MessageId) ?? 'sent';
      if (RECEIPT_RANK[receipt] > RECEIPT_RANK[before]) receipts.set(metadata.MessageId, receipt);
    }
    this.#change({ receipts });
  }

  #typingArrived(item: WireItem): void {
    if (item.ParticipantId === this.#state.ownParticipantId) return;
    this.#typingUntil = this.environment.now() + TYPING_SHOWN_MS;
    this.#change({ isOtherTyping: true });
  }

  #expireTyping(): void {
    if (this.#state.isOtherTyping && this.environment.now() >= this.#typingUntil) {
      this.#change({ isOtherTyping: false });
    }
  }

  /** Sends what waits, one after the other: the order of typing is the order of arrival. */
  async #sendOutgoing(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      for (;;) {
        const token = this.#connectionToken;
        const message = this.#state.outgoing.find((candidate) => candidate.isRefused !== true);
        if (token === undefined || message === undefined) break;
        if (!(await this.#sendOne(token, message))) break;
      }
    } finally {
      this.#isSending = false;
    }
  }

  /** Sends `message`; false where the rest must wait. */
  async #sendOne(token: string, message: OutgoingMessage): Promise<boolean> {
    try {
      const { Id, AbsoluteTime } = await this.api.sendMessage(token, message);
      this.#setOutgoing(this.#state.outgoing.filter((other) => other.clientToken !== message.clientToken));
      if (this.#state.items.every((item) => item.Id !== Id)) {
        this.#itemsArrived([this.#ownItem(Id, AbsoluteTime, message)]);
      }
      return true;
    } catch (error) {
      if (error instanceof ParticipantError && !error.isPassing && !error.isEnd) {
        this.#replaceOutgoing({ ...message, isRefused: true });
        return true;
      }
      this.#passOrFinish(error);
      if (this.#state.phase === 'active') {
        this.environment.after(SEND_AGAIN_AFTER_MS, () => void this.#sendOutgoing());
      }
      return false;
    }
  }

  #ownItem(id: string, absoluteTime: string, { contentType, text }: OutgoingMessage): WireItem {
    return {
      Id: id,
      AbsoluteTime: absoluteTime,
      Type: 'MESSAGE',
      ContentType: contentType,
      Content: text,
      ParticipantRole: 'CUSTOMER',
      ...(this.#stored === undefined
        ? {}
        : { ParticipantId: this.#stored.participantId, DisplayName: this.#stored.displayName }),
    };
  }

  #isFromOther(item: WireItem): boolean {
    return item.Type !== 'EVENT' && item.ParticipantId !== this.#state.ownParticipantId;
  }

  #replaceOutgoing(message: OutgoingMessage): void {
    this.#setOutgoing(
      this.#state.outgoing.map((other) => (other.clientToken === message.clientToken ? message : other)),
    );
  }

  #setOutgoing(outgoing: readonly OutgoingMessage[]): void {
    this.#change({ outgoing });
    if (this.#stored === undefined) return;
    this.#stored = { ...this.#stored, outgoing: [...outgoing] };
    this.storage.save(this.#stored);
  }

  /** For what may get lost: a receipt or a sign of typing. */
  #attempt(request: Promise<unknown>): void {
    request.catch((error: unknown) => this.#passOrFinish(error));
  }

  #passOrFinish(error: unknown): void {
    if (!(error instanceof ParticipantError && error.isEnd) || this.#connection === undefined) return;
    if (this.environment.now() - this.#connectionTokenAt < TOKEN_FRESH_MS) {
      this.#finish();
    } else {
      this.#connection.stop();
      this.#connection.start();
    }
  }

  #finish(): void {
    if (this.#state.phase === 'ended') return;
    this.storage.clear();
    this.#stored = undefined;
    this.#change({ phase: 'ended', isConnected: false, isOtherTyping: false });
    this.#connection?.stop();
    this.#connection = undefined;
  }

  #change(change: Partial<ChatState>): void {
    this.#state = { ...this.#state, ...change };
    this.onChange(this.#state);
  }
}

function furthest(receipts: readonly WireReceipt[], ownParticipantId: string | undefined): Receipt {
  let result: Receipt = 'sent';
  for (const receipt of receipts) {
    if (receipt.RecipientParticipantId === ownParticipantId) continue;
    if (receipt.ReadTimestamp !== undefined) return 'read';
    if (receipt.DeliveredTimestamp !== undefined) result = 'delivered';
  }
  return result;
}
