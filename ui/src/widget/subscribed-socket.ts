/** A socket that is open once it is subscribed to the chat: its address comes from the participant API. */

import { CLOSE_SIGNED_OUT } from '../protocol/connection.js';
import type { Environment, Socket } from '../protocol/environment.js';
import { ParticipantError, type ChatConnection } from './participant.js';

export const HEARTBEAT_FRAME = { topic: 'aws/heartbeat' } as const;
const TOPIC = 'aws/chat';
const CLOSE_BROKEN = 1006;

/** A frame of the chat's socket; undefined where it is none. */
export function parseFrame(text: unknown): { topic: string; content?: unknown } | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const frame: unknown = JSON.parse(text);
    if (typeof frame !== 'object' || frame === null || !('topic' in frame)) return undefined;
    return typeof frame.topic === 'string' ? (frame as { topic: string; content?: unknown }) : undefined;
  } catch {
    return undefined;
  }
}

export class SubscribedSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  #socket: Socket | undefined;
  #isClosed = false;

  constructor(
    private readonly environment: Environment,
    connect: () => Promise<ChatConnection>,
  ) {
    connect().then(
      (connection) => this.#open(connection.Websocket.Url),
      (error: unknown) => {
        const isEnd = error instanceof ParticipantError && error.isEnd;
        this.#end(isEnd ? CLOSE_SIGNED_OUT : CLOSE_BROKEN);
      },
    );
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  close(code?: number): void {
    this.#isClosed = true;
    this.#socket?.close(code);
  }

  #open(url: string): void {
    if (this.#isClosed) return;
    const socket = this.environment.openSocket(url);
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ topic: 'aws/subscribe', content: { topics: [TOPIC] } }));
    };
    socket.onmessage = (event) => {
      if (parseFrame(event.data)?.topic === 'aws/subscribe') this.#subscribed(event.data);
      else this.onmessage?.(event);
    };
    socket.onclose = (event) => this.#end(event.code);
  }

  #subscribed(text: unknown): void {
    const content = parseFrame(text)?.content as { status?: string } | undefined;
    if (content?.status === 'success') this.onopen?.();
    else this.#socket?.close();
  }

  #end(code: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onclose?.({ code });
  }
}
