import { useId } from 'react';
import { useText } from '../app/language.js';
import type { ContactView } from '../protocol/frames.js';
import { Composer } from './Composer.js';
import { PaneHeader } from './PaneHeader.js';
import { Transcript } from './Transcript.js';
import { useWorkspace, useWorkspaceState } from './WorkspaceProvider.js';

interface Props {
  contact: ContactView;
  isCurrent: boolean;
  /** Rises whenever the agent asks to answer this chat; 0 while it was not. */
  focusRequest: number;
}

/** One chat: who it is, what was said, what to say. */
export function ChatPane({ contact, isCurrent, focusRequest }: Props) {
  const t = useText();
  const headingId = useId();
  const client = useWorkspace();
  const state = useWorkspaceState(client);
  const chat = state.chats.get(contact.contactId);
  return (
    <section className="rf-pane" aria-labelledby={headingId} data-testid="chat-pane" data-contact-id={contact.contactId}>
      <PaneHeader contact={contact} headingId={headingId} />
      {chat === undefined ? (
        <div className="rf-transcript" role="status">
          {t('page.loading')}
        </div>
      ) : (
        <Transcript contact={contact} chat={chat} isCurrent={isCurrent} />
      )}
      {contact.state === 'CONNECTED' ? (
        <Composer contact={contact} draft={state.drafts[contact.contactId] ?? ''} focusRequest={focusRequest} />
      ) : (
        <p className="rf-pane-note">{t('wrapUp.hint')}</p>
      )}
    </section>
  );
}
