import { describe, expect, it } from 'vitest';
import { MESSAGES, messagesFor } from './messages.js';

describe('messages of the widget', () => {
  it('are complete in both languages', () => {
    expect(Object.keys(MESSAGES.de).sort()).toEqual(Object.keys(MESSAGES.en).sort());
    expect(Object.values(MESSAGES.de).every((text) => text.trim() !== '')).toBe(true);
  });

  it.each([
    [['de-AT'], 'de'],
    [[undefined, 'fr', 'de'], 'de'],
    [['en-GB', 'de'], 'en'],
    [['fr'], 'en'],
    [[], 'en'],
  ] as const)('%o leads to %s', (tags, language) => {
    expect(messagesFor(tags).language).toBe(language);
  });
});
