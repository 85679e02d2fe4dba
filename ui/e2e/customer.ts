/** A customer whose page uses the unmodified amazon-connect-chatjs, as it comes from the registry. */

import { createRequire } from 'node:module';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Center } from './center.js';

const LIBRARY = createRequire(import.meta.url).resolve('amazon-connect-chatjs');
const REGION = 'eu-central-1';

type WireItem = connect.ChatMessageEvent['data'];

interface StartRequest {
  InstanceId: string;
  ContactFlowId: string;
  ParticipantDetails: { DisplayName: string };
  Attributes: Record<string, string>;
  SupportedMessagingContentTypes: string[];
}

/** What the page has seen. */
interface Seen {
  contactId: string;
  /** The chat as the page knows it: the transcript on connecting, then what the socket brought. */
  items: WireItem[];
  /** Ids of the items that the socket brought, in order, each as often as it came. */
  pushed: string[];
  isConnected: boolean;
  typists: string[];
  /** `delivered` and `read`, each with the id of the message. */
  receipts: [string, string][];
  hasEnded: boolean;
}

declare global {
  interface Window {
    chat: connect.CustomerChatSession;
    seen: Seen;
  }
}

export interface Customer {
  page: Page;
  contactId: string;
}

/**
 * Opens the sample page with the library in the place of the product's own widget, and starts a chat there as
 * amazon-connect-chat-interface does.
 */
export async function startChat(
  context: BrowserContext,
  center: Center,
  name: string,
  attributes: Record<string, string>,
): Promise<Customer> {
  const page = await context.newPage();
  // The library must need nothing but what the page's policy allows.
  await page.route(`${center.url}/chat/widget.js`, (route) =>
    route.fulfill({ contentType: 'text/javascript; charset=utf-8', path: LIBRARY }),
  );
  await page.goto(center.variable('RINGFENCE_CHAT_URL'));
  await page.waitForFunction(() => 'connect' in window);
  const contactId = await page.evaluate(startInPage, {
    endpoint: center.url,
    region: REGION,
    request: {
      InstanceId: center.variable('RINGFENCE_INSTANCE_ID'),
      ContactFlowId: center.variable('RINGFENCE_CHAT_FLOW_ID'),
      ParticipantDetails: { DisplayName: name },
      Attributes: attributes,
      SupportedMessagingContentTypes: ['text/plain', 'text/markdown'],
    },
  });
  return { page, contactId };
}

/** Runs in the page. */
async function startInPage(options: { endpoint: string; region: string; request: StartRequest }): Promise<string> {
  const answer = await fetch('/chat/start', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(options.request),
  });
  if (!answer.ok) throw new Error(`the chat did not start: ${answer.status} ${await answer.text()}`);
  interface Started {
    data: { startChatResult: { ContactId: string; ParticipantId: string; ParticipantToken: string } };
  }
  const { ContactId, ParticipantId, ParticipantToken } = ((await answer.json()) as Started).data.startChatResult;
  // `endpoint` is how chatjs is pointed elsewhere; its types do not know it.
  connect.ChatSession.setGlobalConfig({
    endpoint: options.endpoint,
    region: options.region,
    features: { messageReceipts: { shouldSendMessageReceipts: true, throttleTime: 100 } },
    loggerConfig: { useDefaultLogger: false },
  } as connect.ChatGlobalConfig);
  const chat = connect.ChatSession.create({
    chatDetails: { contactId: ContactId, participantId: ParticipantId, participantToken: ParticipantToken },
    type: 'CUSTOMER',
    options: { region: options.region },
    disableCSM: true,
  });
  const seen: Seen = { contactId: ContactId, items: [], pushed: [], isConnected: false, typists: [], receipts: [], hasEnded: false };
  window.chat = chat;
  window.seen = seen;
  // Without a network nothing arrives; the next connection catches up.
  const ignore = (): void => undefined;
  const receipt = (kind: 'delivered' | 'read', messageId: string) =>
    chat.sendEvent({
      contentType: `application/vnd.amazonaws.connect.event.message.${kind}`,
      content: JSON.stringify({ messageId }),
    } as connect.SendEventArgs).catch(ignore);
  const add = (item: WireItem) => {
    if (!seen.items.some(({ Id }) => Id === item.Id)) seen.items.push(item);
    seen.items.sort((one, other) => Date.parse(one.AbsoluteTime) - Date.parse(other.AbsoluteTime));
  };
  chat.onMessage(({ data }) => {
    seen.pushed.push(data.Id);
    add(data);
    if (data.ParticipantRole !== 'AGENT' || data.Type === 'EVENT') return;
    void receipt('delivered', data.Id);
    void receipt('read', data.Id);
  });
  chat.onTyping(({ data }) => seen.typists.push(data.DisplayName ?? ''));
  const keepReceipt = (kind: string) => (event: connect.ChatMessageEvent) => {
    const { MessageMetadata: metadata } = event.data as unknown as { MessageMetadata?: { MessageId: string } };
    seen.receipts.push([kind, metadata?.MessageId ?? '']);
  };
  chat.onDeliveredReceipt(keepReceipt('delivered'));
  chat.onReadReceipt(keepReceipt('read'));
  chat.onEnded(() => {
    seen.hasEnded = true;
  });
  const load = async (): Promise<void> => {
    const { data } = await chat.getTranscript({ maxResults: 100, sortOrder: 'ASCENDING', scanDirection: 'BACKWARD' });
    for (const item of data?.Transcript ?? []) add(item as WireItem);
  };
  chat.onConnectionEstablished(() => {
    seen.isConnected = true;
    // What was said before this page was there, or while it was cut off.
    load().catch(ignore);
  });
  chat.onConnectionLost(() => {
    seen.isConnected = false;
  });
  await chat.connect();
  return ContactId;
}

