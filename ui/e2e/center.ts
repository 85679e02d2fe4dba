/** The program under test: `ringfence demo` in a folder of its own, stopped and cleared away at the end. */

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const START_MAX_MS = 30_000;
const ANY_PORTS = ['--port', '0', '--sip-port', '0', '--media-port', '0'];

export type Person = 'ADMIN' | 'AGENT1' | 'AGENT2';

export interface Center {
  /** Origin of pages, API and sockets. */
  url: string;
  /** Origin that attachments come from. */
  filesUrl: string;
  /** Folder that is removed with the center. */
  folder: string;
  /** File of the authority that signed the certificates. */
  authority: string;
  /** A variable that the demo has written for programs. */
  variable: (name: string) => string;
  /** What this person's authenticator shows now. */
  code: (person: Person) => Promise<string>;
  /** What the program has logged so far. */
  log: () => Promise<string>;
  stop: () => Promise<void>;
}

export async function startCenter(): Promise<Center> {
  const program = required('RINGFENCE_BIN');
  const folder = await mkdtemp(join(tmpdir(), 'ringfence-e2e-'));
  const variablesFile = join(folder, 'demo.env');
  const logFile = join(folder, 'demo.log');
  const log = await open(logFile, 'w');
  const demo = spawn(
    program,
    ['demo', '--data', join(folder, 'data'), '--env-file', variablesFile, ...ANY_PORTS],
    { stdio: ['ignore', 'pipe', log.fd] },
  );
  await log.close();
  const stop = async (): Promise<void> => {
    await ended(demo);
    await rm(folder, { recursive: true });
  };
  try {
    await saysReady(demo);
    const variables = parseVariables(await readFile(variablesFile, 'utf8'));
    const variable = (name: string): string => {
      const value = variables.get(name);
      if (value === undefined) throw new Error(`the demo did not write ${name}`);
      return value;
    };
    const url = variable('RINGFENCE_URL');
    const authority = variable('AWS_CA_BUNDLE');
    return {
      url,
      filesUrl: await filesOrigin(url, authority),
      folder,
      authority,
      variable,
      code: async (person) => {
        const secret = variable(`RINGFENCE_${person}_TOTP_SECRET`);
        return (await promisify(execFile)(program, ['code', secret])).stdout.trim();
      },
      log: () => readFile(logFile, 'utf8'),
      stop,
    };
  } catch (error) {
    process.stderr.write(await readFile(logFile, 'utf8'));
    await stop();
    throw error;
  }
}

/** A setting of the test run; scripts/test.sh makes it. */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: run \`make test STAGES=browser\``);
  return value;
}

async function saysReady(demo: ChildProcess): Promise<void> {
  if (demo.stdout === null) throw new Error('the demo has no output');
  const lines = createInterface(demo.stdout);
  const ready = new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error('the demo did not become ready')), START_MAX_MS);
    demo.once('error', reject);
    demo.once('exit', (code) => reject(new Error(`the demo ended with ${code ?? 'a signal'}`)));
    lines.on('line', (line) => {
      if (line !== 'ready') return;
      clearTimeout(limit);
      resolve();
    });
  });
  await ready;
}

async function ended(demo: ChildProcess): Promise<void> {
  if (demo.exitCode !== null || demo.signalCode !== null) return;
  const exit = once(demo, 'exit');
  demo.kill('SIGTERM');
  const limit = setTimeout(() => demo.kill('SIGKILL'), START_MAX_MS);
  await exit;
  clearTimeout(limit);
}

function parseVariables(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]));
}

/** The pages' policy is the one place that names the origin of attachments. */
async function filesOrigin(url: string, authority: string): Promise<string> {
  const ca = await readFile(authority);
  const policy = await new Promise<string>((resolve, reject) => {
    get(`${url}/app/`, { ca }, (answer) => {
      answer.resume();
      resolve(String(answer.headers['content-security-policy']));
    }).once('error', reject);
  });
  const origin = /connect-src [^;]*(https:\/\/[^ ;]+)/.exec(policy)?.[1];
  if (origin === undefined) throw new Error(`the policy names no origin of attachments: ${policy}`);
  return origin;
}
