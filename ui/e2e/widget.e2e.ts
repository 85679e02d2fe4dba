/** The product's own widget: start, talk, load the page again and go on, end. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openUser } from './browser.js';
import { startCenter, type Center } from './center.js';
import { WAITING, WELCOME } from './flow-texts.js';
import { Widget } from './widget.js';
import { acceptOffer, chooseStatus, contentOf, offeredContact, signIn } from './workspace.js';

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

test('a customer talks to an agent with the widget, loads the page again and goes on', async () => {
  const visitor = await openUser(browser, center);
  const widget = await Widget.open(visitor.context, center);
  await widget.start('Linus');
  await widget.sees(WELCOME, WAITING);
  await widget.say('Do you have a tariff for heat pumps?');

  const agent = await openUser(browser, center);
  const page = await signIn(agent.context, center, 'AGENT1');
  await chooseStatus(page, 'Available');
  const chat = await acceptOffer(page, await offeredContact(page));
  await chat.sees(WELCOME, WAITING, 'Do you have a tariff for heat pumps?');
  await widget.seesReceipt('read');
  for (const side of [widget.page, page]) expect(await side.getByText('SYSTEM_MESSAGE').count()).toBe(0);

  await chat.composer.pressSequentially('We');
  await widget.page.getByTestId('chat-typing').getByText('Alex').waitFor();
  await chat.say('We do.');
  await widget.sees(WELCOME, WAITING, 'Do you have a tariff for heat pumps?', 'We do.');
  await chat.seesReceipt('read');
  await widget.page.getByTestId('chat-composer').pressSequentially('W');
  await chat.seesTyping('Linus');

  await widget.page.reload();
  await widget.sees(WELCOME, WAITING, 'Do you have a tariff for heat pumps?', 'We do.');
  await widget.say('What does it cost?');
  await chat.say('Less than you pay now.');
  const said = [WELCOME, WAITING, 'Do you have a tariff for heat pumps?', 'We do.', 'What does it cost?'];
  await widget.sees(...said, 'Less than you pay now.');
  await chat.sees(...said, 'Less than you pay now.');

  const file = { name: 'meter.txt', mimeType: 'text/plain', buffer: Buffer.from('4711') };
  await widget.page.getByTestId('chat-file').setInputFiles(file);
  expect(await contentOf(await chat.download('meter.txt'))).toBe('4711');
  await chat.attach('tariff.txt', 'text/plain', 'All prices');
  const [download] = await Promise.all([
    widget.page.waitForEvent('download'),
    widget.page.getByTestId('chat-download').last().click(),
  ]);
  expect(await contentOf(download)).toBe('All prices');

  await widget.end();
  await chat.pane.getByTestId('wrap-up').waitFor();
  await chat.wrapUp();
  await widget.page.reload();
  await widget.page.getByTestId('sample-ask').click();
  await widget.page.getByTestId('chat-name').waitFor();

  for (const { problems } of [visitor, agent]) expect(problems).toEqual([]);
});
