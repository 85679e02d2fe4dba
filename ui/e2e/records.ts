/** The pages of past contacts, as tests read them. */

import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export interface ShownRecord {
  /** Every name on the page with its value. */
  pairs: Record<string, string>;
  /** Where the links to the segments before and after lead, by their text. */
  relations: Record<string, string>;
  /** What was said, in order; names for files. */
  transcript: string[];
  timeline: string[];
}

/** Every name on a contact's page with its value. */
export async function readPairs(page: Page): Promise<Record<string, string>> {
  const record = page.getByTestId('contact-record');
  await record.waitFor();
  const names = await record.locator('dt').allTextContents();
  const values = await record.locator('dd').allTextContents();
  return Object.fromEntries(names.map((name, index) => [name, (values[index] ?? '').trim()]));
}

/** Reads the contact's page, once its transcript is there. */
export async function readRecord(page: Page, contactId: string): Promise<ShownRecord> {
  await page.getByTestId('contact-record').waitFor();
  const transcript = page.getByTestId('recorded-transcript');
  await transcript.getByTestId('transcript-item').first().waitFor();
  expect(new URL(page.url()).pathname).toBe(`/app/contacts/${contactId}`);
  const record = page.getByTestId('contact-record');
  const links = await record.locator('.rf-relations a').all();
  const relations = links.map(async (link) => [await link.textContent(), await link.getAttribute('href')] as const);
  return {
    pairs: await readPairs(page),
    relations: Object.fromEntries((await Promise.all(relations)).map(([name, to]) => [name ?? '', to ?? ''])),
    transcript: await transcript.locator('[data-testid="message-text"], .rf-attachment-name').allTextContents(),
    timeline: await page.getByTestId('timeline').locator('li').allTextContents(),
  };
}
