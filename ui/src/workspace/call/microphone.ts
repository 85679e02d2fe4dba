/** The microphone: how to get it, why it could not be had, how loud it is. */

import type { AudioChoice } from './audio-choice.js';
import type { CallBrowser } from './browser.js';

/** Why there is no microphone; each has a text of its own that says what to do. */
export type MicrophoneProblem =
  | 'insecure-page'
  | 'microphone-missing'
  | 'microphone-denied'
  | 'microphone-busy'
  | 'microphone-failed';

export type Microphone = { ok: true; stream: MediaStream } | { ok: false; problem: MicrophoneProblem };

/** Asks for the chosen microphone, or the system's where that one is not plugged in any more. */
export async function openMicrophone(browser: CallBrowser, choice: AudioChoice): Promise<Microphone> {
  if (browser.mediaDevices === undefined) return { ok: false, problem: 'insecure-page' };
  const audio: MediaTrackConstraints = {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    ...(choice.microphoneId === undefined ? {} : { deviceId: { ideal: choice.microphoneId } }),
  };
  try {
    return { ok: true, stream: await browser.mediaDevices.getUserMedia({ audio, video: false }) };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

export function stopStream(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function problemOf(error: unknown): MicrophoneProblem {
  switch (error instanceof Error ? error.name : undefined) {
    case 'NotAllowedError':
      return 'microphone-denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'microphone-missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'microphone-busy';
    case 'SecurityError':
      return 'insecure-page';
    default:
      return 'microphone-failed';
  }
}

/** Silence; what is softer is not told from it. */
const QUIETEST_DB = -60;
const SAMPLES = 1024;

/** How loud a microphone is. */
export class LevelMeter {
  readonly #context: AudioContext | undefined;
  readonly #analyser: AnalyserNode | undefined;
  readonly #samples = new Float32Array(SAMPLES);

  constructor(browser: CallBrowser, stream: MediaStream) {
    this.#context = browser.openAudioContext();
    this.#analyser = this.#context?.createAnalyser();
    if (this.#context === undefined || this.#analyser === undefined) return;
    this.#analyser.fftSize = SAMPLES;
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
  }

  /** From 0 (silence) to 1 (as loud as can be), even for the ear. */
  level(): number {
    this.#analyser?.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / SAMPLES;
    const decibels = power === 0 ? QUIETEST_DB : 10 * Math.log10(power);
    return Math.min(1, Math.max(0, 1 - decibels / QUIETEST_DB));
  }

  close(): void {
    void this.#context?.close();
  }
}
