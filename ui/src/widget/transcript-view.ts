/** The list of what was said: nodes are kept by id, so that only what changes is read out again. */

import { INTERACTIVE_TYPE, parseInteractive } from '../protocol/interactive.js';
import type { ChatState, Receipt } from './chat.js';
import { element } from './dom.js';
import type { Messages } from './messages.js';
import { EVENT, type WireAttachment, type WireItem } from './participant.js';

const NEAR_BOTTOM_PX = 48;
const GROUP_GAP_MS = 180_000;

export interface TranscriptActions {
  choose: (title: string) => void;
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
    if (isAtBottom) this.root.scrollTop = this.root.scrollHeight;
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
    const { items, ownParticipantId, receipts, phase } = state;
    const lastOwn = items.findLast((item) => item.Type !== 'EVENT' && item.ParticipantId === ownParticipantId);
    const lastSpoken = items.findLast((item) => item.Type !== 'EVENT');
    return items.flatMap((item, index): Row[] => {
      if (item.Type === 'EVENT') return this.#eventRow(item, ownParticipantId);
      const isOwn = item.ParticipantId === ownParticipantId;
      const receipt = item === lastOwn ? (receipts.get(item.Id) ?? 'sent') : undefined;
      const isOpenQuestion = item === lastSpoken && phase === 'active' && state.outgoing.length === 0;
      const isContinued = continues(items[index - 1], item);
      const statuses = item.Attachments?.map((attachment) => attachment.Status).join() ?? '';
      return [
        {
          key: item.Id,
          version: [receipt, isOpenQuestion, isContinued, statuses].join(),
          draw: () => this.#drawItem(item, { isOwn, isContinued, receipt, isOpenQuestion }),
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
        const status = message.isRefused === true ? this.text.refused : this.text.sending;
        return {
          key: message.clientToken,
          version: status,
          draw: () =>
            element(
              'li',
              { class: 'item own continued waiting', 'data-testid': 'chat-outgoing' },
              element('div', { class: 'bubble' }, message.text),
              element('p', { class: message.isRefused === true ? 'state error' : 'state' }, status),
            ),
        };
      });
  }

  #drawItem(
    item: WireItem,
    look: { isOwn: boolean; isContinued: boolean; receipt: Receipt | undefined; isOpenQuestion: boolean },
  ): HTMLLIElement {
    const { isOwn, isContinued, receipt, isOpenQuestion } = look;
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
    node.append(...this.#drawContent(item, isOpenQuestion));
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

  #drawContent(item: WireItem, isOpenQuestion: boolean): HTMLElement[] {
    if (item.Type === 'ATTACHMENT') {
      return (item.Attachments ?? []).map((attachment) => this.#drawAttachment(attachment));
    }
    const content = item.Content ?? '';
    const question = item.ContentType === INTERACTIVE_TYPE ? parseInteractive(content) : undefined;
    if (question === undefined) return [element('div', { class: 'bubble', 'data-testid': 'chat-text' }, content)];
    const bubble = element('div', { class: 'bubble', 'data-testid': 'chat-text' }, question.title);
    if (question.subtitle !== undefined) bubble.append(element('p', { class: 'subtitle' }, question.subtitle));
    const choices = question.choices.map((choice) => {
      const button = element('button', {
        type: 'button',
        disabled: !isOpenQuestion,
        'data-testid': 'chat-choice',
      }, choice.title);
      if (choice.subtitle !== undefined) button.append(element('small', {}, choice.subtitle));
      button.addEventListener('click', () => this.actions.choose(choice.title));
      return button;
    });
    return [bubble, element('div', { class: 'choices', role: 'group', 'aria-label': question.title }, ...choices)];
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
