/** The ring of an offered call, made on this page. */

import type { Environment, TimerId } from '../../protocol/environment.js';
import { playOn, type CallBrowser } from './browser.js';

export const RING_EVERY_MS = 3_000;
/** Two strokes of two tones each, then a pause. */
const STROKES_SECONDS = [0, 0.6] as const;
const STROKE_SECONDS = 0.4;
const RING_HZ = [440, 523.25] as const;
const ANNOUNCEMENT_HZ = [880] as const;
const ANNOUNCEMENT_SECONDS = 0.25;
const VOLUME = 0.1;
const RAMP_SECONDS = 0.02;

export class Ringer {
  #context: AudioContext | undefined;
  /** What is ringing now: silenced as one. */
  #output: GainNode | undefined;
  #timer: TimerId | undefined;

  constructor(
    private readonly browser: CallBrowser,
    private readonly environment: Environment,
    private readonly speakerId: () => string | undefined,
  ) {}

  get isRinging(): boolean {
    return this.#timer !== undefined;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = this.environment.every(RING_EVERY_MS, () => this.#ringOnce());
    this.#ringOnce();
  }

  /** Ends it at once, in the middle of a tone. */
  stop(): void {
    if (this.#timer !== undefined) this.environment.clear(this.#timer);
    this.#timer = undefined;
    this.#output?.disconnect();
    this.#output = undefined;
  }

  /** One short tone: somebody is on the line without having been accepted; also for trying a loudspeaker. */
  announce(): void {
    const output = this.#openOutput();
    if (output !== undefined) sound(output, ANNOUNCEMENT_HZ, output.context.currentTime, ANNOUNCEMENT_SECONDS);
  }

  close(): void {
    this.stop();
    void this.#context?.close();
    this.#context = undefined;
  }

  #ringOnce(): void {
    this.#output?.disconnect();
    this.#output = this.#openOutput();
    if (this.#output === undefined) return;
    const now = this.#output.context.currentTime;
    for (const from of STROKES_SECONDS) sound(this.#output, RING_HZ, now + from, STROKE_SECONDS);
  }

  /** Undefined where the browser keeps silent as long as nobody has touched the page: offers are shown all the same. */
  #openOutput(): GainNode | undefined {
    this.#context ??= this.browser.openAudioContext();
    const context = this.#context;
    if (context === undefined) return undefined;
    playOn(context, this.speakerId());
    const output = context.createGain();
    output.gain.value = VOLUME;
    output.connect(context.destination);
    return output;
  }
}

function sound(output: GainNode, tones: readonly number[], from: number, seconds: number): void {
  const { context } = output;
  const envelope = context.createGain();
  envelope.gain.setValueAtTime(0, from);
  envelope.gain.linearRampToValueAtTime(1, from + RAMP_SECONDS);
  envelope.gain.setValueAtTime(1, from + seconds - RAMP_SECONDS);
  envelope.gain.linearRampToValueAtTime(0, from + seconds);
  envelope.connect(output);
  for (const frequency of tones) {
    const oscillator = context.createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(envelope);
    oscillator.start(from);
    oscillator.stop(from + seconds);
  }
}
