/** Everybody can use the pages: checked by axe, and done by keyboard alone. */

import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openUser } from './browser.js';
import { startCenter, type Center } from './center.js';
import { WAITING, WELCOME } from './flow-texts.js';
import { Widget } from './widget.js';
import { Chat, chooseStatus, offeredContact, signIn } from './workspace.js';

/** Presses of the Tab key after which a thing counts as out of reach. */
const TABS_MAX = 40;

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

test('axe finds nothing serious, and an agent accepts and answers without a mouse', async () => {
  const visitor = await openUser(browser, center);
  const widget = await Widget.open(visitor.context, center);
  await expectAccessible(widget.page);
  await widget.start('Linus');

  const agent = await openUser(browser, center);
  const signInPage = await agent.context.newPage();
  await signInPage.goto(`${center.url}/app/`);
  await signInPage.getByTestId('username').waitFor();
  await expectAccessible(signInPage);
  await signInPage.close();

  const page = await signIn(agent.context, center, 'AGENT1');
  await chooseStatus(page, 'Available');
  const contactId = await offeredContact(page);
  await expectAccessible(page);
  await tabTo(page, 'accept');
  await page.keyboard.press('Enter');
  const chat = new Chat(page, contactId);
  await expect.poll(() => chat.composer.evaluate((field) => field === document.activeElement)).toBe(true);
  await page.keyboard.type('Good morning!');
  await page.keyboard.press('Enter');
  await chat.sees(WELCOME, WAITING, 'Good morning!');
  await widget.sees(WELCOME, WAITING, 'Good morning!');
  await expectAccessible(page);
  await expectAccessible(widget.page);
  await tabTo(page, 'end-contact');
  await page.keyboard.press('Enter');
  await chat.pane.getByTestId('wrap-up').waitFor();
  await tabTo(page, 'complete-contact');
  await page.keyboard.press('Enter');
  await chat.pane.waitFor({ state: 'detached' });

  const admin = await openUser(browser, center);
  const records = await signIn(admin.context, center, 'ADMIN', '/app/contacts');
  await records.getByTestId('contact-link').first().waitFor();
  await expectAccessible(records);
  await records.getByTestId('contact-link').first().click();
  await records.getByTestId('recorded-transcript').getByText('Good morning!').waitFor();
  await expectAccessible(records);

  for (const { problems } of [visitor, agent, admin]) expect(problems).toEqual([]);
});

test('the watch over the pages sees a violation of their policy', async () => {
  const visitor = await openUser(browser, center);
  const page = await visitor.context.newPage();
  await page.goto(`${center.url}/app/`);
  await page.evaluate(() => {
    new Image().src = 'https://elsewhere.invalid/';
  });
  await expect.poll(() => visitor.problems.join('\n')).toContain('Content Security Policy');
});

async function expectAccessible(page: Page): Promise<void> {
  // Half faded in, a text has not the contrast that it is read with.
  await page.evaluate(async () => {
    const passing = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.all(passing.map(({ finished }) => finished));
  });
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  expect(grave).toEqual([]);
}

/** Moves the focus with the Tab key until it is on this element. */
async function tabTo(page: Page, testId: string): Promise<void> {
  for (let presses = 0; presses < TABS_MAX; presses += 1) {
    await page.keyboard.press('Tab');
    const isThere = await page.evaluate(
      (wanted) => document.activeElement?.closest(`[data-testid="${wanted}"]`) !== null,
      testId,
    );
    if (isThere) return;
  }
  throw new Error(`the Tab key does not lead to ${testId}`);
}
