/** A recording drawn: peaks as a path, pauses and gaps as stretches of the time line. */

import type { RecordingMark } from '../protocol/api.js';

export interface Stretch {
  kind: 'paused' | 'gap';
  fromMs: number;
  toMs: number;
}

/** Full scale of a peak. */
const PEAK_MAX = 255;
/** What is shown of silence, so that a channel is a line and not nothing. */
const SILENCE_HEIGHT = 0.02;

/** An outline that is `width` wide and reaches `height` up and down from the middle. */
export function outline(peaks: readonly number[], width: number, height: number): string {
  if (peaks.length === 0) return '';
  const step = width / peaks.length;
  const rise = (peak: number): number => Math.max(SILENCE_HEIGHT, peak / PEAK_MAX) * height;
  const bars = peaks.map((peak, index) => {
    const x = round((index + 0.5) * step);
    return `M${x} ${round(height - rise(peak))}V${round(height + rise(peak))}`;
  });
  return bars.join('');
}

/** Where nothing was recorded. A pause without an end lasts until the end of the recording. */
export function stretchesOf(marks: readonly RecordingMark[], lengthMs: number): Stretch[] {
  const stretches: Stretch[] = [];
  let pausedAtMs: number | undefined;
  for (const { atMs, kind } of marks) {
    if (kind === 'PAUSED') pausedAtMs ??= atMs;
    if (kind === 'GAP') stretches.push({ kind: 'gap', fromMs: atMs, toMs: atMs });
    if (kind === 'RESUMED' && pausedAtMs !== undefined) {
      stretches.push({ kind: 'paused', fromMs: pausedAtMs, toMs: atMs });
      pausedAtMs = undefined;
    }
  }
  if (pausedAtMs !== undefined) stretches.push({ kind: 'paused', fromMs: pausedAtMs, toMs: lengthMs });
  return stretches;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
