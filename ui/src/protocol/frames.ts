/** The frames of the workspace socket and the answers of `/api`: docs/workspace-protocol.md. */

export type Channel = 'VOICE' | 'CHAT' | 'TASK';
export type ContactState = 'CONNECTING' | 'CONNECTED' | 'MISSED' | 'ENDED' | 'ERROR';
export type StatusKind = 'ROUTABLE' | 'CUSTOM' | 'OFFLINE';
export type ParticipantRole = 'AGENT' | 'CUSTOMER' | 'SYSTEM' | 'CUSTOM_BOT' | 'SUPERVISOR';

export interface AgentStatus {
  id: string;
  name: string;
  kind: StatusKind;
}

export interface AgentView {
  userId: string;
  username: string;
  displayName: string;
  /** Absent until the agent has chosen one for the first time. */
  status?: AgentStatus & { sinceAt?: number };
  nextStatus?: AgentStatus;
  statuses: AgentStatus[];
}

export interface Reference {
  name: string;
  kind: string;
  value: string;
}

/** What a contact of the channel `VOICE` has besides. */
export interface CallView {
  /** Whether the customer is on hold. */
  held: boolean;
  /** While a flow has the call and the agent stays on the line: whom it speaks with. */
  flowSpeaksWith?: 'AGENT' | 'CUSTOMER' | 'BOTH';
  /** Which browser of the agent has the media; absent while none has. */
  media?: 'HERE' | 'ELSEWHERE';
  /** The number or address that called. */
  customerAddress?: string;
}

export interface ContactView {
  contactId: string;
  initialContactId: string;
  channel: Channel;
  state: ContactState;
  stateAt: number;
  initiatedAt: number;
  offerExpiresAt?: number;
  wrapUpEndsAt?: number;
  queueName?: string;
  customerName?: string;
  name?: string;
  description?: string;
  references: Reference[];
  attributes?: Record<string, string>;
  participantId?: string;
  lastSequence?: number;
  readSequence?: number;
  call?: CallView;
}

export type AttachmentStatus = 'APPROVED' | 'REJECTED' | 'IN_PROGRESS';

export interface AttachmentView {
  id: string;
  name: string;
  contentType: string;
  size?: number;
  status: AttachmentStatus;
}

export interface ReceiptView {
  participantId: string;
  deliveredAt?: number;
  readAt?: number;
}

export interface TranscriptItem {
  id: string;
  contactId: string;
  sequence: number;
  at: number;
  role: ParticipantRole;
  participantId?: string;
  displayName?: string;
  kind: 'message' | 'event' | 'attachment';
  /** Absent with attachments, which have one each. */
  contentType?: string;
  text?: string;
  attachments?: AttachmentView[];
  requestId?: string;
  receipts?: ReceiptView[];
}

export interface ProtocolError {
  code: string;
  message: string;
  retryAfterSeconds?: number;
}

export interface SnapshotFrame {
  type: 'snapshot';
  serverTime: number;
  agent: AgentView;
  contacts: ContactView[];
}

export interface ItemFrame {
  type: 'chat.item';
  contactId: string;
  item: TranscriptItem;
}

export interface EphemeralFrame {
  type: 'chat.ephemeral';
  contactId: string;
  event: string;
  participantId: string;
  role: ParticipantRole;
  displayName?: string;
}

export interface ReceiptFrame {
  type: 'chat.receipt';
  contactId: string;
  itemId: string;
  sequence: number;
  participantId: string;
  receipt: 'delivered' | 'read';
  at: number;
}

export interface HistoryFrame {
  type: 'chat.history';
  requestId: string;
  contactId: string;
  items: TranscriptItem[];
  hasMore: boolean;
}

export interface AckFrame {
  type: 'ack';
  requestId: string;
  /** With `chat.send`. */
  item?: TranscriptItem;
  /** With `call.connect`: the answer to the offer. */
  sdp?: string;
}

export interface ErrorFrame {
  type: 'error';
  requestId?: string;
  error: ProtocolError;
}

export interface PongFrame {
  type: 'pong';
  serverTime: number;
}

export type ServerFrame =
  | SnapshotFrame
  | ItemFrame
  | EphemeralFrame
  | ReceiptFrame
  | HistoryFrame
  | AckFrame
  | ErrorFrame
  | PongFrame;

/** What a request asks, without its id. */
export type RequestBody =
  | { type: 'status.set'; statusId: string }
  | { type: 'contact.accept'; contactId: string }
  | { type: 'contact.decline'; contactId: string }
  | { type: 'contact.end'; contactId: string }
  | { type: 'contact.complete'; contactId: string }
  | { type: 'contact.transfer'; contactId: string; quickConnectId: string }
  | { type: 'call.connect'; contactId: string; sdp: string; take?: boolean }
  | { type: 'call.hold'; contactId: string; on: boolean }
  | { type: 'chat.send'; contactId: string; contentType: string; text: string }
  | { type: 'chat.history'; contactId: string; beforeSequence?: number; afterSequence?: number };

/** What is sent once and gets no answer of its own. */
export type Notice =
  | { type: 'ping' }
  | { type: 'chat.typing'; contactId: string }
  | { type: 'chat.delivered'; contactId: string; sequence: number }
  | { type: 'chat.read'; contactId: string; sequence: number };

/** Most characters (Unicode scalar values) of a chat message in `text/plain`. */
export const MESSAGE_CHARACTERS_MAX = 1024;

/** Largest attachment, in bytes. */
export const ATTACHMENT_BYTES_MAX = 20 * 1024 * 1024;

const FRAME_TYPES: ReadonlySet<string> = new Set<ServerFrame['type']>([
  'snapshot',
  'chat.item',
  'chat.ephemeral',
  'chat.receipt',
  'chat.history',
  'ack',
  'error',
  'pong',
]);

/** The frame in `text`; undefined where it is none that this page knows. */
export function parseServerFrame(text: unknown): ServerFrame | undefined {
  if (typeof text !== 'string') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  return typeof value.type === 'string' && FRAME_TYPES.has(value.type) ? (value as ServerFrame) : undefined;
}

/** Length as the server counts it: in Unicode scalar values. */
export function characterCount(text: string): number {
  let count = 0;
  for (const character of text) count += character.length > 0 ? 1 : 0;
  return count;
}
