/** Several contacts on one desk. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openUser } from './browser.js';
import { startCenter, type Center } from './center.js';
import { say, startChat } from './customer.js';
import { WAITING, WELCOME } from './flow-texts.js';
import { acceptOffer, chooseStatus, signIn } from './workspace.js';

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

test('an offer beside an open chat leaves its newest message in view, and both are answered', async () => {
  const agent = await openUser(browser, center);
  const page = await signIn(agent.context, center, 'AGENT1');
  await chooseStatus(page, 'Available');
  const grace = await startChat((await openUser(browser, center)).context, center, 'Grace', {});
  const first = await acceptOffer(page, grace.contactId);
  const lines = Array.from({ length: 12 }, (_, number) => `Line ${number + 1}`);
  for (const line of lines) await say(grace, line);
  await first.sees(WELCOME, WAITING, ...lines);

  const linus = await startChat((await openUser(browser, center)).context, center, 'Linus', {});
  await page.locator(`[data-testid="offer"][data-contact-id="${linus.contactId}"]`).waitFor();
  const hiddenBelow = () =>
    first.pane
      .getByTestId('transcript')
      .evaluate(({ scrollHeight, scrollTop, clientHeight }) => Math.round(scrollHeight - scrollTop - clientHeight));
  await expect.poll(hiddenBelow).toBeLessThanOrEqual(1);

  const second = await acceptOffer(page, linus.contactId);
  await second.say('To Linus');
  await first.say('To Grace');
  await second.sees(WELCOME, WAITING, 'To Linus');
  await first.sees(WELCOME, WAITING, ...lines, 'To Grace');
  expect(agent.problems).toEqual([]);
});
