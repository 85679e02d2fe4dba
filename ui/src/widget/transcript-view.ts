/** The list of what was said: nodes are kept by id, so that only what changes is read out again. */

import {
  answerTo,
  INTERACTIVE_RESPONSE_TYPE,
  INTERACTIVE_TYPE,
  parseInteractive,
  questionBefore,
  type Answer,
  type InteractiveMessage,
  type Message,
} from '../protocol/interactive.js';
import { answerToView, parseView, readAnswer, type Entry, type View } from '../protocol/view.js';
import type { ChatState, Receipt } from './chat.js';
import { element } from './dom.js';
import type { Messages } from './messages.js';
import { EVENT, type WireAttachment, type WireItem } from './participant.js';
import type { OutgoingMessage } from './storage.js';
import { actionLabel, drawViewForm } from './view-form.js';

const NEAR_BOTTOM_PX = 48;
const GROUP_GAP_MS = 180_000;
const FORM_MARGIN_PX = 8;

export interface TranscriptActions {
  answer: (answer: Answer) => void;
  download: (attachment: WireAttachment) => void;
}

interface Row {
  key: string;
  /** Changes whenever the row must be drawn anew. */
  version: string;
  draw: () => HTMLLIElement;
}

export class TranscriptView {
  readonly root: HTMLElement;
  readonly #list = element('ol');
  readonly #typing = element('p', { class: 'typing', role: 'status', 'data-testid': 'chat-typing' });
  readonly #drawn = new Map<string, { version: string; node: HTMLLIElement }>();

  constructor(
    private readonly text: Messages,
    private readonly time: Intl.DateTimeFormat,
    private readonly actions: TranscriptActions,
  ) {
    this.root = element(
      'div',
      { class: 'log', role: 'log', tabindex: '0', 'aria-label': text.messages, 'data-testid': 'chat-log' },
      this.#list,
      this.#typing,
    );
  }

  render(state: ChatState): void {
    const { scrollTop, scrollHeight, clientHeight } = this.root;
    const isAtBottom = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
    this.#place([...this.#itemRows(state), ...this.#outgoingRows(state)]);
    this.#typing.textContent = state.isOtherTyping ? `${typistName(state, this.text)} ${this.text.typing}` : '';
    if (isAtBottom) this.showNewest(state);
  }

  /** Scrolls to the end, or to the beginning of a form that is to be filled in there. */
  showNewest(state: ChatState): void {
    const { items, outgoing } = state;
    const last = items.findLast((item) => item.Type !== 'EVENT');
    const isAsked = outgoing.length === 0 && last !== undefined && last === openQuestion(state);
    const form = isAsked ? this.#drawn.get(last.Id) : undefined;
    const end = this.root.scrollHeight - this.root.clientHeight;
    const begin = form === undefined ? end : form.node.offsetTop - this.root.offsetTop - FORM_MARGIN_PX;
    this.root.scrollTop = Math.min(begin, end);
  }

