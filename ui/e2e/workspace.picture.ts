/** Takes the picture of the workspace for the README. */

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openUser } from './browser.js';
import { startCenter, type Center } from './center.js';
import { say, sees, sendFile, startChat, type, type Customer } from './customer.js';
import { WAITING, WELCOME } from './flow-texts.js';
import { acceptOffer, chooseStatus, signIn } from './workspace.js';

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url));

let center: Center;
let browser: Browser;

beforeAll(async () => {
  center = await startCenter();
  browser = await launchBrowser(center);
});
afterAll(async () => {
  await browser.close();
  await center.stop();
});

async function arrive(name: string, attributes: Record<string, string>): Promise<Customer> {
  const { context } = await openUser(browser, center);
  return startChat(context, center, name, attributes);
}

test('the workspace with two chats and an offer', async () => {
  const agent = await openUser(browser, center, { viewport: { width: 1440, height: 900 } });
  const page = await signIn(agent.context, center, 'AGENT1');
  await chooseStatus(page, 'Available');

  const mara = await arrive('Mara Lindholm', { tier: 'gold', name: 'Mara', customerNumber: '4711-203', tariff: 'Coastal wind' });
  await say(mara, 'Hello! I am moving on the first of December. Can I take my contract with me?');
  const moving = await acceptOffer(page, mara.contactId);
  await moving.say('Good morning, Mara! Yes, all you need is the new address and the meter reading of the old flat.');
  await say(mara, 'Great. The address is 14 Harbour Lane.');
  await sendFile(mara, 'meter-reading.txt', 'text/plain', '18,203 kWh');
  await moving.pane.getByTestId('attachment').waitFor();

  const tom = await arrive('Tom Okafor', { customerNumber: '5120-077', tariff: 'Rooftop sun' });
  const bill = await acceptOffer(page, tom.contactId);
  await say(tom, 'My October bill is 40 euros higher than September. What happened?');
  await bill.say('Let me look at it with you. One moment, please.');
  await sees(tom, WELCOME, WAITING, 'My October bill is 40 euros higher than September. What happened?', 'Let me look at it with you. One moment, please.');
  await bill.seesReceipt('read');

  await moving.say('Thank you, I have both. Your contract moves with you, at the same price.');
  await moving.seesReceipt('read');
  const grace = await arrive('Grace Keller', { tier: 'gold', name: 'Grace' });
  await page.locator(`[data-testid="offer"][data-contact-id="${grace.contactId}"]`).waitFor();
  await moving.composer.fill('You will get the confirmation by e-mail, and');
  await type(tom);
  await bill.seesTyping('Tom Okafor');
  await expect.poll(() => page.getByTestId('offer-countdown').textContent()).toBe('17');
  await mkdir(FOLDER, { recursive: true });
  await page.screenshot({ path: `${FOLDER}workspace.png` });
  expect(agent.problems).toEqual([]);
});
