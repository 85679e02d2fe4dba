/** Broken networks: nothing is lost, nothing comes twice, and everybody finds back alone. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openUser } from './browser.js';
import { startCenter, type Center } from './center.js';
import { say, seen, sees, startChat } from './customer.js';
import { WAITING, WELCOME } from './flow-texts.js';
import { Widget } from './widget.js';
import { Wire } from './wire.js';
import { acceptOffer, chooseStatus, offeredContact, signIn } from './workspace.js';

const CHATJS_RETRY_MAX_MS = 60_000;

let center: Center;
let agentWire: Wire;
let customerWire: Wire;
let agentBrowser: Browser;
let customerBrowser: Browser;

beforeAll(async () => {
  center = await startCenter();
  agentWire = await Wire.lay(center);
  customerWire = await Wire.lay(center);
  agentBrowser = await launchBrowser(center, [agentWire.flag]);
  customerBrowser = await launchBrowser(center, [customerWire.flag]);
});
afterAll(async () => {
  await agentBrowser.close();
  await customerBrowser.close();
  agentWire.close();
  customerWire.close();
  await center.stop();
});

test('messages written while one side has no network arrive once and in order', async () => {
  const visitor = await openUser(customerBrowser, center);
  const widget = await Widget.open(visitor.context, center);
  await widget.start('Linus');
  const agent = await openUser(agentBrowser, center);
  const page = await signIn(agent.context, center, 'AGENT1');
  await chooseStatus(page, 'Available');
  const chat = await acceptOffer(page, await offeredContact(page));
  const health = page.getByTestId('connection-health');
  const said = [WELCOME, WAITING];
  await chat.sees(...said);
  await widget.sees(...said);

  // The agent's cable is pulled.
  agentWire.cut();
  await expect.poll(() => health.getAttribute('data-health')).not.toBe('good');
  await widget.say('Are you there?');
  await widget.say('Hello?');
  said.push('Are you there?', 'Hello?');
  await widget.sees(...said);
  await chat.say('Typed without a connection.');
  await chat.pane.getByTestId('outgoing-item').getByText('Typed without a connection.').waitFor();
  agentWire.mend();
  said.push('Typed without a connection.');
  await chat.sees(...said);
  await widget.sees(...said);
  await expect.poll(() => chat.pane.getByTestId('outgoing-item').count()).toBe(0);
  await expect.poll(() => health.getAttribute('data-health')).toBe('good');

  // The browser itself says that there is no network.
  await agent.context.setOffline(true);
  await widget.say('Once more.');
  said.push('Once more.');
  await widget.sees(...said);
  await chat.say('Offline again.');
  await agent.context.setOffline(false);
  said.push('Offline again.');
  await chat.sees(...said);
  await widget.sees(...said);

  // The customer's train enters a tunnel.
  customerWire.cut();
  await widget.page.getByTestId('chat-offline').waitFor();
  await chat.say('Take your time.');
  said.push('Take your time.');
  await chat.sees(...said);
  await widget.say('Written in the tunnel.');
  customerWire.mend();
  said.push('Written in the tunnel.');
  await widget.sees(...said);
  await chat.sees(...said);

  for (const { problems } of [visitor, agent]) expect(problems).toEqual([]);
});

test('a page with chatjs finds back after its network was cut, without loss or duplicates', async () => {
  const visitor = await openUser(customerBrowser, center);
  const customer = await startChat(visitor.context, center, 'Grace', {});
  const agent = await openUser(agentBrowser, center);
  const page = await signIn(agent.context, center, 'AGENT2');
  await chooseStatus(page, 'Available');
  const chat = await acceptOffer(page, customer.contactId);
  await say(customer, 'Hello?');
  await chat.say('Good morning.');
  await sees(customer, WELCOME, WAITING, 'Hello?', 'Good morning.');

  await visitor.context.setOffline(true);
  customerWire.cut();
  await expect.poll(async () => (await seen(customer)).isConnected).toBe(false);
  await chat.say('Are you still there?');
  await chat.sees(WELCOME, WAITING, 'Hello?', 'Good morning.', 'Are you still there?');
  customerWire.mend();
  await visitor.context.setOffline(false);
  // The library waits longer from try to try.
  await expect.poll(async () => (await seen(customer)).isConnected, { timeout: CHATJS_RETRY_MAX_MS }).toBe(true);
  await sees(customer, WELCOME, WAITING, 'Hello?', 'Good morning.', 'Are you still there?');
  await chat.say('I am.');
  await sees(customer, WELCOME, WAITING, 'Hello?', 'Good morning.', 'Are you still there?', 'I am.');
  const { pushed } = await seen(customer);
  expect(pushed).toEqual([...new Set(pushed)]);

  for (const { problems } of [visitor, agent]) expect(problems).toEqual([]);
});
