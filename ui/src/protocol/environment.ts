/** Time, randomness and sockets come in, so that tests decide them. */

export type TimerId = number;

/** The part of `WebSocket` that is used. */
export interface Socket {
  send(text: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

export interface Environment {
  openSocket(url: string): Socket;
  now(): number;
  /** Calls `callback` every `intervalMs` until cleared. */
  every(intervalMs: number, callback: () => void): TimerId;
  after(delayMs: number, callback: () => void): TimerId;
  clear(timer: TimerId): void;
  /** From 0 to below 1. */
  random(): number;
  newId(): string;
}

export const browserEnvironment: Environment = {
  openSocket: (url) => new WebSocket(url) as Socket,
  now: () => Date.now(),
  every: (intervalMs, callback) => window.setInterval(callback, intervalMs),
  after: (delayMs, callback) => window.setTimeout(callback, delayMs),
  clear: (timer) => {
    window.clearTimeout(timer);
  },
  random: () => Math.random(),
  // Not `randomUUID`, which pages of customers without TLS do not have.
  newId: () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  },
};
