import Badge from '@cloudscape-design/components/badge';
import type { ReactNode } from 'react';
import { useText, type Translate } from '../app/language.js';
import type { ContactView } from '../protocol/frames.js';
import { elapsedMs, formatDuration } from '../protocol/time.js';
import type { ChatView, WorkspaceState } from '../protocol/workspace-client.js';
import { ChannelIcon } from './ChannelIcon.js';
import { contactTitle } from './contactText.js';
import { unreadCount } from './unread.js';
import { useNow } from './useNow.js';

interface Props {
  state: WorkspaceState;
  contacts: readonly ContactView[];
  currentId: string | undefined;
  onChoose: (contactId: string) => void;
  layoutControl: ReactNode;
}

export function ContactList({ state, contacts, currentId, onChoose, layoutControl }: Props) {
  const t = useText();
  const now = useNow();
  return (
    <nav className="rf-list" aria-label={t('list.title')} data-testid="contact-list">
      <div className="rf-list-head">
        <h2>
          {t('list.title')} <span className="rf-count">{contacts.length}</span>
        </h2>
        {layoutControl}
      </div>
      <ul>
        {contacts.map((contact) => {
          const chat = state.chats.get(contact.contactId);
          const unread = unreadCount(contact, chat);
          const isTyping = (chat?.typists.length ?? 0) > 0;
          return (
            <li key={contact.contactId}>
              <button
                type="button"
                className="rf-list-item"
                data-state={contact.state}
                aria-current={contact.contactId === currentId}
                data-testid="contact-item"
                data-contact-id={contact.contactId}
                onClick={() => onChoose(contact.contactId)}
              >
                <ChannelIcon channel={contact.channel} />
                <span className="rf-list-main">
                  <span className="rf-list-name">{contactTitle(t, contact)}</span>
                  <span className="rf-list-last">
                    {isTyping ? t('chat.typingShort') : secondLine(t, contact, chat)}
                  </span>
                </span>
                <span className="rf-list-side">
                  <span className="rf-list-time">{formatDuration(elapsedMs(contact.stateAt, now, state.skewMs))}</span>
                  {unread > 0 ? (
                    <span className="rf-unread" data-testid="unread">
                      {unread}
                      <span className="rf-hidden"> {t('list.unread', { count: unread })}</span>
                    </span>
                  ) : (
                    contact.state !== 'CONNECTED' && (
                      <Badge color={contact.state === 'ENDED' ? 'grey' : 'red'}>{t(`state.${contact.state}`)}</Badge>
                    )
                  )}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {contacts.length === 0 && <p className="rf-list-empty">{t('list.empty')}</p>}
    </nav>
  );
}

/** What was said last, or how the call is going; else where the contact came from. */
function secondLine(t: Translate, contact: ContactView, chat: ChatView | undefined): string {
  if (contact.state === 'CONNECTED' && contact.call?.held === true) return t('call.onHold');
  const said = chat?.items.at(-1)?.text;
  return (said?.startsWith('{') === true ? undefined : said) ?? contact.queueName ?? '';
}
