/** Calls: from a trunk through the menu and the queue to an agent's browser, and heard both ways. */

import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callByBaresip } from './baresip.js';
import { launchBrowser, openUser } from './browser.js';
import { startCenter, type Center } from './center.js';
import { AGENT_HERTZ, listenIn, microphoneFlags, pageHears } from './hearing.js';
import { readPairs } from './records.js';
import { callBySipp, type Telephone } from './telephone.js';
import { chooseStatus, offeredContact, signIn } from './workspace.js';

const CALLER_HERTZ = 440;
/** A tone is there when it is most of what is heard. */
const CLEARLY = 0.5;
const HARDLY = 0.1;

let center: Center;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let records: Page;
let problems: string[];

beforeAll(async () => {
  center = await startCenter();
  browser = await launchBrowser(center, await microphoneFlags(center.folder));
  ({ context, problems } = await openUser(browser, center));
  await listenIn(context);
  records = await signIn((await openUser(browser, center)).context, center, 'ADMIN', '/app/contacts');
  page = await signIn(context, center, 'AGENT1');
  await chooseStatus(page, 'Available');
});
afterAll(async () => {
  await browser.close();
  await center.stop();
});

test.each<[string, () => Promise<Telephone>]>([
  ['SIPp over UDP', () => callBySipp(center, 'UDP', CALLER_HERTZ)],
  ['SIPp over TCP', () => callBySipp(center, 'TCP', CALLER_HERTZ)],
  ['SIPp over TLS', () => callBySipp(center, 'TLS', CALLER_HERTZ)],
  ['baresip over TLS with SRTP', () => callByBaresip(center, CALLER_HERTZ)],
])('a call by %s goes through the menu, waits and is answered', async (_, call) => {
  const telephone = await call();
  try {
    await throughMenu(telephone);
    const contactId = await offeredContact(page);
    const pane = await accept(contactId);
    await hearEachOther(telephone);

    await press(pane, 'hold', true);
    await expect.poll(() => telephone.loudness(), { message: 'the caller hears music' }).toBeGreaterThan(200);
    await expect.poll(() => telephone.hears(AGENT_HERTZ)).toBeLessThan(HARDLY);
    await expect.poll(() => pageHears(page, CALLER_HERTZ)).toBeLessThan(HARDLY);
    await press(pane, 'hold', false);
    await hearEachOther(telephone);

    await press(pane, 'mute', true);
    await expect.poll(() => telephone.loudness(), { message: 'the caller hears nothing' }).toBeLessThan(40);
    expect(await pageHears(page, CALLER_HERTZ)).toBeGreaterThan(CLEARLY);
    await press(pane, 'mute', false);
    await hearEachOther(telephone);

    await pane.getByTestId('end-contact').click();
    await telephone.hungUp();
    await pane.getByTestId('complete-contact').click();
    await pane.waitFor({ state: 'detached' });
    await checkRecord(contactId);
    expect(problems).toEqual([]);
  } finally {
    await telephone.close();
  }
});

/** Keys `1` until the caller waits. */
async function throughMenu(telephone: Telephone): Promise<void> {
  await expect.poll(() => telephone.hasHeard(), { message: 'the line is open' }).toBe(true);
  // A key ends whatever is being said, and counts where the menu asks.
  const offer = page.getByTestId('offer');
  for (let tries = 0; tries < 10 && (await offer.count()) === 0; tries += 1) {
    telephone.press('1');
    await offer.first().waitFor({ timeout: 3000 }).catch(() => undefined);
  }
}

async function accept(contactId: string) {
  await page.locator(`[data-testid="offer"][data-contact-id="${contactId}"]`).getByTestId('accept').click();
  const pane = page.locator(`[data-testid="call-pane"][data-contact-id="${contactId}"]`);
  await pane.locator('[data-testid="call-status"][data-phase="connected"]').waitFor();
  return pane;
}

/** Presses what can be on and off, and waits until it is so. */
async function press(pane: Locator, control: 'hold' | 'mute', isOn: boolean): Promise<void> {
  await pane.getByTestId(control).click();
  await pane.locator(`[data-testid="${control}"][data-on="${isOn}"]`).waitFor();
}

async function hearEachOther(telephone: Telephone): Promise<void> {
  await expect.poll(() => pageHears(page, CALLER_HERTZ), { message: 'the agent hears the caller' }).toBeGreaterThan(CLEARLY);
  await expect.poll(() => telephone.hears(AGENT_HERTZ), { message: 'the caller hears the agent' }).toBeGreaterThan(CLEARLY);
}

async function checkRecord(contactId: string): Promise<void> {
  await records.goto(`${center.url}/app/contacts/${contactId}`);
  expect(await readPairs(records)).toMatchObject({ Channel: 'Call', Queue: 'Support', Agent: 'agent1' });
}
