import type { ContactView } from '../protocol/frames.js';
import type { ChatView } from '../protocol/workspace-client.js';

/** How many messages of others this agent has not seen yet. Who answers has seen what was said before. */
export function unreadCount(contact: ContactView, chat: ChatView | undefined): number {
  if (chat === undefined || contact.state !== 'CONNECTED') return 0;
  const isOwn = (id: string | undefined) => id !== undefined && id === contact.participantId;
  const answered = chat.items.findLast((item) => item.kind !== 'event' && isOwn(item.participantId))?.sequence ?? 0;
  const seen = Math.max(chat.readSequence, answered);
  return chat.items.filter(
    (item) => item.sequence > seen && item.kind !== 'event' && !isOwn(item.participantId),
  ).length;
}
