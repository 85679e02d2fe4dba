/** The server's clock as seen from here. */

/** Milliseconds to add to the page's clock to get the server's. */
export function clockSkewMs(serverTime: number, pageTime: number): number {
  return serverTime - pageTime;
}

/** Milliseconds left until `endsAt` (server's clock); never negative. */
export function remainingMs(endsAt: number, pageTime: number, skewMs: number): number {
  return Math.max(0, endsAt - (pageTime + skewMs));
}

/** Milliseconds since `startedAt` (server's clock); never negative. */
export function elapsedMs(startedAt: number, pageTime: number, skewMs: number): number {
  return Math.max(0, pageTime + skewMs - startedAt);
}

/** Whole seconds to show for a countdown: it reads 1 until it is over. */
export function countdownSeconds(remaining: number): number {
  return Math.ceil(remaining / 1000);
}

/** `4:07`, from an hour on `1:04:07`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0
    ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}`
    : `${minutes}:${pad(seconds % 60)}`;
}
