/** The calls of an agent, whichever page is shown: what the snapshots say is what rings and what is connected. */

import type { Environment, TimerId } from '../../protocol/environment.js';
import type { ContactView } from '../../protocol/frames.js';
import { remainingMs } from '../../protocol/time.js';
import type { WorkspaceClient } from '../../protocol/workspace-client.js';
import { AudioChoices, type AudioChoice, type ChoiceStorage } from './audio-choice.js';
import type { CallBrowser } from './browser.js';
import { CallConnection } from './call-connection.js';
import { Ringer } from './ringer.js';

export class CallDesk {
  readonly choices: AudioChoices;
  readonly #ringer: Ringer;
  readonly #listeners = new Set<() => void>();
  readonly #calls = new Map<string, CallConnection>();
  /** Offers that the agent has answered: they ring no more, whatever the server is still to say. */
  readonly #answered = new Set<string>();
  #stops: (() => void)[] = [];
  #wasCurrent = false;
  #expiry: TimerId | undefined;

  constructor(
    private readonly client: Pick<WorkspaceClient, 'getState' | 'subscribe' | 'connectCall'>,
    readonly browser: CallBrowser,
    private readonly environment: Environment,
    storage: ChoiceStorage,
  ) {
    this.choices = new AudioChoices(storage);
    this.#ringer = new Ringer(browser, environment, () => this.choices.get().speakerId);
  }

  start(): void {
    if (this.#stops.length > 0) return;
    this.#stops = [
      this.client.subscribe(() => this.#follow()),
      this.choices.subscribe((before) => this.#choiceChanged(before)),
    ];
    this.#follow();
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#closeCallsBut(new Set());
    this.#clearExpiry();
    this.#ringer.close();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly call = (contactId: string): CallConnection | undefined => this.#calls.get(contactId);

  /** The agent answers an offer: silence, whatever comes of it. */
  answer(contactId: string): void {
    this.#answered.add(contactId);
    this.#ringOrNot();
  }

  /** The answer was not taken: the offer stands, and what was prepared for it is closed. */
  takeBack(contactId: string): void {
    this.#answered.delete(contactId);
    this.#calls.get(contactId)?.close();
    this.#calls.delete(contactId);
    this.#tell();
    this.#follow();
  }

  /** Gets the microphone for a call that is to be accepted; the code of what stands in the way. */
  prepare(contactId: string): Promise<string | undefined> {
    return this.#open(contactId).prepare();
  }

  tryLoudspeaker(): void {
    this.#ringer.announce();
  }

  #follow(): void {
    const { connection, contacts, isCurrent } = this.client.getState();
    // Another window may take the calls over; nobody stays on the line for a person who has signed out.
    const calls = connection.phase === 'stopped' ? [] : contacts.filter(({ channel }) => channel === 'VOICE');
    const open = calls.filter(({ state }) => state === 'CONNECTING' || state === 'CONNECTED');
    this.#closeCallsBut(new Set(open.map(({ contactId }) => contactId)));
    for (const contact of open) if (contact.state === 'CONNECTED') this.#connect(contact);
    if (isCurrent && !this.#wasCurrent) this.#wakeThoseThatWait();
    this.#wasCurrent = isCurrent;
    this.#ringOrNot();
  }

  #connect({ contactId, call }: ContactView): void {
    if (call?.media === 'ELSEWHERE') {
      this.#open(contactId).standBack();
      return;
    }
    // Nobody here has accepted it: the agent hears that somebody is on the line.
    if (!this.#calls.has(contactId) && this.choices.get().isRingOn) this.#ringer.announce();
    const connection = this.#open(contactId);
    connection.setHeld(call?.held ?? false);
    connection.connect();
  }

  #open(contactId: string): CallConnection {
    const held = this.#calls.get(contactId);
    if (held !== undefined) return held;
    const opened = new CallConnection(
      contactId,
      (sdp, take) => this.client.connectCall(contactId, sdp, take),
      this.browser,
      this.environment,
      this.choices,
    );
    this.#calls.set(contactId, opened);
    this.#tell();
    return opened;
  }

  #closeCallsBut(present: ReadonlySet<string>): void {
    for (const contactId of this.#answered) if (!present.has(contactId)) this.#answered.delete(contactId);
    for (const [contactId, call] of this.#calls) {
      if (present.has(contactId)) continue;
      call.close();
      this.#calls.delete(contactId);
      this.#tell();
    }
  }

  #wakeThoseThatWait(): void {
    for (const call of this.#calls.values()) {
      const { phase } = call.getState();
      if (phase === 'connecting' || phase === 'reconnecting') call.wake();
    }
  }

  #choiceChanged(before: AudioChoice): void {
    const now = this.choices.get();
    for (const call of this.#calls.values()) {
      if (now.microphoneId !== before.microphoneId) void call.changeMicrophone();
      if (now.speakerId !== before.speakerId) call.changeSpeaker();
    }
    this.#ringOrNot();
  }

  #ringOrNot(): void {
    const { connection, contacts, skewMs } = this.client.getState();
    const now = this.environment.now();
    const left = contacts
      .filter(({ channel, state }) => channel === 'VOICE' && state === 'CONNECTING')
      .filter(({ contactId }) => !this.#answered.has(contactId) && connection.phase !== 'stopped')
      .map(({ offerExpiresAt }) => (offerExpiresAt === undefined ? Infinity : remainingMs(offerExpiresAt, now, skewMs)))
      .filter((remaining) => remaining > 0);
    if (left.length > 0 && this.choices.get().isRingOn && this.#stops.length > 0) this.#ringer.start();
    else this.#ringer.stop();
    this.#clearExpiry();
    const soonest = Math.min(...left);
    // The server's word may not come through: an offer that has passed is silent all the same.
    if (Number.isFinite(soonest)) this.#expiry = this.environment.after(soonest, () => this.#ringOrNot());
  }

  #clearExpiry(): void {
    if (this.#expiry !== undefined) this.environment.clear(this.#expiry);
    this.#expiry = undefined;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
