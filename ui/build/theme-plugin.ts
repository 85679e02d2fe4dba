/** Turns the theme into a stylesheet when the pages are built: nothing is styled inline at run time. */

import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

const VIRTUAL_ID = 'virtual:ringfence-theme.css';
const RESOLVED_ID = `\0${VIRTUAL_ID}`;

/** Serves the stylesheet of `theme.ts` as `virtual:ringfence-theme.css`. */
export function themePlugin(): Plugin {
  return {
    name: 'ringfence-theme',
    resolveId: (id) => (id === VIRTUAL_ID ? RESOLVED_ID : undefined),
    load: (id) => (id === RESOLVED_ID ? themeStylesheet() : undefined),
  };
}

async function themeStylesheet(): Promise<string> {
  // Cloudscape's packages are written for bundlers: Node cannot load them as they are.
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: {
      ssr: true,
      write: false,
      rollupOptions: { input: fileURLToPath(new URL('theme.ts', import.meta.url)) },
    },
  });
  const [chunk] = 'output' in output ? output.output : [];
  if (chunk === undefined) throw new Error('the theme could not be built');
  const source = `data:text/javascript;base64,${Buffer.from(chunk.code).toString('base64')}`;
  const { stylesheet } = (await import(source)) as { stylesheet: string };
  return stylesheet;
}
