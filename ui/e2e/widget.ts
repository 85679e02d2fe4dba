/** The product's own widget on the sample page, as a customer uses it. */

import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Center } from './center.js';

export class Widget {
  private constructor(readonly page: Page) {}

  static async open(context: BrowserContext, center: Center): Promise<Widget> {
    const page = await context.newPage();
    await page.goto(center.variable('RINGFENCE_CHAT_URL'));
    await page.getByTestId('sample-ask').click();
    await page.getByTestId('chat-name').waitFor();
    return new Widget(page);
  }

  async start(name: string): Promise<void> {
    await this.page.getByTestId('chat-name').fill(name);
    await this.page.getByTestId('chat-start').click();
    await this.page.getByTestId('chat-composer').waitFor();
  }

  async say(text: string): Promise<void> {
    await this.page.getByTestId('chat-composer').fill(text);
    await this.page.getByTestId('chat-send').click();
  }

  async sees(...texts: string[]): Promise<void> {
    await expect.poll(() => this.page.getByTestId('chat-text').allTextContents()).toEqual(texts);
    // Nothing is still on its way.
    await expect.poll(() => this.page.getByTestId('chat-outgoing').count()).toBe(0);
  }

  async seesReceipt(receipt: 'sent' | 'delivered' | 'read'): Promise<void> {
    await expect.poll(() => this.page.getByTestId('chat-receipt').getAttribute('data-receipt')).toBe(receipt);
  }

  async end(): Promise<void> {
    await this.page.getByTestId('chat-end').click();
    await this.page.getByTestId('chat-end-confirm').click();
    await this.page.getByTestId('chat-ended').waitFor();
  }
}