  #place(rows: readonly Row[]): void {
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, { node }] of this.#drawn) {
      if (keys.has(key)) continue;
      node.remove();
      this.#drawn.delete(key);
    }
    rows.forEach((row, index) => {
      const drawn = this.#drawn.get(row.key);
      const node = drawn?.version === row.version ? drawn.node : row.draw();
      if (drawn !== undefined && drawn.node !== node) drawn.node.replaceWith(node);
      this.#drawn.set(row.key, { version: row.version, node });
      const there = this.#list.children[index];
      if (there !== node) this.#list.insertBefore(node, there ?? null);
    });
  }

  #itemRows(state: ChatState): Row[] {
    const { items, ownParticipantId, receipts } = state;
    const lastOwn = items.findLast((item) => item.Type !== 'EVENT' && item.ParticipantId === ownParticipantId);
    const open = openQuestion(state);
    return items.flatMap((item, index): Row[] => {
      if (item.Type === 'EVENT') return this.#eventRow(item, ownParticipantId);
      const isOwn = item.ParticipantId === ownParticipantId;
      const receipt = item === lastOwn ? (receipts.get(item.Id) ?? 'sent') : undefined;
      const isOpenQuestion = item === open;
      const question = questionBefore(items, index, messageOf);
      const isContinued = continues(items[index - 1], item);
      const statuses = item.Attachments?.map((attachment) => attachment.Status).join() ?? '';
      return [
        {
          key: item.Id,
          version: [receipt, isOpenQuestion, isContinued, statuses, question !== undefined].join(),
          draw: () => this.#drawItem(item, { isOwn, isContinued, receipt, isOpenQuestion, question }),
        },
      ];
    });
  }

  #eventRow(item: WireItem, ownParticipantId: string | undefined): Row[] {
    const name = item.DisplayName ?? this.text.somebody;
    const isOwn = item.ParticipantId === ownParticipantId;
    const line =
      item.ContentType === EVENT.joined && !isOwn
        ? this.text.joined.replace('{name}', name)
        : item.ContentType === EVENT.left && !isOwn
          ? this.text.left.replace('{name}', name)
          : undefined;
    if (line === undefined) return [];
    return [{ key: item.Id, version: '', draw: () => element('li', { class: 'event', 'data-testid': 'chat-event' }, line) }];
  }

  #outgoingRows(state: ChatState): Row[] {
    return state.outgoing
      .filter((message) => message.isEchoed !== true || message.isRefused === true)
      .map((message) => {
        const question = questionBefore([...state.items.map(messageOf), messageOf(message)], state.items.length, asIs);
        const status = message.isRefused === true ? this.text.refused : this.text.sending;
        return {
          key: message.clientToken,
          version: status,
          draw: () =>
            element(
              'li',
              { class: 'item own continued waiting', 'data-testid': 'chat-outgoing' },
              element('div', { class: 'bubble' }, ...this.#drawText(messageOf(message), question)),
              element('p', { class: message.isRefused === true ? 'state error' : 'state' }, status),
            ),
        };
      });
  }

  #drawItem(
    item: WireItem,
    look: {
      isOwn: boolean;
      isContinued: boolean;
      receipt: Receipt | undefined;
      isOpenQuestion: boolean;
      /** What the item answers. */
      question: string | undefined;
    },
  ): HTMLLIElement {
    const { isOwn, isContinued, receipt, isOpenQuestion, question } = look;
    const node = element('li', {
      class: `item${isOwn ? ' own' : ''}${isContinued ? ' continued' : ''}`,
      'data-testid': 'chat-item',
      'data-own': String(isOwn),
      'data-item-id': item.Id,
    });
    if (!isContinued) {
      const name = isOwn ? this.text.you : this.#speaker(item);
      node.append(element('p', { class: 'who' }, `${name} · ${this.time.format(new Date(item.AbsoluteTime))}`));
    }
    node.append(...this.#drawContent(item, isOpenQuestion, question));
    if (receipt !== undefined) {
      node.append(
        element('p', { class: 'state', 'data-testid': 'chat-receipt', 'data-receipt': receipt }, this.text[receipt]),
      );
    }
    return node;
  }

  /** The system's name in the participant API is none for people. */
  #speaker(item: WireItem): string {
    return item.ParticipantRole === 'SYSTEM' ? this.text.assistant : (item.DisplayName ?? this.text.assistant);
  }

  #drawContent(item: WireItem, isOpenQuestion: boolean, answered: string | undefined): HTMLElement[] {
    if (item.Type === 'ATTACHMENT') {
      return (item.Attachments ?? []).map((attachment) => this.#drawAttachment(attachment));
    }
    const content = item.Content ?? '';
    if (item.ContentType === INTERACTIVE_TYPE) {
      const question = parseInteractive(content);
      if (question !== undefined) return this.#drawChoices(question, isOpenQuestion);
      const view = parseView(content);
      if (view !== undefined) return this.#drawView(view, isOpenQuestion);
    }
    const text = this.#drawText(messageOf(item), answered);
    return [element('div', { class: 'bubble', 'data-testid': 'chat-text' }, ...text)];
  }

  #drawChoices(question: InteractiveMessage, isOpen: boolean): HTMLElement[] {
    const bubble = element('div', { class: 'bubble', 'data-testid': 'chat-text' }, question.title);
    if (question.subtitle !== undefined) bubble.append(element('p', { class: 'subtitle' }, question.subtitle));
    const choices = question.choices.map((choice) => {
      const button = element('button', { type: 'button', disabled: !isOpen, 'data-testid': 'chat-choice' }, choice.title);
      if (choice.subtitle !== undefined) button.append(element('small', {}, choice.subtitle));
      button.addEventListener('click', () => this.#answer(answerTo(question, choice)));
      return button;
    });
    return [bubble, element('div', { class: 'choices', role: 'group', 'aria-label': question.title }, ...choices)];
  }

  #drawView(view: View, isOpen: boolean): HTMLElement[] {
    const heading = view.heading ?? this.text.form;
    const bubble = element('div', { class: 'bubble', 'data-testid': 'chat-text' }, heading);
    for (const line of [view.subheading, view.text]) {
      if (line !== undefined) bubble.append(element('p', { class: 'subtitle' }, line));
    }
    if (!isOpen) return [bubble];
    const form = drawViewForm(view, heading, this.text, (action, entries) => {
      const answer = answerToView(action, entries);
      if (answer !== undefined) this.#answer(answer);
      return answer !== undefined;
    });
    return [bubble, form];
  }

  /** What was pressed goes away: who uses the keyboard goes on from the log. */
  #answer(answer: Answer): void {
    this.root.focus();
    this.actions.answer(answer);
  }

  /** The words of a message, `answered` being the question before it. */
  #drawText({ contentType, text = '' }: Message, answered: string | undefined): (Node | string)[] {
    if (contentType !== INTERACTIVE_RESPONSE_TYPE) return [text];
    const { action, entries } = readAnswer(text, answered);
    const pairs = entries.map(({ label, value }) =>
      element('div', {}, element('dt', {}, label), element('dd', {}, this.#entryText(value))),
    );
    const pressed = element('p', {}, action === undefined ? this.text.form : actionLabel(action, this.text));
    return pairs.length === 0 ? [pressed] : [pressed, element('dl', {}, ...pairs)];
  }

  #entryText(value: Entry): string {
    if (typeof value === 'boolean') return value ? this.text.yes : this.text.no;
    const shown = typeof value === 'string' ? value : value.join(', ');
    return shown === '' ? '–' : shown;
  }

  #drawAttachment(attachment: WireAttachment): HTMLElement {
    const file = element('span', { class: 'file' }, attachment.AttachmentName);
    if (attachment.Status === 'APPROVED') {
      const button = element('button', {
        type: 'button',
        'aria-label': `${this.text.download}: ${attachment.AttachmentName}`,
        'data-testid': 'chat-download',
      }, this.text.download);
      button.addEventListener('click', () => this.actions.download(attachment));
      file.append(button);
    } else {
      file.append(` (${attachment.Status === 'REJECTED' ? this.text.rejected : this.text.checking})`);
    }
    return element('div', { class: 'bubble', 'data-testid': 'chat-attachment', 'data-status': attachment.Status }, file);
  }
}

