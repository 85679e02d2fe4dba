import { defineConfig } from 'vite';

/** The script that a customer's page loads, and the sample page around it. */
export default defineConfig({
  publicDir: 'src/widget/sample',
  build: {
    outDir: 'dist/chat',
    emptyOutDir: true,
    target: 'es2020',
    lib: {
      entry: 'src/widget/main.ts',
      name: 'ringfenceChat',
      formats: ['iife'],
      fileName: () => 'widget.js',
    },
  },
});
