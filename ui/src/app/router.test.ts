import { describe, expect, it } from 'vitest';
import { parseRoute, pathOf } from './router.js';

const CONTACT_ID = '3f0c2b8e-6c5d-4a59-9a53-0d0a1b2c3d4e';

describe('routes', () => {
  it.each([
    [{ page: 'workspace' }],
    [{ page: 'sign-in' }],
    [{ page: 'set-up' }],
    [{ page: 'invitation' }],
    [{ page: 'contacts' }],
    [{ page: 'contact', contactId: CONTACT_ID }],
  ] as const)('%o is found again by its path', (route) => {
    expect(parseRoute(pathOf(route))).toEqual(route);
  });

  it.each(['/app/nowhere', '/app/contacts/..%2f..', '/app/contacts/1', '/app/set-up/x'])('%s is no page', (path) => {
    expect(parseRoute(path)).toEqual({ page: 'unknown' });
  });
});
