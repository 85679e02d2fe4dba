/** A customer's telephone that encrypts: baresip over TLS, its audio under keys of SDES. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Center } from './center.js';
import { loudness, SAMPLE_RATE, shareOf, toneSample, wavFile } from './sound.js';
import { exitOf, HEARD_SAMPLES, LOOPBACK, type Telephone } from './telephone.js';

const MODULES = '/usr/lib/baresip/modules';
/** Longer than any test. */
const VOICE_SECONDS = 120;
const WAV_HEADER_BYTES = 44;

/** Calls the center's number and says a tone all the time. */
export async function callByBaresip(center: Center, hertz: number): Promise<Telephone> {
  const folder = await mkdtemp(join(center.folder, 'baresip-'));
  const voice = Array.from({ length: VOICE_SECONDS * SAMPLE_RATE }, (_, at) => toneSample(hertz, at));
  const control = await freePort();
  await writeFile(join(folder, 'voice.wav'), wavFile(voice));
  await writeFile(join(folder, 'contacts'), '');
  await writeFile(join(folder, 'accounts'), account);
  await writeFile(join(folder, 'config'), configuration(center, folder, control));
  const baresip = spawn('baresip', ['-f', folder, '-t', '100'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  baresip.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const close = async (): Promise<void> => {
    baresip.kill('SIGKILL');
    await exitOf(baresip);
  };
  try {
    const commands = await reach(control);
    const events: string[] = [];
    commands.setEncoding('utf8').on('data', (text: string) => events.push(text));
    const command = (name: string, params?: string): void => {
      const message = JSON.stringify({ command: name, params });
      commands.write(`${message.length}:${message},`);
    };
    const number = center.variable('RINGFENCE_PHONE_NUMBER');
    command('dial', `sip:${number}@${center.variable('RINGFENCE_SIP_TLS_ADDRESS')}`);
    const heard = (): Promise<number[]> => lastHeard(folder);
    return {
      hasHeard: async () => (await heard()).length > 0,
      hears: async (wanted) => shareOf(await heard(), wanted),
      loudness: async () => loudness(await heard()),
      press: (keys) => command('sndcode', keys),
      hungUp: async () => {
        const closed = (): string | undefined => /CALL_CLOSED.*?"param":"(.*?)"/.exec(events.join(''))?.[1];
        while (closed() === undefined) await once(commands, 'data', { signal: AbortSignal.timeout(20_000) });
      },
      close: async () => {
        commands.destroy();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw new Error(`baresip cannot be used: ${output}`, { cause: error });
  }
}

const account =
  '<sip:+4915123456789@127.0.0.1;transport=tls>;regint=0;mediaenc=srtp-mand;audio_codecs=PCMA\n';

/** What is heard goes nowhere, but is written down on its way. */
function configuration(center: Center, folder: string, control: number): string {
  const modules = ['g711', 'srtp', 'aufile', 'aubridge', 'sndfile'];
  const applications = ['account', 'menu', 'ctrl_tcp'];
  return [
    `net_interface ${LOOPBACK}`,
    `sip_listen ${LOOPBACK}:0`,
    `sip_cafile ${center.authority}`,
    `audio_source aufile,${join(folder, 'voice.wav')}`,
    'audio_player aubridge,ear',
    `snd_path ${folder}`,
    `ctrl_tcp_listen ${LOOPBACK}:${control}`,
    `module_path ${MODULES}`,
    ...modules.map((name) => `module ${name}.so`),
    ...applications.map((name) => `module_app ${name}.so`),
    '',
  ].join('\n');
}

/** The end of what it has written down. */
async function lastHeard(folder: string): Promise<number[]> {
  const name = (await readdir(folder)).find((one) => one.endsWith('-dec.wav'));
  if (name === undefined) return [];
  const file = await open(join(folder, name));
  try {
    const { size } = await file.stat();
    const from = Math.max(WAV_HEADER_BYTES, size - 2 * HEARD_SAMPLES);
    const bytes = Buffer.alloc(Math.max(0, size - from));
    await file.read(bytes, 0, bytes.length, from);
    return Array.from({ length: Math.floor(bytes.length / 2) }, (_, at) => bytes.readInt16LE(2 * at));
  } finally {
    await file.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Connects as soon as somebody listens. */
async function reach(port: number): Promise<Socket> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const socket = createConnection(port, LOOPBACK);
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
