/** A form that a flow shows: the widget's customer fills it in, the flow goes on by it, the agent reads it. */

import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openUser } from './browser.js';
import { startCenter, type Center } from './center.js';
import { updateChatFlow } from './connect-api.js';
import { Widget } from './widget.js';
import { acceptOffer, chooseStatus, offeredContact, signIn } from './workspace.js';

const HEADING = 'Read your meter';
const THANKS = 'Thank you. We noted 4711.';
const FORM = {
  Heading: HEADING,
  SubHeading: 'It takes a minute.',
  Next: { Label: 'Send the reading' },
  Sections: [
    {
      Type: 'FormSection',
      Heading: 'Meter',
      Items: [
        {
          Items: [
            { Type: 'FormInput', InputType: 'number', Label: 'Reading', Name: 'reading', Required: true },
            { Type: 'DatePicker', Label: 'Day', Name: 'day', DefaultValue: '2026-11-23' },
            { Type: 'Dropdown', Label: 'Tariff', Name: 'tariff', Options: [{ Label: 'Coastal wind', Value: 'wind' }] },
            { Type: 'RadioGroup', Label: 'Kind', Name: 'kind', Options: ['gas', 'power'] },
            { Type: 'Checkbox', CheckboxText: 'The seal is whole', Name: 'seal' },
            { Type: 'TextArea', Label: 'Remarks', Name: 'remarks' },
            { Type: 'Hologram', Label: 'Never shown', Name: 'never' },
          ],
        },
      ],
    },
  ],
};

let center: Center;
let browser: Browser;

beforeAll(async () => {
  center = await startCenter();
  browser = await launchBrowser(center);
  await updateChatFlow(center, askingFlow(center.variable('RINGFENCE_QUEUE_ID')));
});
afterAll(async () => {
  await browser.close();
  await center.stop();
});

test('a customer fills in the form of a flow by keyboard, and the flow goes on with the entries', async () => {
  const visitor = await openUser(browser, center);
  const widget = await Widget.open(visitor.context, center);
  await widget.start('Linus');
  const form = widget.page.getByRole('form', { name: HEADING });
  await form.waitFor();
  expect(await form.getByText('Never shown').count()).toBe(0);
  const { violations } = await new AxeBuilder({ page: widget.page }).analyze();
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);

  await widget.say('One moment, I have to look.');
  await form.getByRole('button', { name: 'Send the reading' }).click();
  // What is required is missing: the browser says so, and nothing is sent.
  expect(await form.count()).toBe(1);
  await form.getByRole('combobox', { name: 'Tariff' }).selectOption({ label: 'Coastal wind' });
  await form.getByRole('group', { name: 'Kind' }).getByRole('radio', { name: 'power' }).check();
  await form.getByRole('checkbox', { name: 'The seal is whole' }).check();
  await form.getByRole('spinbutton', { name: 'Reading' }).focus();
  await widget.page.keyboard.type('4711');
  await widget.page.keyboard.press('Enter');
  await form.waitFor({ state: 'detached' });
  await widget.page.getByTestId('chat-text').getByText(THANKS).waitFor();

  const agent = await openUser(browser, center);
  const page = await signIn(agent.context, center, 'AGENT1');
  await chooseStatus(page, 'Available');
  const chat = await acceptOffer(page, await offeredContact(page));
  const answer = chat.pane.getByTestId('message-text').filter({ hasText: 'Send the reading' }).last();
  await answer.waitFor();
  const pairs = (await answer.locator('dl > div').all()).map((pair) => pair.locator('dt, dd').allTextContents());
  const shown = [
    ['Reading', '4711'],
    ['Day', '2026-11-23'],
    ['Tariff', 'Coastal wind'],
    ['Kind', 'power'],
    ['The seal is whole', 'Yes'],
    ['Remarks', '–'],
  ];
  expect(await Promise.all(pairs)).toEqual(shown);
  expect(await chat.pane.getByText('{').count()).toBe(0);

  await widget.page.reload();
  await widget.page.getByTestId('chat-text').getByText(THANKS).waitFor();
  expect(await form.count()).toBe(0);
  const own = widget.page.locator('[data-testid="chat-item"][data-own="true"]').last();
  expect(await own.locator('dt').allTextContents()).toEqual(shown.map(([label]) => label));
  for (const { problems } of [visitor, agent]) expect(problems).toEqual([]);
});

test('a customer who will not fill it in takes the other way', async () => {
  const visitor = await openUser(browser, center);
  const widget = await Widget.open(visitor.context, center);
  await widget.start('Grace');
  const form = widget.page.getByRole('form', { name: HEADING });
  await form.getByRole('textbox', { name: 'Remarks' }).fill('never sent');
  await form.getByRole('button', { name: 'Back' }).click();
  await widget.page.getByTestId('chat-text').getByText('As you like.').waitFor();
  expect(await widget.page.getByText('never sent').count()).toBe(0);
  expect(visitor.problems).toEqual([]);
});

/** Asks for a meter reading, thanks for it, and hands over to an agent. */
function askingFlow(queue: string): object {
  const on = (next: string, ...errors: string[]) => ({
    NextAction: next,
    Errors: errors.map((error) => ({ ErrorType: error, NextAction: next })),
    Conditions: [],
  });
  const say = (id: string, text: string) => ({
    Identifier: id,
    Type: 'MessageParticipant',
    Parameters: { Text: text },
    Transitions: on('queue', 'NoMatchingError'),
  });
  const branch = (action: string, next: string) => ({
    NextAction: next,
    Condition: { Operator: 'Equals', Operands: [action] },
  });
  const ask = {
    Identifier: 'ask',
    Type: 'ShowView',
    Parameters: { ViewResource: { Id: 'form' }, InvocationTimeLimitSeconds: '600', ViewData: FORM },
    Transitions: {
      ...on('end', 'NoMatchingCondition', 'NoMatchingError', 'TimeLimitExceeded'),
      Conditions: [branch('Back', 'refused'), branch('Submit', 'thanks')],
    },
  };
  return {
    Version: '2019-10-30',
    StartAction: 'ask',
    Metadata: {},
    Actions: [
      ask,
      say('thanks', 'Thank you. We noted $.Views.ViewResultData.FormData.reading.'),
      say('refused', 'As you like.'),
      {
        Identifier: 'queue',
        Type: 'UpdateContactTargetQueue',
        Parameters: { QueueId: queue },
        Transitions: on('transfer', 'NoMatchingError'),
      },
      {
        Identifier: 'transfer',
        Type: 'TransferContactToQueue',
        Parameters: {},
        Transitions: on('end', 'QueueAtCapacity', 'NoMatchingError'),
      },
      { Identifier: 'end', Type: 'DisconnectParticipant', Parameters: {}, Transitions: {} },
    ],
  };
}
