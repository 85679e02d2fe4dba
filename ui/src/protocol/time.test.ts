import { describe, expect, it } from 'vitest';
import { clockSkewMs, countdownSeconds, elapsedMs, formatDuration, remainingMs } from './time.js';

describe('time', () => {
  it('counts down by the server clock, however wrong the own one is', () => {
    const serverTime = 5_000_000;
    const pageTime = 1_000;
    const skew = clockSkewMs(serverTime, pageTime);
    expect(remainingMs(serverTime + 20_000, pageTime, skew)).toBe(20_000);
    expect(remainingMs(serverTime + 20_000, pageTime + 7_500, skew)).toBe(12_500);
  });

  it('never shows less than nothing', () => {
    expect(remainingMs(1_000, 5_000, 0)).toBe(0);
    expect(elapsedMs(5_000, 1_000, 0)).toBe(0);
  });

  it('shows one second until the countdown is over', () => {
    expect(countdownSeconds(1)).toBe(1);
    expect(countdownSeconds(1_000)).toBe(1);
    expect(countdownSeconds(1_001)).toBe(2);
    expect(countdownSeconds(0)).toBe(0);
  });

  it.each([
    [0, '0:00'],
    [59_999, '0:59'],
    [247_000, '4:07'],
    [3_847_000, '1:04:07'],
  ])('writes %i ms as %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });
});
