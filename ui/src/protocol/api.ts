/** The requests to `/api`: docs/workspace-protocol.md, sections 2, 3, 5 and 6. */

import type { Channel, ProtocolError, Reference, TranscriptItem } from './frames.js';

export interface Session {
  user: { id: string; username: string; firstName: string; lastName: string };
  instance: { id: string; alias: string };
  permissions: string[];
  csrfToken: string;
  serverTime: number;
}

export interface Enrolment {
  result: 'second-factor-enrolment';
  otpauthUri: string;
  secret: string;
  enrolmentToken: string;
}

export type SignInAnswer =
  | { result: 'signed-in'; session: Session }
  | { result: 'second-factor-required' }
  | Enrolment;

export interface QuickConnect {
  id: string;
  name: string;
  kind: 'USER' | 'QUEUE' | 'PHONE_NUMBER';
  description?: string;
}

export interface UploadGrant {
  attachmentId: string;
  url: string;
  headers: Record<string, string>;
  expiresAt: number;
}

export interface DownloadGrant {
  url: string;
  expiresAt: number;
}

export interface ContactSummary {
  contactId: string;
  initialContactId: string;
  channel: Channel;
  initiationMethod: string;
  initiatedAt: number;
  disconnectedAt?: number;
  disconnectReason?: string;
  queueName?: string;
  agentUsername?: string;
  customerName?: string;
}

/** How well one side of a call was heard. */
export interface RecordedQuality {
  /** Estimated mean opinion, 1 (bad) to 4.5. */
  mos: number;
  packetsReceived: number;
  packetsLost: number;
  jitterUs: number;
  roundTripUs?: number;
}

export interface ContactRecord extends ContactSummary {
  previousContactId?: string;
  nextContactId?: string;
  relatedContactId?: string;
  name?: string;
  description?: string;
  connectedToSystemAt?: number;
  enqueuedAt?: number;
  dequeuedAt?: number;
  connectedToAgentAt?: number;
  transferCompletedAt?: number;
  afterContactWorkStartedAt?: number;
  afterContactWorkEndedAt?: number;
  scheduledAt?: number;
  agentConnectionAttempts: number;
  /** Who called, and which number or address was called. */
  customerAddress?: string;
  systemAddress?: string;
  /** How often the customer was on hold, for how long in sum and at most. */
  holds?: number;
  customerHoldMs?: number;
  longestHoldMs?: number;
  /** How well customer and agent of a call were heard. */
  customerQuality?: RecordedQuality;
  agentQuality?: RecordedQuality;
  references: Reference[];
  attributes?: Record<string, string>;
  tags: Record<string, string>;
}

export type TimelineEntry =
  | {
      kind: 'event';
      at: number;
      event: string;
      queueName?: string;
      agentUsername?: string;
      quickConnectName?: string;
      detail?: string;
    }
  | { kind: 'flow-step'; at: number; flowName: string; blockId: string; blockType: string; outcome?: string };

export interface ContactDetail {
  record: ContactRecord;
  timeline: TimelineEntry[];
  timelineTruncated: boolean;
  transcriptPermitted: boolean;
}

export interface Page {
  contacts: ContactSummary[];
  nextCursor?: string;
}

export interface TranscriptPage {
  items: TranscriptItem[];
  hasMore: boolean;
}

