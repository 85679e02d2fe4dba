/** What was typed but not sent or not acknowledged, kept through reloads of the same tab. */

export interface OutgoingMessage {
  requestId: string;
  contactId: string;
  contentType: string;
  text: string;
  at: number;
  /** Final refusal by the server; absent while it may still succeed. */
  refusal?: string;
}

export interface Unsent {
  drafts: Record<string, string>;
  outgoing: OutgoingMessage[];
}

/** The part of `sessionStorage` that is used. */
export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const KEY = 'ringfence.unsent';

/** What `userId` left behind in this tab; another person's leavings are removed unread. */
export function loadUnsent(storage: TextStorage, userId: string): Unsent {
  const none: Unsent = { drafts: {}, outgoing: [] };
  const text = storage.getItem(KEY);
  if (text === null) return none;
  try {
    const value = JSON.parse(text) as Unsent & { userId?: string };
    if (value.userId === userId) return { drafts: value.drafts, outgoing: value.outgoing };
  } catch {
    // Unreadable: as if there was nothing.
  }
  storage.removeItem(KEY);
  return none;
}

export function saveUnsent(storage: TextStorage, userId: string, unsent: Unsent): void {
  const isEmpty = unsent.outgoing.length === 0 && Object.values(unsent.drafts).every((text) => text === '');
  if (isEmpty) {
    storage.removeItem(KEY);
    return;
  }
  try {
    storage.setItem(KEY, JSON.stringify({ userId, ...unsent }));
  } catch {
    // Storage is full or switched off: the text stays in memory.
  }
}

export function clearUnsent(storage: TextStorage): void {
  storage.removeItem(KEY);
}
