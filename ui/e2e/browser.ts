/** Chromium that trusts the center's authority, and a watch over what its pages do. */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from 'playwright-core';
import { required, type Center } from './center.js';

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface BrowserUser {
  context: BrowserContext;
  /** What no page may do: errors, violations of the policy, requests to strangers. */
  problems: string[];
}

/** A browser with a home of its own, in which nothing but the center's authority is trusted in addition. */
export async function launchBrowser(center: Center, moreFlags: readonly string[] = []): Promise<Browser> {
  const home = await mkdtemp(join(center.folder, 'home-'));
  const database = join(home, '.pki', 'nssdb');
  await mkdir(database, { recursive: true });
  const certutil = (...options: string[]) => promisify(execFile)('certutil', ['-d', `sql:${database}`, ...options]);
  await certutil('-N', '--empty-password');
  await certutil('-A', '-n', 'Ringfence demo', '-t', 'C,,', '-i', center.authority);
  return chromium.launch({
    executablePath: required('RINGFENCE_CHROMIUM'),
    // Chromium refuses to run as root with it.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [...FLAGS, ...moreFlags],
    env: { ...process.env, HOME: home },
  });
}

/** Somebody at a browser: a context of its own, watched. */
export async function openUser(
  browser: Browser,
  center: Center,
  options: BrowserContextOptions = {},
): Promise<BrowserUser> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
  context.setDefaultTimeout(20_000);
  const problems: string[] = [];
  const own = new Set([new URL(center.url).host, new URL(center.filesUrl).host]);
  const check = (address: string): void => {
    const { protocol, host } = new URL(address);
    const isInside = protocol === 'blob:' || protocol === 'data:' || protocol === 'about:';
    if (!isInside && !own.has(host)) problems.push(`request to ${address}`);
  };
  context.on('request', (request) => check(request.url()));
  context.on('page', (page) => page.on('websocket', (socket) => check(socket.url())));
  context.on('weberror', (error) => problems.push(`error: ${error.error().stack ?? error.error().message}`));
  context.on('console', (message) => {
    if (/Content Security Policy|Trusted ?Type/i.test(message.text())) problems.push(message.text());
  });
  return { context, problems };
}
