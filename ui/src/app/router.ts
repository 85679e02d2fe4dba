/** Which page the address names, and how pages change. */

import { useSyncExternalStore } from 'react';

export const BASE = '/app';

export type Route =
  | { page: 'workspace' }
  | { page: 'sign-in' }
  | { page: 'set-up' }
  | { page: 'invitation' }
  | { page: 'contacts' }
  | { page: 'contact'; contactId: string }
  | { page: 'unknown' };

const CONTACT_PATH = /^\/contacts\/([0-9a-f-]{36})$/;

export function parseRoute(pathname: string): Route {
  const path = pathname.slice(BASE.length).replace(/\/$/, '');
  const contactId = CONTACT_PATH.exec(path)?.[1];
  if (contactId !== undefined) return { page: 'contact', contactId };
  switch (path) {
    case '':
      return { page: 'workspace' };
    case '/sign-in':
      return { page: 'sign-in' };
    case '/set-up':
      return { page: 'set-up' };
    case '/invitation':
      return { page: 'invitation' };
    case '/contacts':
      return { page: 'contacts' };
    default:
      return { page: 'unknown' };
  }
}

export function pathOf(route: Exclude<Route, { page: 'unknown' }>): string {
  switch (route.page) {
    case 'workspace':
      return `${BASE}/`;
    case 'contact':
      return `${BASE}/contacts/${route.contactId}`;
    default:
      return `${BASE}/${route.page}`;
  }
}

const CHANGED = 'ringfence:route';

export function navigate(path: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', path);
  else history.replaceState(null, '', path);
  window.dispatchEvent(new Event(CHANGED));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(CHANGED, listener);
  };
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => window.location.pathname));
}

let fragmentToken: string | undefined;

/** The one-time token of the link that was opened; it is taken out of the address at once. */
export function takeFragmentToken(): string {
  if (fragmentToken === undefined) {
    fragmentToken = window.location.hash.slice(1);
    if (fragmentToken !== '') history.replaceState(null, '', window.location.pathname);
  }
  return fragmentToken;
}
