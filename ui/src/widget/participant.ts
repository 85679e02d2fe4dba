/** The participant API as a customer's page uses it; names on the wire are Amazon Connect's. */

export const EVENT = {
  typing: 'application/vnd.amazonaws.connect.event.typing',
  joined: 'application/vnd.amazonaws.connect.event.participant.joined',
  left: 'application/vnd.amazonaws.connect.event.participant.left',
  ended: 'application/vnd.amazonaws.connect.event.chat.ended',
  delivered: 'application/vnd.amazonaws.connect.event.message.delivered',
  read: 'application/vnd.amazonaws.connect.event.message.read',
} as const;

export const SUPPORTED_CONTENT_TYPES = [
  'text/plain',
  'text/markdown',
  'application/vnd.amazonaws.connect.message.interactive',
  'application/vnd.amazonaws.connect.message.interactive.response',
] as const;

export interface StartedChat {
  ContactId: string;
  ParticipantId: string;
  ParticipantToken: string;
}

export interface WireAttachment {
  AttachmentId: string;
  AttachmentName: string;
  ContentType: string;
  Status: 'APPROVED' | 'REJECTED' | 'IN_PROGRESS';
}

export interface WireReceipt {
  DeliveredTimestamp?: string;
  ReadTimestamp?: string;
  RecipientParticipantId?: string;
}

export interface WireItem {
  Id: string;
  AbsoluteTime: string;
  Type: 'MESSAGE' | 'EVENT' | 'ATTACHMENT' | 'MESSAGEMETADATA';
  ContentType?: string;
  Content?: string;
  ParticipantId?: string;
  ParticipantRole?: string;
  DisplayName?: string;
  ContactId?: string;
  InitialContactId?: string;
  Attachments?: WireAttachment[];
  MessageMetadata?: { MessageId: string; Receipts?: WireReceipt[] };
}

export interface ChatConnection {
  Websocket: { Url: string; ConnectionExpiry: string };
  ConnectionCredentials: { ConnectionToken: string; Expiry: string };
}

export interface TranscriptPage {
  Transcript: WireItem[];
  NextToken?: string;
}

/** The server refused (`status` is HTTP's), or could not be reached (0). */
export class ParticipantError extends Error {
  constructor(readonly status: number) {
    super(`participant API answered ${status}`);
    this.name = 'ParticipantError';
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** Whether the chat is over for this participant. */
  get isEnd(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

export interface StartRequest {
  instanceId: string;
  contactFlowId: string;
  displayName: string;
  clientToken: string;
}

const PAGE_SIZE = 100;

export class ParticipantApi {
  constructor(
    private readonly startUrl: string,
    private readonly request: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  async start({ instanceId, contactFlowId, displayName, clientToken }: StartRequest): Promise<StartedChat> {
    const answer = await this.#post<{ data: { startChatResult: StartedChat } }>(this.startUrl, undefined, {
      InstanceId: instanceId,
      ContactFlowId: contactFlowId,
      ParticipantDetails: { DisplayName: displayName },
      Attributes: {},
      SupportedMessagingContentTypes: SUPPORTED_CONTENT_TYPES,
      ClientToken: clientToken,
    });
    return answer.data.startChatResult;
  }

  connect(participantToken: string): Promise<ChatConnection> {
    return this.#call('connection', participantToken, {
      Type: ['WEBSOCKET', 'CONNECTION_CREDENTIALS'],
      ConnectParticipant: true,
    });
  }

  sendMessage(
    token: string,
    message: { contentType: string; text: string; clientToken: string },
  ): Promise<{ Id: string; AbsoluteTime: string }> {
    const { contentType, text, clientToken } = message;
    return this.#call('message', token, { ContentType: contentType, Content: text, ClientToken: clientToken });
  }

  sendEvent(token: string, contentType: string, content?: object): Promise<unknown> {
    const body = content === undefined ? {} : { Content: JSON.stringify(content) };
    return this.#call('event', token, { ContentType: contentType, ...body });
  }

  /** The newest items, or those before `nextToken`; oldest first. */
  transcript(token: string, nextToken?: string): Promise<TranscriptPage> {
    return this.#call('transcript', token, {
      MaxResults: PAGE_SIZE,
      ScanDirection: 'BACKWARD',
      SortOrder: 'ASCENDING',
      ...(nextToken === undefined ? {} : { NextToken: nextToken }),
    });
  }

  async upload(token: string, file: File, clientToken: string): Promise<void> {
    const grant = await this.#call<{
      AttachmentId: string;
      UploadMetadata: { Url: string; HeadersToInclude: Record<string, string> };
    }>('start-attachment-upload', token, {
      AttachmentName: file.name,
      AttachmentSizeInBytes: file.size,
      ContentType: file.type === '' ? 'application/octet-stream' : file.type,
      ClientToken: clientToken,
    });
    await this.#fetch(grant.UploadMetadata.Url, {
      method: 'PUT',
      headers: grant.UploadMetadata.HeadersToInclude,
      body: file,
    });
    await this.#call('complete-attachment-upload', token, {
      AttachmentIds: [grant.AttachmentId],
      ClientToken: `${clientToken}-complete`,
    });
  }

  async attachmentUrl(token: string, attachmentId: string): Promise<string> {
    const { Url } = await this.#call<{ Url: string }>('attachment', token, { AttachmentId: attachmentId });
    return Url;
  }

  disconnect(token: string): Promise<unknown> {
    return this.#call('disconnect', token, {});
  }

  #call<T>(operation: string, token: string, body: object): Promise<T> {
    return this.#post(new URL(`/participant/${operation}`, this.startUrl).href, token, body);
  }

  async #post<T>(url: string, token: string | undefined, body: object): Promise<T> {
    const headers: Record<string, string> = { 'Content-Type': 'application/json' };
    if (token !== undefined) headers['X-Amz-Bearer'] = token;
    const answer = await this.#fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await answer.text();
    return (text === '' ? {} : JSON.parse(text)) as T;
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      answer = await this.request(url, { ...init, credentials: 'omit', referrerPolicy: 'no-referrer' });
    } catch {
      throw new ParticipantError(0);
    }
    if (!answer.ok) throw new ParticipantError(answer.status);
    return answer;
  }
}
