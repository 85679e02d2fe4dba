import { describe, expect, it } from 'vitest';
import { isWebAddress } from './References.js';

describe('references', () => {
  it.each(['https://example.com/a?b', 'http://intranet/'])('%s becomes a link', (value) => {
    expect(isWebAddress(value)).toBe(true);
  });

  it.each(['javascript:alert(1)', ' JaVaScRiPt:alert(1)', 'data:text/html,x', '/relative', '', 'file:///etc/passwd'])(
    '%s stays text',
    (value) => {
      expect(isWebAddress(value)).toBe(false);
    },
  );
});