/** The question that the customer may answer now. */
export function openQuestion({ items, outgoing, ownParticipantId, phase }: ChatState): WireItem | undefined {
  if (phase !== 'active') return undefined;
  const isOwn = (item: WireItem) => item.ParticipantId === ownParticipantId;
  const question = items.findLast((item) => item.Type !== 'EVENT' && !isOwn(item));
  if (question?.ContentType !== INTERACTIVE_TYPE) return undefined;
  const later = items.slice(items.indexOf(question) + 1);
  const waiting = outgoing.filter((message) => message.isRefused !== true);
  if (parseView(question.Content ?? '') === undefined) {
    return later.every((item) => item.Type === 'EVENT') && waiting.length === 0 ? question : undefined;
  }
  // Its flow waits for an action, whatever else the customer says, until somebody takes over.
  const isOver =
    later.some((item) => item.ContentType === INTERACTIVE_RESPONSE_TYPE) ||
    waiting.some((message) => message.contentType === INTERACTIVE_RESPONSE_TYPE) ||
    later.some((item) => item.ContentType === EVENT.joined && !isOwn(item));
  return isOver ? undefined : question;
}

function messageOf(item: WireItem | OutgoingMessage): Message {
  return 'contentType' in item
    ? { contentType: item.contentType, text: item.text }
    : { contentType: item.ContentType, text: item.Content };
}

const asIs = (message: Message): Message => message;

function continues(before: WireItem | undefined, item: WireItem): boolean {
  return (
    before !== undefined &&
    before.Type !== 'EVENT' &&
    before.ParticipantId === item.ParticipantId &&
    Date.parse(item.AbsoluteTime) - Date.parse(before.AbsoluteTime) < GROUP_GAP_MS
  );
}

function typistName(state: ChatState, text: Messages): string {
  const other = state.items.findLast((item) => item.ParticipantRole === 'AGENT' && item.DisplayName !== undefined);
  return other?.DisplayName ?? text.somebody;
}
