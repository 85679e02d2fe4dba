/** What an agent's page hears, and what its microphone brings. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { SAMPLE_RATE, toneSample, wavFile } from './sound.js';

/** The agent's voice. */
export const AGENT_HERTZ = 1000;

/** Flags of a browser whose microphone brings a tone without end. */
export async function microphoneFlags(folder: string): Promise<string[]> {
  const file = join(folder, 'microphone.wav');
  await writeFile(file, wavFile(Array.from({ length: SAMPLE_RATE }, (_, at) => toneSample(AGENT_HERTZ, at))));
  return [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${file}`,
    '--autoplay-policy=no-user-gesture-required',
  ];
}

/** Lets tests listen to what pages of this context hear. Before the first page is opened. */
export async function listenIn(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const listening = window as unknown as { heard?: AnalyserNode };
    const listen = ({ track }: RTCTrackEvent): void => {
      const audio = new AudioContext();
      const analyser = audio.createAnalyser();
      analyser.fftSize = 8192;
      analyser.smoothingTimeConstant = 0;
      audio.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      listening.heard = analyser;
    };
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        this.addEventListener('track', listen);
      }
    };
  });
}

/** Which part of what the page hears now is this tone, from 0 to 1; 0 in silence. */
export async function pageHears(page: Page, hertz: number): Promise<number> {
  return page.evaluate((wanted) => {
    const analyser = (window as unknown as { heard?: AnalyserNode }).heard;
    if (analyser === undefined) return 0;
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    const bin = Math.round((wanted * analyser.fftSize) / analyser.context.sampleRate);
    let [whole, near] = [0, 0];
    levels.forEach((decibels, at) => {
      const power = 10 ** (decibels / 10);
      whole += power;
      if (Math.abs(at - bin) <= 3) near += power;
    });
    // Less than this is the noise of codecs.
    return whole > 1e-6 ? near / whole : 0;
  }, hertz);
}
