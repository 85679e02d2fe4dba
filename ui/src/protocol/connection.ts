/** A WebSocket that comes back: heartbeat, detection of sleep, jittered backoff. */

import { reconnectDelayMs } from './backoff.js';
import type { Environment, Socket, TimerId } from './environment.js';

export type StopReason = 'signed-out' | 'not-permitted' | 'replaced' | 'stopped';

export type ConnectionState =
  | { phase: 'connecting' }
  | { phase: 'open' }
  | { phase: 'waiting'; retryAt: number; closeCode: number }
  | { phase: 'stopped'; reason: StopReason };

export interface ConnectionEvents {
  /** The state has changed. */
  onState(state: ConnectionState): void;
  /** A text frame has arrived. */
  onText(text: unknown): void;
  /** About once a second while connected or trying. */
  onTick(): void;
}

/** The close code of a session that is over; signing in again is the only way back. */
export const CLOSE_SIGNED_OUT = 4401;

export const TICK_MS = 1_000;
export const PING_INTERVAL_MS = 10_000;
/** A ping without any frame in return for this long: the connection is dead. */
export const PONG_TIMEOUT_MS = 15_000;
/** The same after sleep or a change of network, when death is likely. */
export const PROBE_TIMEOUT_MS = 3_000;
export const CONNECT_TIMEOUT_MS = 10_000;
/** Ticks that lie further apart than this mean that the machine slept or the page was frozen. */
export const CLOCK_GAP_MS = 5_000;
const FLOODED_DELAY_MS = 5_000;
/** Being open this long makes the next failure the first one again. */
const STABLE_MS = 5_000;

const CLOSE_HEARTBEAT = 4408;
const CLOSE_FLOODED = 4429;
const STOPPING_CODES: ReadonlyMap<number, StopReason> = new Map([
  [CLOSE_SIGNED_OUT, 'signed-out'],
  [4403, 'not-permitted'],
  [4409, 'replaced'],
]);

export class Connection {
  #state: ConnectionState = { phase: 'stopped', reason: 'stopped' };
  #socket: Socket | undefined;
  #ticker: TimerId | undefined;
  #retry: TimerId | undefined;
  #attempt = 0;
  #phaseSince = 0;
  #lastTick = 0;
  #lastPing = 0;
  /** Set while a ping waits for any sign of life; the connection is dead at this time. */
  #deadAt: number | undefined;

  /** `open` makes a socket; `pingFrame` is what the other side answers, whatever its answer is. */
  constructor(
    private readonly open: () => Socket,
    private readonly pingFrame: object,
    private readonly environment: Environment,
    private readonly events: ConnectionEvents,
  ) {}

  get state(): ConnectionState {
    return this.#state;
  }

  start(): void {
    if (this.#ticker !== undefined) return;
    this.#attempt = 0;
    this.#lastTick = this.environment.now();
    this.#ticker = this.environment.every(TICK_MS, () => this.#tick());
    this.#open();
  }

  stop(reason: StopReason = 'stopped'): void {
    if (this.#ticker !== undefined) this.environment.clear(this.#ticker);
    this.#ticker = undefined;
    this.#clearRetry();
    this.#abandonSocket(1000);
    this.#enter({ phase: 'stopped', reason });
  }

  /** Sends a frame; false where there is no connection to send it on. */
  send(frame: object): boolean {
    if (this.#state.phase !== 'open' || this.#socket === undefined) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** The machine woke up, the network changed or the page is seen again: find out what is left. */
  wake(): void {
    switch (this.#state.phase) {
      case 'open':
        this.#ping(PROBE_TIMEOUT_MS);
        break;
      case 'waiting':
        this.#attempt = 0;
        this.#clearRetry();
        this.#open();
        break;
      case 'connecting':
      case 'stopped':
        break;
    }
  }

  #open(): void {
    const socket = this.open();
    this.#socket = socket;
    this.#deadAt = undefined;
    this.#enter({ phase: 'connecting' });
    socket.onopen = () => {
      this.#lastPing = this.environment.now();
      this.#enter({ phase: 'open' });
    };
    socket.onmessage = (event) => {
      this.#deadAt = undefined;
      this.events.onText(event.data);
    };
    socket.onclose = (event) => this.#closed(event.code);
  }

  #closed(code: number): void {
    this.#abandonSocket();
    const reason = STOPPING_CODES.get(code);
    if (reason !== undefined) {
      this.stop(reason);
      return;
    }
    if (this.#state.phase === 'open' && this.environment.now() - this.#phaseSince >= STABLE_MS) {
      this.#attempt = 0;
    }
    const delay = Math.max(
      reconnectDelayMs(this.#attempt, () => this.environment.random()),
      code === CLOSE_FLOODED ? FLOODED_DELAY_MS : 0,
    );
    this.#attempt += 1;
    this.#enter({ phase: 'waiting', retryAt: this.environment.now() + delay, closeCode: code });
    this.#retry = this.environment.after(delay, () => {
      this.#retry = undefined;
      this.#open();
    });
  }

  #tick(): void {
    const now = this.environment.now();
    const gap = now - this.#lastTick;
    this.#lastTick = now;
    if (gap > CLOCK_GAP_MS || gap < 0) this.wake();
    else if (this.#state.phase === 'open') this.#keepAlive(now);
    else if (this.#state.phase === 'connecting' && now - this.#phaseSince > CONNECT_TIMEOUT_MS) {
      this.#closed(CLOSE_HEARTBEAT);
    }
    this.events.onTick();
  }

  #keepAlive(now: number): void {
    if (this.#deadAt !== undefined && now >= this.#deadAt) this.#closed(CLOSE_HEARTBEAT);
    else if (now - this.#lastPing >= PING_INTERVAL_MS) this.#ping(PONG_TIMEOUT_MS);
  }

  #ping(timeoutMs: number): void {
    const now = this.environment.now();
    this.#lastPing = now;
    this.#deadAt = Math.min(this.#deadAt ?? Infinity, now + timeoutMs);
    this.send(this.pingFrame);
  }

  #abandonSocket(code?: number): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    // A dead socket may report its end much later; by then another one is in its place.
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code);
  }

  #clearRetry(): void {
    if (this.#retry !== undefined) this.environment.clear(this.#retry);
    this.#retry = undefined;
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    this.#phaseSince = this.environment.now();
    this.events.onState(state);
  }
}
