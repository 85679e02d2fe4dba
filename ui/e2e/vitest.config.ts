import { defineConfig } from 'vitest/config';

/** Browsers against the real program: one file after the other, each with a center of its own. */
export default defineConfig({
  test: {
    environment: 'node',
    // Pictures for the documentation are taken when asked for: RINGFENCE_SCREENSHOTS=1.
    include: process.env.RINGFENCE_SCREENSHOTS === undefined ? ['e2e/**/*.e2e.ts'] : ['e2e/**/*.picture.ts'],
    fileParallelism: false,
    // A step that builds on one that failed would only fail as well, and slowly.
    bail: 1,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000, interval: 50 } },
  },
});
