/** The participant API in memory: remembers what it was told, answers as the real one does. */

import type { WireItem } from '../widget/participant.js';
import type { FakeEnvironment } from './fake-environment.js';

export const CUSTOMER_ID = 'customer';
const CHAT = { ContactId: 'contact', InitialContactId: 'contact' };

export interface Call {
  operation: string;
  token: string | null;
  body: Record<string, unknown>;
}

export class FakeParticipantServer {
  readonly items: WireItem[] = [];
  readonly calls: Call[] = [];
  /** Status codes for the next calls of an operation; 200 succeeds, 0 is a broken network before, -1 after the deed. */
  readonly failures = new Map<string, number[]>();
  pageSize = 100;
  readonly #messageByToken = new Map<string, WireItem>();

  constructor(private readonly environment: FakeEnvironment) {}

  readonly fetch = ((url: string, init: RequestInit): Promise<Response> => {
    const operation = new URL(url).pathname.split('/').at(-1) ?? '';
    const body = JSON.parse(typeof init.body === 'string' ? init.body : '{}') as Record<string, unknown>;
    this.calls.push({ operation, token: new Headers(init.headers).get('x-amz-bearer'), body });
    const failure = this.failures.get(operation)?.shift();
    if (failure === 0) return Promise.reject(new TypeError('network'));
    if (failure !== undefined && failure >= 400) return Promise.resolve(new Response('{}', { status: failure }));
    const answer = this.#answer(operation, body);
    if (failure === -1) return Promise.reject(new TypeError('network'));
    return Promise.resolve(new Response(JSON.stringify(answer)));
  }) as typeof fetch;

  callsOf(operation: string): Call[] {
    return this.calls.filter((call) => call.operation === operation);
  }

  /** Something is said; `isHeard`: the open socket tells of it. */
  say(item: Partial<WireItem>, isHeard = true): WireItem {
    const id = `item-${this.items.length + 1}`;
    const said: WireItem = {
      ...CHAT,
      Id: id,
      AbsoluteTime: new Date(1_700_000_000_000 + this.items.length).toISOString(),
      Type: 'MESSAGE',
      ContentType: 'text/plain',
      ...item,
    };
    this.items.push(said);
    if (isHeard) this.push(said);
    return said;
  }

  push(item: WireItem): void {
    this.environment.socket.receive({ topic: 'aws/chat', content: JSON.stringify(item) });
  }

  /** The socket opens and its subscription succeeds. */
  acceptSocket(): void {
    this.environment.socket.onopen?.();
    this.environment.socket.receive({ topic: 'aws/subscribe', content: { status: 'success' } });
  }

  #answer(operation: string, body: Record<string, unknown>): unknown {
    switch (operation) {
      case 'start':
        return {
          data: {
            startChatResult: { ContactId: 'contact', ParticipantId: CUSTOMER_ID, ParticipantToken: 'participant-token' },
          },
        };
      case 'connection':
        return {
          Websocket: { Url: 'wss://test/socket', ConnectionExpiry: '' },
          ConnectionCredentials: { ConnectionToken: `connection-${this.callsOf('connection').length}`, Expiry: '' },
        };
      case 'message':
        return this.#message(body);
      case 'transcript':
        return this.#page(body);
      default:
        return {};
    }
  }

  #message(body: Record<string, unknown>): { Id: string; AbsoluteTime: string } {
    const clientToken = body.ClientToken as string;
    const known = this.#messageByToken.get(clientToken);
    const item = known ?? this.say({ Content: body.Content as string, ParticipantId: CUSTOMER_ID }, false);
    this.#messageByToken.set(clientToken, item);
    return { Id: item.Id, AbsoluteTime: item.AbsoluteTime };
  }

  #page(body: Record<string, unknown>): { Transcript: WireItem[]; NextToken?: string } {
    const end = body.NextToken === undefined ? this.items.length : Number(body.NextToken);
    const start = Math.max(0, end - this.pageSize);
    return { Transcript: this.items.slice(start, end), ...(start > 0 ? { NextToken: String(start) } : {}) };
  }
}