/** The server refused, or could not be reached (`unreachable`). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: ProtocolError,
  ) {
    super(detail.message);
    this.name = 'ApiError';
  }

  get code(): string {
    return this.detail.code;
  }
}

export class Api {
  #csrfToken: string | undefined;

  /** `onSignedOut` hears that the session is over, whichever request found out. */
  constructor(
    private readonly request: typeof fetch = (input, init) => fetch(input, init),
    private readonly onSignedOut: () => void = () => undefined,
  ) {}

  async session(): Promise<Session> {
    return this.#remember(await this.#get<Session>('/api/session'));
  }

  signIn(body: { username: string; password: string; code?: string }): Promise<SignInAnswer> {
    return this.#signInStep('/api/sign-in', body);
  }

  confirmSecondFactor(body: { enrolmentToken: string; code: string }): Promise<SignInAnswer> {
    return this.#signInStep('/api/second-factor', body);
  }

  setUp(body: {
    token: string;
    username: string;
    firstName: string;
    lastName: string;
    password: string;
  }): Promise<SignInAnswer> {
    return this.#signInStep('/api/set-up', body);
  }

  acceptInvitation(body: { token: string; password: string }): Promise<SignInAnswer> {
    return this.#signInStep('/api/invitation', body);
  }

  async signOut(): Promise<void> {
    await this.#post('/api/sign-out', {});
    this.#csrfToken = undefined;
  }

  async quickConnects(contactId: string): Promise<QuickConnect[]> {
    const path = `/api/quick-connects?contactId=${encodeURIComponent(contactId)}`;
    return (await this.#get<{ quickConnects: QuickConnect[] }>(path)).quickConnects;
  }

  /** Uploads `file` to the contact; it then arrives as an item of the chat. */
  async upload(contactId: string, file: File): Promise<void> {
    const attachments = `/api/contacts/${encodeURIComponent(contactId)}/attachments`;
    const grant = await this.#post<UploadGrant>(attachments, {
      name: file.name,
      size: file.size,
      contentType: file.type === '' ? 'application/octet-stream' : file.type,
    });
    const answer = await this.#fetch(grant.url, {
      method: 'PUT',
      headers: grant.headers,
      body: file,
      credentials: 'omit',
    });
    if (!answer.ok) throw await errorOf(answer);
    await this.#post(`${attachments}/${encodeURIComponent(grant.attachmentId)}/complete`, {});
  }

  download(contactId: string, attachmentId: string): Promise<DownloadGrant> {
    return this.#get(
      `/api/contacts/${encodeURIComponent(contactId)}/attachments/${encodeURIComponent(attachmentId)}`,
    );
  }

  contacts(query: { limit: number; cursor?: string; channel?: Channel }): Promise<Page> {
    const parameters = new URLSearchParams({ limit: String(query.limit) });
    if (query.cursor !== undefined) parameters.set('cursor', query.cursor);
    if (query.channel !== undefined) parameters.set('channel', query.channel);
    return this.#get(`/api/contacts?${parameters.toString()}`);
  }

  contact(contactId: string): Promise<ContactDetail> {
    return this.#get(`/api/contacts/${encodeURIComponent(contactId)}`);
  }

  transcript(contactId: string, afterSequence: number): Promise<TranscriptPage> {
    return this.#get(`/api/contacts/${encodeURIComponent(contactId)}/transcript?afterSequence=${afterSequence}`);
  }

  async #signInStep(path: string, body: object): Promise<SignInAnswer> {
    const answer = await this.#post<SignInAnswer>(path, body);
    if (answer.result === 'signed-in') this.#remember(answer.session);
    return answer;
  }

  #remember(session: Session): Session {
    this.#csrfToken = session.csrfToken;
    return session;
  }

  #get<T>(path: string): Promise<T> {
    return this.#call<T>(path, { method: 'GET' });
  }

  #post<T>(path: string, body: object): Promise<T> {
    const headers: Record<string, string> = { 'Content-Type': 'application/json' };
    if (this.#csrfToken !== undefined) headers['X-Ringfence-Csrf'] = this.#csrfToken;
    return this.#call<T>(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async #call<T>(path: string, init: RequestInit): Promise<T> {
    const answer = await this.#fetch(path, { ...init, credentials: 'same-origin' });
    if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
    const error = await errorOf(answer);
    if (error.code === 'not-signed-in') this.onSignedOut();
    throw error;
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.request(url, init);
    } catch {
      throw new ApiError(0, { code: 'unreachable', message: 'check the network and try again' });
    }
  }
}

async function errorOf(answer: Response): Promise<ApiError> {
  try {
    const body = (await answer.json()) as { error?: ProtocolError };
    if (typeof body.error?.code === 'string') return new ApiError(answer.status, body.error);
  } catch {
    // Not in the shape of ours: a proxy, perhaps.
  }
  return new ApiError(answer.status, { code: 'unexpected', message: `status ${answer.status}` });
}
