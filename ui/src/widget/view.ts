/** The widget on the page: launcher, start form, conversation. */

import { regionalVariant, type Language } from '../protocol/locale.js';
import type { Chat, ChatState } from './chat.js';
import { element, icon, ICON } from './dom.js';
import type { Messages } from './messages.js';
import type { WireAttachment } from './participant.js';
import { STYLE } from './style.js';
import { TranscriptView } from './transcript-view.js';

const MESSAGE_CHARACTERS_MAX = 1024;
const NAME_CHARACTERS_MAX = 100;

export class WidgetView {
  readonly host = element('div', { 'data-testid': 'chat-widget' });
  readonly #badge = element('span', { class: 'badge', 'data-testid': 'chat-unread', hidden: true });
  readonly #launcher: HTMLButtonElement;
  readonly #panel: HTMLElement;
  readonly #endButton: HTMLButtonElement;
  readonly #note: HTMLElement;
  readonly #startForm: HTMLFormElement;
  readonly #startError = element('p', { class: 'error', role: 'alert', 'data-testid': 'chat-start-error' });
  readonly #startButton: HTMLButtonElement;
  readonly #name: HTMLInputElement;
  readonly #composer: HTMLFormElement;
  readonly #message: HTMLTextAreaElement;
  readonly #foot = element('div', { class: 'foot', hidden: true });
  readonly #transcript: TranscriptView;
  #isOpen = false;
  #isAskingToEnd = false;
  #unread = 0;
  #seenItems = 0;

