import type { ContactView } from '../protocol/frames.js';
import type { ChatView } from '../protocol/workspace-client.js';

/** How many messages of others this agent has not seen yet. */
export function unreadCount(contact: ContactView, chat: ChatView | undefined): number {
  if (chat === undefined || contact.state !== 'CONNECTED') return 0;
  return chat.items.filter(
    (item) =>
      item.sequence > chat.readSequence && item.kind !== 'event' && item.participantId !== contact.participantId,
  ).length;
}
