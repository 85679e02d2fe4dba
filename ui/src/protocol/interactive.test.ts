import { describe, expect, it } from 'vitest';
import {
  answerTo,
  CHOICES_MAX,
  INTERACTIVE_RESPONSE_TYPE,
  INTERACTIVE_TYPE,
  parseInteractive,
  questionBefore,
  type Message,
} from './interactive.js';

const question = (elements: unknown): string =>
  JSON.stringify({ templateType: 'ListPicker', version: '1.0', data: { content: { title: 'Which?', elements } } });

describe('interactive messages', () => {
  it('reads title, subtitle and choices', () => {
    const text = question([{ title: 'A', subtitle: 'first' }, { title: 'B', imageData: 'https://elsewhere' }]);
    expect(parseInteractive(text)).toEqual({
      templateType: 'ListPicker',
      title: 'Which?',
      choices: [{ title: 'A', subtitle: 'first' }, { title: 'B' }],
    });
  });

  it.each(['', 'null', '[]', '{}', '{"templateType":"ListPicker"}', question('x'), question([]), question([null, 3])])(
    'takes %s for no question',
    (text) => {
      expect(parseInteractive(text)).toBeUndefined();
    },
  );

  it('shows no more choices than the limit', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ title: String(index) }));
    expect(parseInteractive(question(many))?.choices).toHaveLength(CHOICES_MAX);
  });

  it('is answered in plain text where the question has no reference', () => {
    const plain = parseInteractive(question([{ title: 'A' }]));
    expect(plain && answerTo(plain, { title: 'A' })).toEqual({ contentType: 'text/plain', text: 'A' });
  });

  it('is answered with its reference where the question has one', () => {
    const content = { title: 'Which?', referenceId: 'r1', listId: 'l1', nextIndex: 6, preIndex: 'none' };
    const elements = [{ title: 'A' }, { title: 'More', actionDetail: 'SHOW_MORE' }];
    const asked = parseInteractive(JSON.stringify({ templateType: 'ListPicker', data: { content: { ...content, elements } } }));
    const answers = asked?.choices.map((choice) => answerTo(asked, choice)) ?? [];
    expect(answers.map(({ contentType }) => contentType)).toEqual([INTERACTIVE_RESPONSE_TYPE, INTERACTIVE_RESPONSE_TYPE]);
    const reference = { templateType: 'ListPicker', referenceId: 'r1', listId: 'l1', nextIndex: 6 };
    expect(answers.map(({ text }) => JSON.parse(text) as unknown)).toEqual([
      { version: '1.0', action: 'A', data: { actionName: 'A', ...reference } },
      { version: '1.0', action: 'SHOW_MORE', data: { actionName: 'SHOW_MORE', ...reference } },
    ]);
  });

  it('the newest question before an answer is the one that it answers', () => {
    const items: Message[] = [
      { contentType: INTERACTIVE_TYPE, text: 'first' },
      { contentType: INTERACTIVE_TYPE, text: 'second' },
      { contentType: 'text/plain', text: 'wait' },
      { contentType: INTERACTIVE_RESPONSE_TYPE, text: '{}' },
      { contentType: INTERACTIVE_TYPE, text: 'third' },
    ];
    const same = (message: Message) => message;
    expect(questionBefore(items, 3, same)).toBe('second');
    expect(questionBefore(items, 2, same)).toBeUndefined();
    expect(questionBefore(items.slice(3), 0, same)).toBeUndefined();
  });
});
