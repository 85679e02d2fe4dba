/** The agent's workspace as tests use it: what a person sees and presses. */

import type { BrowserContext, Download, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Center, Person } from './center.js';

export async function signIn(context: BrowserContext, center: Center, person: Person, path = '/app/'): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${center.url}${path}`);
  await page.getByTestId('username').fill(center.variable(`RINGFENCE_${person}_USER`));
  await page.getByTestId('password').fill(center.variable(`RINGFENCE_${person}_PASSWORD`));
  await page.getByTestId('code').fill(await center.code(person));
  await page.getByTestId('sign-in').click();
  await page.getByTestId('user-menu').waitFor();
  return page;
}

export async function chooseStatus(page: Page, name: string): Promise<void> {
  await page.getByTestId('status-menu').getByRole('button').click();
  await page.getByRole('menuitemcheckbox', { name }).click();
  await page.getByTestId('status-menu').getByRole('button', { name }).waitFor();
}

/** Waits for an offer and accepts it. */
export async function acceptOffer(page: Page, contactId: string): Promise<Chat> {
  const offer = page.locator(`[data-testid="offer"][data-contact-id="${contactId}"]`);
  await offer.getByTestId('accept').click();
  await offer.waitFor({ state: 'detached' });
  const chat = new Chat(page, contactId);
  await chat.composer.waitFor();
  return chat;
}

/** Id of the contact that is being offered. */
export async function offeredContact(page: Page): Promise<string> {
  const id = await page.getByTestId('offer').first().getAttribute('data-contact-id');
  if (id === null) throw new Error('the offer names no contact');
  return id;
}

/** One chat in the workspace. */
export class Chat {
  readonly pane: Locator;
  readonly composer: Locator;

  constructor(
    private readonly page: Page,
    readonly contactId: string,
  ) {
    this.pane = page.locator(`[data-testid="chat-pane"][data-contact-id="${contactId}"]`);
    this.composer = this.pane.getByTestId('composer');
  }

  /** Texts of all messages, in order. */
  texts(): Promise<string[]> {
    return this.pane.getByTestId('message-text').allTextContents();
  }

  async sees(...texts: string[]): Promise<void> {
    await expect.poll(() => this.texts()).toEqual(texts);
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  async seesTyping(name: string): Promise<void> {
    await this.pane.getByTestId('typing').getByText(`${name} is typing`).waitFor();
  }

  /** How far the newest own message has come, as the agent sees it. */
  async seesReceipt(receipt: 'sent' | 'delivered' | 'read'): Promise<void> {
    await expect.poll(() => this.pane.getByTestId('receipt').getAttribute('data-receipt')).toBe(receipt);
  }

  async attach(name: string, mimeType: string, content: string): Promise<void> {
    await this.pane.getByTestId('attach-file').setInputFiles({ name, mimeType, buffer: Buffer.from(content) });
    await this.attachment(name).waitFor();
  }

  async download(name: string): Promise<Download> {
    const download = this.page.waitForEvent('download');
    await this.attachment(name).getByTestId('download-attachment').click();
    return download;
  }

  async transferTo(quickConnect: string): Promise<void> {
    await this.pane.getByTestId('transfer').click();
    const target = this.page.locator(`[data-testid="quick-connect"][data-name="${quickConnect}"]`);
    await target.getByTestId('transfer-to').click();
    await target.waitFor({ state: 'detached' });
  }

  async end(): Promise<void> {
    await this.pane.getByTestId('end-contact').click();
  }

  /** Ends the wrap-up: the contact leaves the desk. */
  async wrapUp(): Promise<void> {
    await this.pane.getByTestId('complete-contact').click();
    await this.pane.waitFor({ state: 'detached' });
  }

  private attachment(name: string): Locator {
    return this.pane.locator('[data-testid="attachment"][data-status="APPROVED"]', { hasText: name });
  }
}

export async function contentOf(download: Download): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of await download.createReadStream()) parts.push(part as Uint8Array);
  return Buffer.concat(parts).toString('utf8');
}