/** Sends a message and returns its id. */
export function say(customer: Customer, text: string): Promise<string> {
  return customer.page.evaluate(
    async (message) => (await window.chat.sendMessage({ contentType: 'text/plain', message })).data?.Id ?? '',
    text,
  );
}

export async function type(customer: Customer): Promise<void> {
  await customer.page.evaluate(() =>
    window.chat.sendEvent({ contentType: 'application/vnd.amazonaws.connect.event.typing' }),
  );
}

export async function sendFile(customer: Customer, name: string, mimeType: string, content: string): Promise<void> {
  await customer.page.evaluate(
    ([fileName, fileType, text]) =>
      window.chat.sendAttachment({ attachment: new File([text], fileName, { type: fileType }) }),
    [name, mimeType, content] as const,
  );
}

/** Content of the newest file of this name. */
export async function download(customer: Customer, name: string): Promise<string> {
  return customer.page.evaluate(async (fileName) => {
    const attachments = window.seen.items.flatMap(
      (item) => (item as { Attachments?: { AttachmentId: string; AttachmentName: string }[] }).Attachments ?? [],
    );
    const wanted = attachments.findLast((attachment) => attachment.AttachmentName === fileName);
    if (wanted === undefined) throw new Error(`no file ${fileName} has arrived`);
    const file = await window.chat.downloadAttachment({ attachmentId: wanted.AttachmentId });
    return file.text();
  }, name);
}

export function seen(customer: Customer): Promise<Seen> {
  return customer.page.evaluate(() => window.seen);
}

/** Texts of all messages and names of all files that have arrived, in order. */
export async function arrived(customer: Customer): Promise<string[]> {
  return said((await seen(customer)).items);
}

export async function sees(customer: Customer, ...texts: string[]): Promise<void> {
  await expect.poll(() => arrived(customer)).toEqual(texts);
}

/** The same from GetTranscript, oldest first. */
export async function transcript(customer: Customer): Promise<string[]> {
  const items = await customer.page.evaluate(async () => {
    const { data } = await window.chat.getTranscript({ maxResults: 100, sortOrder: 'ASCENDING', scanDirection: 'BACKWARD' });
    return data?.Transcript ?? [];
  });
  return said(items);
}

function said(items: readonly connect.ChatTranscriptItem[]): string[] {
  return items.flatMap((item) => {
    if (item.Type === 'EVENT') return [];
    const { Content, Attachments } = item as { Content?: string; Attachments?: { AttachmentName: string }[] };
    return Attachments?.map((attachment) => attachment.AttachmentName) ?? [Content ?? ''];
  });
}
