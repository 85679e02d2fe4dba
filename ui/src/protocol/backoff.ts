/** How long to wait before connecting again. */

const DELAYS_MS = [0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000] as const;
const LAST_DELAY_MS = 30_000;

/**
 * Delay before attempt number `attempt` (from 0): at once, then a random part of a growing delay, so that
 * many pages that lost the same server do not come back in the same instant. Never less than a quarter.
 */
export function reconnectDelayMs(attempt: number, random: () => number): number {
  const ceiling = DELAYS_MS[attempt] ?? LAST_DELAY_MS;
  return Math.round(ceiling * (0.25 + 0.75 * random()));
}
