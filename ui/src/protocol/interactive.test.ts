import { describe, expect, it } from 'vitest';
import { CHOICES_MAX, parseInteractive, parseInteractiveResponse } from './interactive.js';

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

  it('names the action of a response', () => {
    expect(parseInteractiveResponse('{"action":"Submit"}')).toBe('Submit');
    expect(parseInteractiveResponse('{}')).toBeUndefined();
  });
});
