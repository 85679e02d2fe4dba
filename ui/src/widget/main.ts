/** One script tag on a customer's page: reads its attributes, puts the widget on the page. */

import { browserEnvironment } from '../protocol/environment.js';
import { Chat } from './chat.js';
import { messagesFor } from './messages.js';
import { ParticipantApi } from './participant.js';
import { ChatStorage } from './storage.js';
import { WidgetView } from './view.js';

declare global {
  interface Window {
    /** Lets the page open and close the chat with buttons of its own. */
    ringfenceChat?: { open: () => void; close: () => void };
  }
}

function mount(script: HTMLScriptElement): void {
  const { instanceId, contactFlowId, startUrl, language: wanted, title } = script.dataset;
  if (instanceId === undefined || contactFlowId === undefined) {
    throw new Error('the chat needs data-instance-id and data-contact-flow-id on its script tag');
  }
  const api = new ParticipantApi(new URL(startUrl ?? '/chat/start', script.src).href);
  const { language, messages } = messagesFor([wanted, document.documentElement.lang, ...navigator.languages]);
  const view = new WidgetView(messages, language, title ?? messages.title, () => chat);
  const chat = new Chat(
    { instanceId, contactFlowId },
    api,
    browserEnvironment,
    new ChatStorage(tabStorage(), contactFlowId),
    (state) => view.render(state),
  );
  view.render(chat.state);
  document.body.append(view.host);
  if (chat.resume()) view.open();
  const wake = (): void => {
    if (document.visibilityState === 'visible') chat.wake();
  };
  window.addEventListener('online', wake);
  window.addEventListener('pageshow', wake);
  document.addEventListener('visibilitychange', wake);
  window.ringfenceChat = { open: () => view.open(), close: () => view.close() };
}

/** Reading the property throws where the page's storage is switched off. */
function tabStorage(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  // Loaded asynchronously it may run before there is a body to put the widget in.
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', () => mount(script));
  } else {
    mount(script);
  }
}
