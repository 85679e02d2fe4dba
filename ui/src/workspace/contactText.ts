import type { Translate } from '../app/language.js';
import type { ContactView } from '../protocol/frames.js';

/** What a contact is called in lists and headings. */
export function contactTitle(t: Translate, contact: ContactView): string {
  const name = contact.customerName ?? contact.name ?? contact.call?.customerAddress;
  return name ?? t(contact.channel === 'TASK' ? 'contact.task' : 'contact.unnamed');
}
