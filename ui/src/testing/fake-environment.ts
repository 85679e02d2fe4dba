/** Time, randomness and sockets in the hands of a test. */

import type { Environment, Socket } from '../protocol/environment.js';

interface Timer {
  id: number;
  at: number;
  every: number | undefined;
  callback: () => void;
}

export class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;

  constructor(readonly url: string) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.isClosed = true;
  }

  /** The frames sent of one type (of the workspace) or topic (of the chat). */
  sentOf(kind: string): Record<string, unknown>[] {
    return this.sent.filter((frame) => frame.type === kind || frame.topic === kind);
  }

  receive(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** The other side closes, or the network breaks. */
  fail(code = 1006): void {
    this.onclose?.({ code });
  }
}

export class FakeEnvironment implements Environment {
  time = 1_000_000;
  readonly sockets: FakeSocket[] = [];
  #timers: Timer[] = [];
  #ids = 0;

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error('no socket was opened');
    return last;
  }

  openSocket(url: string): Socket {
    const socket = new FakeSocket(url);
    this.sockets.push(socket);
    return socket;
  }

  now(): number {
    return this.time;
  }

  every(intervalMs: number, callback: () => void): number {
    return this.#add(intervalMs, callback, intervalMs);
  }

  after(delayMs: number, callback: () => void): number {
    return this.#add(delayMs, callback, undefined);
  }

  clear(timer: number): void {
    this.#timers = this.#timers.filter(({ id }) => id !== timer);
  }

  random(): number {
    return 1;
  }

  newId(): string {
    this.#ids += 1;
    return `id-${this.#ids}`;
  }

  /** Lets time pass, timer by timer. */
  pass(durationMs: number): void {
    const end = this.time + durationMs;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.time = Math.max(this.time, next.at);
      if (next.every === undefined) this.clear(next.id);
      else next.at += next.every;
      next.callback();
    }
    this.time = end;
  }

  /** The machine sleeps: time passes, no timer runs until it is awake again. */
  sleep(durationMs: number): void {
    this.time += durationMs;
    for (const timer of this.#timers) timer.at = Math.max(timer.at, this.time);
  }

  #add(delayMs: number, callback: () => void, every: number | undefined): number {
    this.#ids += 1;
    this.#timers.push({ id: this.#ids, at: this.time + delayMs, every, callback });
    return this.#ids;
  }
}

/** Storage that lives as long as the test. */
export class FakeStorage {
  readonly entries = new Map<string, string>();

  getItem(key: string): string | null {
    return this.entries.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.entries.set(key, value);
  }

  removeItem(key: string): void {
    this.entries.delete(key);
  }
}

/** Lets everything that is promised already happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}