  constructor(
    private readonly text: Messages,
    language: Language,
    title: string,
    private readonly chat: () => Chat,
  ) {
    const shadow = this.host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];
    this.host.lang = language;
    const clock = new Intl.DateTimeFormat(regionalVariant(language, navigator.languages), { timeStyle: 'short' });
    this.#transcript = new TranscriptView(text, clock, {
      answer: ({ contentType, text: content }) => this.chat().send(content, contentType),
      download: (attachment) => void this.#download(attachment),
    });
    this.#launcher = element(
      'button',
      { type: 'button', class: 'launcher', 'aria-label': text.open, 'aria-expanded': 'false', 'data-testid': 'chat-launcher' },
      icon(ICON.chat),
      this.#badge,
    );
    this.#endButton = this.#iconButton(ICON.leave, text.end, 'chat-end', () => this.#askToEnd(true));
    this.#note = element('p', { class: 'note', role: 'status', hidden: true, 'data-testid': 'chat-offline' }, text.offline);
    this.#name = element('input', {
      required: true, maxlength: String(NAME_CHARACTERS_MAX), autocomplete: 'name', 'data-testid': 'chat-name',
    });
    this.#startButton = element('button', { class: 'primary', 'data-testid': 'chat-start' }, text.start);
    this.#startForm = element(
      'form', { class: 'start' },
      element('p', {}, text.intro),
      element('label', {}, text.name, this.#name),
      this.#startError,
      this.#startButton,
    );
    this.#message = element('textarea', {
      rows: '1', maxlength: String(MESSAGE_CHARACTERS_MAX), 'aria-label': text.message, placeholder: text.placeholder,
      'data-testid': 'chat-composer',
    });
    this.#composer = this.#buildComposer();
    this.#panel = element(
      'section',
      { class: 'panel', role: 'dialog', 'aria-label': title, hidden: true, 'data-testid': 'chat-panel' },
      element(
        'header', { class: 'head' },
        element('h2', {}, title),
        this.#endButton,
        this.#iconButton(ICON.close, text.close, 'chat-close', () => this.close()),
      ),
      this.#note, this.#startForm, this.#transcript.root, this.#foot, this.#composer,
    );
    shadow.append(this.#panel, this.#launcher);
    this.#listen();
  }

  open(): void {
    this.#isOpen = true;
    this.#showPanel();
    this.#sawEverything();
    this.#focusField();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#showPanel();
    this.#launcher.focus();
  }

  render(state: ChatState): void {
    const isTalking = state.phase === 'active' || state.phase === 'ended';
    const wasTalking = !this.#transcript.root.hidden;
    this.#startForm.hidden = isTalking;
    this.#transcript.root.hidden = !isTalking;
    this.#composer.hidden = state.phase !== 'active';
    this.#endButton.hidden = state.phase !== 'active';
    this.#note.hidden = !(state.phase === 'active' && !state.isConnected && state.items.length > 0);
    this.#startButton.disabled = state.phase === 'starting';
    this.#startButton.textContent = state.phase === 'starting' ? this.text.starting : this.text.start;
    this.#startError.textContent = this.#startErrorText(state);
    this.#renderFoot(state);
    this.#transcript.render(state);
    this.#countUnread(state);
    if (isTalking && !wasTalking && this.#isOpen) this.#focusField();
  }

  #startErrorText({ startError }: ChatState): string {
    if (startError === undefined) return '';
    return startError === 'throttled' ? this.text.startThrottled : this.text.startFailed;
  }

  #buildComposer(): HTMLFormElement {
    const file = element('input', { type: 'file', hidden: true, 'data-testid': 'chat-file' });
    file.addEventListener('change', () => {
      const chosen = file.files?.[0];
      if (chosen !== undefined) void this.#upload(chosen);
      file.value = '';
    });
    const send = element(
      'button',
      { class: 'send', 'aria-label': this.text.send, 'data-testid': 'chat-send' },
      icon(ICON.send),
    );
    const attach = this.#iconButton(ICON.attach, this.text.attach, 'chat-attach', () => file.click());
    return element('form', { class: 'composer', hidden: true }, attach, file, this.#message, send);
  }

  #iconButton(path: string, label: string, testId: string, press: () => void): HTMLButtonElement {
    const button = element(
      'button',
      { type: 'button', 'aria-label': label, title: label, 'data-testid': testId },
      icon(path),
    );
    button.addEventListener('click', press);
    return button;
  }

  #listen(): void {
    this.#launcher.addEventListener('click', () => {
      if (this.#isOpen) this.close();
      else this.open();
    });
    this.#panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
    });
    this.#startForm.addEventListener('submit', (event) => {
      event.preventDefault();
      const name = this.#name.value.trim();
      if (name !== '') void this.chat().start(name);
    });
    this.#composer.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#message.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.#message.addEventListener('input', () => {
      if (this.#message.value !== '') this.chat().typing();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && this.#isOpen) this.#sawEverything();
    });
  }

  #send(): void {
    const text = this.#message.value.trim();
    if (text === '') return;
    this.#message.value = '';
    this.chat().send(text);
    this.#transcript.showNewest(this.chat().state);
    this.#message.focus();
  }

  async #upload(file: File): Promise<void> {
    this.#note.hidden = false;
    this.#note.textContent = this.text.uploading;
    const isDone = await this.chat().upload(file);
    this.#note.textContent = isDone ? this.text.offline : this.text.uploadFailed;
    this.#note.hidden = isDone;
  }

  async #download(attachment: WireAttachment): Promise<void> {
    const url = await this.chat().attachmentUrl(attachment.AttachmentId);
    if (url === undefined) return;
    const link = element('a', { href: url, download: attachment.AttachmentName, rel: 'noopener noreferrer' });
    link.click();
  }

  #askToEnd(isAsking: boolean): void {
    this.#isAskingToEnd = isAsking;
    this.#renderFoot(this.chat().state);
    if (isAsking) this.#foot.querySelector('button')?.focus();
    else this.#message.focus();
  }

  #renderFoot({ phase }: ChatState): void {
    if (phase !== 'active') this.#isAskingToEnd = false;
    const kind = phase === 'ended' ? 'ended' : this.#isAskingToEnd ? 'ask' : '';
    if (this.#foot.dataset.kind === kind) return;
    this.#foot.dataset.kind = kind;
    this.#foot.hidden = kind === '';
    if (kind === 'ended') {
      const again = this.#textButton('primary', this.text.again, 'chat-again', () => this.chat().reset());
      this.#foot.replaceChildren(element('p', { role: 'status', 'data-testid': 'chat-ended' }, this.text.ended), again);
    } else if (kind === 'ask') {
      this.#foot.replaceChildren(
        element('p', {}, this.text.endQuestion),
        this.#textButton('primary', this.text.end, 'chat-end-confirm', () => void this.chat().end()),
        this.#textButton('plain', this.text.keep, 'chat-end-cancel', () => this.#askToEnd(false)),
      );
    }
  }

  #textButton(className: string, label: string, testId: string, press: () => void): HTMLButtonElement {
    const button = element('button', { type: 'button', class: className, 'data-testid': testId }, label);
    button.addEventListener('click', press);
    return button;
  }

  #countUnread({ items, ownParticipantId, phase }: ChatState): void {
    if (phase === 'idle') this.#seenItems = 0;
    const spoken = items.filter((item) => item.Type !== 'EVENT' && item.ParticipantId !== ownParticipantId);
    this.#unread = Math.max(0, spoken.length - this.#seenItems);
    if (this.#unread > 0 && this.#isOpen && document.visibilityState === 'visible') {
      this.#seenItems = spoken.length;
      this.#unread = 0;
      this.chat().markRead();
    }
    this.#badge.hidden = this.#unread === 0;
    this.#badge.replaceChildren(
      element('span', { 'aria-hidden': 'true' }, String(this.#unread)),
      element('span', { class: 'hidden' }, this.text.unread.replace('{count}', String(this.#unread))),
    );
  }

  #sawEverything(): void {
    this.#countUnread(this.chat().state);
  }

  #showPanel(): void {
    this.#panel.hidden = !this.#isOpen;
    this.#launcher.setAttribute('aria-expanded', String(this.#isOpen));
    this.#launcher.setAttribute('aria-label', this.#isOpen ? this.text.close : this.text.open);
    this.#transcript.render(this.chat().state);
    if (this.#isOpen) this.#transcript.showNewest(this.chat().state);
  }

  #focusField(): void {
    const field = this.#startForm.hidden ? this.#message : this.#name;
    field.focus();
  }
}
