/** Which microphone and loudspeaker this agent uses on this machine, and whether offers are heard. */

export interface AudioChoice {
  /** The browser's id of a device; undefined: whatever the system's is. */
  microphoneId: string | undefined;
  speakerId: string | undefined;
  isRingOn: boolean;
}

/** The part of `Storage` that is used. */
export interface ChoiceStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const MICROPHONE_KEY = 'ringfence.microphone';
const SPEAKER_KEY = 'ringfence.speaker';
const RING_KEY = 'ringfence.ring';
const RING_OFF = 'off';

/** The choice, kept in `storage`, and who wants to hear of changes. */
export class AudioChoices {
  readonly #listeners = new Set<(before: AudioChoice) => void>();
  #choice: AudioChoice;

  constructor(private readonly storage: ChoiceStorage) {
    this.#choice = {
      microphoneId: storage.getItem(MICROPHONE_KEY) ?? undefined,
      speakerId: storage.getItem(SPEAKER_KEY) ?? undefined,
      isRingOn: storage.getItem(RING_KEY) !== RING_OFF,
    };
  }

  readonly subscribe = (listener: (before: AudioChoice) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): AudioChoice => this.#choice;

  set(change: Partial<AudioChoice>): void {
    const before = this.#choice;
    this.#choice = { ...before, ...change };
    this.#keep(MICROPHONE_KEY, this.#choice.microphoneId);
    this.#keep(SPEAKER_KEY, this.#choice.speakerId);
    this.#keep(RING_KEY, this.#choice.isRingOn ? undefined : RING_OFF);
    for (const listener of this.#listeners) listener(before);
  }

  #keep(key: string, value: string | undefined): void {
    if (value === undefined) this.storage.removeItem(key);
    else this.storage.setItem(key, value);
  }
}
