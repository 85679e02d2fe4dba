import { describe, expect, it } from 'vitest';
import { regionalVariant } from './locale.js';

describe('regional variant', () => {
  it.each([
    ['en', ['en-AU', 'en-US'], 'en-AU'],
    ['en', ['de-DE', 'en-US', 'en'], 'en-US'],
    ['de', ['en-US', 'de-AT'], 'de-AT'],
    ['en', ['de-DE', 'de'], 'en-GB'],
    ['en', ['en'], 'en-GB'],
    ['de', ['en-US'], 'de-DE'],
    ['de', ['not a tag', 'de-Latn-CH'], 'de-Latn-CH'],
    ['en', [], 'en-GB'],
  ] as const)('of %s in a browser of %o is %s', (language, tags, variant) => {
    expect(regionalVariant(language, tags)).toBe(variant);
  });

  it('writes the day before the month and counts to 24 where nothing says otherwise', () => {
    const format = new Intl.DateTimeFormat(regionalVariant('en', ['de-DE']), {
      dateStyle: 'short',
      timeStyle: 'short',
      timeZone: 'UTC',
    });
    expect(format.format(new Date('2026-11-23T17:05:00Z'))).toBe('23/11/2026, 17:05');
  });
});
