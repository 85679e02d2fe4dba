/** Requests that wait for their answer, across connections: each is done once, whatever breaks. */

import type { Environment } from './environment.js';
import type { AckFrame, ErrorFrame, HistoryFrame, ProtocolError, RequestBody } from './frames.js';

export type Outcome = { ok: true; answer: AckFrame | HistoryFrame } | { ok: false; error: ProtocolError };

/** What happens with a request that the server could not take right now. */
export type Persistence = 'until-answered' | 'once';

interface Outstanding {
  body: RequestBody;
  persistence: Persistence;
  settle: (outcome: Outcome) => void;
}

const PASSING_ERRORS: ReadonlySet<string> = new Set(['unavailable', 'throttled']);
export const REPEAT_AFTER_MS = 2_000;

export class Requests {
  /** In the order in which they were made, which is the order of repetition. */
  readonly #outstanding = new Map<string, Outstanding>();
  #isRepetitionDue = false;

  constructor(
    private readonly environment: Environment,
    private readonly send: (frame: RequestBody & { requestId: string }) => void,
  ) {}

  /** Sends `body` now if there is a connection, and again after each new one until it is answered. */
  make(body: RequestBody, persistence: Persistence, requestId = this.environment.newId()): Promise<Outcome> {
    return new Promise((settle) => {
      this.#outstanding.set(requestId, { body, persistence, settle });
      this.send({ ...body, requestId });
    });
  }

  /** Repeats all that wait; the server knows their ids. */
  repeat(): void {
    for (const [requestId, { body }] of this.#outstanding) this.send({ ...body, requestId });
  }

  answered(frame: AckFrame | HistoryFrame | ErrorFrame): void {
    if (frame.requestId === undefined) return;
    const outstanding = this.#outstanding.get(frame.requestId);
    if (outstanding === undefined) return;
    if (frame.type !== 'error') {
      this.#settle(frame.requestId, { ok: true, answer: frame });
    } else if (PASSING_ERRORS.has(frame.error.code) && outstanding.persistence === 'until-answered') {
      this.#repeatSoon();
    } else {
      this.#settle(frame.requestId, { ok: false, error: frame.error });
    }
  }

  /** Gives up all requests that concern `contactId`. */
  drop(contactId: string): void {
    for (const [requestId, { body }] of this.#outstanding) {
      if ('contactId' in body && body.contactId === contactId) {
        this.#settle(requestId, { ok: false, error: { code: 'contact-ended', message: '' } });
      }
    }
  }

  /** Gives up all: one of them was more than the server could read, and would be again. */
  refuseAll(): void {
    const error: ProtocolError = { code: 'invalid-request', message: 'the server could not read it' };
    for (const requestId of [...this.#outstanding.keys()]) this.#settle(requestId, { ok: false, error });
  }

  #settle(requestId: string, outcome: Outcome): void {
    const outstanding = this.#outstanding.get(requestId);
    this.#outstanding.delete(requestId);
    outstanding?.settle(outcome);
  }

  #repeatSoon(): void {
    if (this.#isRepetitionDue) return;
    this.#isRepetitionDue = true;
    this.environment.after(REPEAT_AFTER_MS, () => {
      this.#isRepetitionDue = false;
      this.repeat();
    });
  }
}
