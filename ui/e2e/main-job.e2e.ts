/** The main job: a customer's chat runs through a flow, waits, is answered, transferred, ended, and remains as a record. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openUser } from './browser.js';
import { startCenter, type Center } from './center.js';
import { arrived, download, say, seen, sees, sendFile, startChat, transcript, type } from './customer.js';
import { PASSED_ON, THANKS, WAITING, WELCOME } from './flow-texts.js';
import { readRecord } from './records.js';
import { acceptOffer, Chat, chooseStatus, contentOf, offeredContact, signIn } from './workspace.js';

const BILL = 'The bill of October, in plain words.';
const READING = 'Meter reading: 4711';

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

test('a chat goes from a page with chatjs through flow and queue to two agents and into the records', async () => {
  const grace = await openUser(browser, center);
  const customer = await startChat(grace.context, center, 'Grace', { tier: 'gold', name: 'Grace' });
  await sees(customer, WELCOME, THANKS, WAITING);

  const first = await openUser(browser, center);
  const firstPage = await signIn(first.context, center, 'AGENT1');
  await chooseStatus(firstPage, 'Available');
  expect(await offeredContact(firstPage)).toBe(customer.contactId);
  const chat = await acceptOffer(firstPage, customer.contactId);
  await chat.sees(WELCOME, THANKS, WAITING);
  await expect.poll(async () => (await seen(customer)).items.at(-1)?.ContentType).toContain('participant.joined');

  await type(customer);
  await chat.seesTyping('Grace');
  const question = await say(customer, 'My bill is too high.');
  await chat.sees(WELCOME, THANKS, WAITING, 'My bill is too high.');
  await expect.poll(async () => (await seen(customer)).receipts).toContainEqual(['delivered', question]);
  await expect.poll(async () => (await seen(customer)).receipts).toContainEqual(['read', question]);

  await chat.composer.pressSequentially('Let me');
  await expect.poll(async () => (await seen(customer)).typists).toContain('Alex');
  expect(await chat.pane.getByTestId('typing').textContent()).not.toContain('Alex');
  await chat.say('Let me look at it.');
  await sees(customer, WELCOME, THANKS, WAITING, 'My bill is too high.', 'Let me look at it.');
  await chat.seesReceipt('read');

  await chat.attach('bill.txt', 'text/plain', BILL);
  await expect.poll(() => arrived(customer)).toContain('bill.txt');
  expect(await download(customer, 'bill.txt')).toBe(BILL);
  await sendFile(customer, 'reading.txt', 'text/plain', READING);
  expect(await contentOf(await chat.download('reading.txt'))).toBe(READING);

  const second = await openUser(browser, center);
  const secondPage = await signIn(second.context, center, 'AGENT2');
  await chooseStatus(secondPage, 'Available');
  await chat.transferTo('Kim Sommer');
  const secondContact = await offeredContact(secondPage);
  expect(secondContact).not.toBe(customer.contactId);
  const continued = await acceptOffer(secondPage, secondContact);
  const before = [WELCOME, THANKS, WAITING, 'My bill is too high.', 'Let me look at it.'];
  // The customer waits once more, in the second agent's own queue.
  await continued.sees(...before, PASSED_ON);
  expect(await contentOf(await continued.download('reading.txt'))).toBe(READING);
  await new Chat(firstPage, customer.contactId).wrapUp();

  await continued.say('It is right, and here is why.');
  await expect.poll(() => arrived(customer)).toContain('It is right, and here is why.');
  await say(customer, 'I see. Thank you!');
  await continued.sees(...before, PASSED_ON, 'It is right, and here is why.', 'I see. Thank you!');
  const said = [...before, 'bill.txt', 'reading.txt', PASSED_ON, 'It is right, and here is why.', 'I see. Thank you!'];
  expect(await arrived(customer)).toEqual(said);
  expect(await transcript(customer)).toEqual(said);
  await continued.end();
  await expect.poll(async () => (await seen(customer)).hasEnded).toBe(true);
  await continued.wrapUp();

  const admin = await openUser(browser, center);
  const page = await signIn(admin.context, center, 'ADMIN', '/app/contacts');
  await page.locator(`a[href="/app/contacts/${customer.contactId}"]`).click();
  const firstRecord = await readRecord(page, customer.contactId);
  expect(firstRecord.pairs).toMatchObject({
    Channel: 'Chat',
    Customer: 'Grace',
    Queue: 'Support',
    Agent: 'agent1',
    tier: 'gold',
    name: 'Grace',
  });
  expect(firstRecord.relations).toEqual({ 'Next segment': `/app/contacts/${secondContact}` });
  const timeline = firstRecord.timeline.join('\n');
  expect(timeline).not.toContain(secondContact);
  for (const step of ['Begun', 'Compare → Equals gold', 'Queued Support', 'Offered', 'Connected to agent agent1', 'Transferred agent2 · Kim Sommer']) {
    expect(timeline).toContain(step);
  }

  await page.evaluate(() => document.body.setAttribute('data-not-loaded-again', ''));
  await page.getByRole('link', { name: 'Next segment' }).click();
  await page.waitForURL(`**/app/contacts/${secondContact}`);
  const secondRecord = await readRecord(page, secondContact);
  expect(secondRecord.pairs).toMatchObject({ Customer: 'Grace', Agent: 'agent2', tier: 'gold', name: 'Grace' });
  expect(await page.locator('body[data-not-loaded-again]').count()).toBe(1);
  expect(secondRecord.relations).toEqual({ 'Previous segment': `/app/contacts/${customer.contactId}` });
  for (const record of [firstRecord, secondRecord]) expect(record.transcript).toEqual(said);

  for (const { problems } of [grace, first, second, admin]) expect(problems).toEqual([]);
});
