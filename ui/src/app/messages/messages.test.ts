import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { describe, expect, it } from 'vitest';
import german from './de.json';
import english from './en.json';

/** The names that a message takes values for. */
function placeholders(elements: MessageFormatElement[], names = new Set<string>()): Set<string> {
  for (const part of elements) {
    if (part.type !== TYPE.literal && part.type !== TYPE.pound) names.add(part.value);
    if (part.type === TYPE.plural || part.type === TYPE.select) {
      for (const option of Object.values(part.options)) placeholders(option.value, names);
    }
  }
  return names;
}

describe('messages', () => {
  it('exist in both languages under the same ids', () => {
    expect(Object.keys(german)).toEqual(Object.keys(english));
  });

  it.each(Object.entries(english))('%s takes the same values in both languages', (id, text) => {
    const translation = german[id as keyof typeof german];
    expect(translation.trim()).not.toBe('');
    expect(placeholders(parse(translation))).toEqual(placeholders(parse(text)));
  });
});
