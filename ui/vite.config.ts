import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { themePlugin } from './build/theme-plugin.js';

/** The pages below `/app/`. */
export default defineConfig({
  base: '/app/',
  plugins: [react(), themePlugin()],
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    // Everything is a file of its own: the policy of the pages allows no data: fonts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    license: { fileName: 'licenses.md' },
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    // Components of Cloudscape bring stylesheets along, which Node alone cannot import.
    server: { deps: { inline: [/@cloudscape-design/] } },
    // Pages take their time on a machine with much to do.
    testTimeout: 20_000,
  },
});
