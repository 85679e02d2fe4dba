import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useState } from 'react';
import { useText } from '../app/language.js';
import type { ContactView } from '../protocol/frames.js';
import { countdownSeconds, elapsedMs, formatDuration, remainingMs } from '../protocol/time.js';
import { ChannelIcon } from './ChannelIcon.js';
import { contactTitle } from './contactText.js';
import { useReport } from './Notices.js';
import { TransferDialog } from './TransferDialog.js';
import { useNow } from './useNow.js';
import { useWorkspace, useWorkspaceState } from './WorkspaceProvider.js';

/** Who it is, for how long, and how to get on: transfer, end, done. */
export function PaneHeader({ contact, headingId }: { contact: ContactView; headingId: string }) {
  const t = useText();
  const client = useWorkspace();
  const { isCurrent, skewMs } = useWorkspaceState(client);
  const report = useReport();
  const now = useNow();
  const [isTransferring, setTransferring] = useState(false);
  const closeTransfer = useCallback(() => setTransferring(false), []);
  const [isBusy, setBusy] = useState(false);
  const { contactId, state, wrapUpEndsAt } = contact;
  // During a call these are among its controls.
  const isActedUponHere = state === 'CONNECTED' && contact.channel !== 'VOICE';

  const run = (type: 'contact.end' | 'contact.complete'): void => {
    setBusy(true);
    void report(client.command({ type, contactId })).then(() => setBusy(false));
  };

  return (
    <header className="rf-pane-head" data-state={state}>
      <div className="rf-pane-title">
        <ChannelIcon channel={contact.channel} />
        <div>
          <h2 id={headingId}>{contactTitle(t, contact)}</h2>
          <p>
            {contact.queueName !== undefined && <span>{contact.queueName} · </span>}
            <span className="rf-timer" data-testid="contact-timer">
              {formatDuration(elapsedMs(contact.stateAt, now, skewMs))}
            </span>
            {state === 'ENDED' && (
              <span data-testid="wrap-up">
                {' · '}
                {t('wrapUp.title')}
                {wrapUpEndsAt !== undefined &&
                  ` · ${t('wrapUp.left', { seconds: countdownSeconds(remainingMs(wrapUpEndsAt, now, skewMs)) })}`}
              </span>
            )}
          </p>
        </div>
      </div>
      <SpaceBetween direction="horizontal" size="xs">
        {isActedUponHere && (
          <Button
            iconName="redo"
            ariaLabel={t('transfer.open')}
            nativeButtonAttributes={{ title: t('transfer.open') }}
            disabled={!isCurrent}
            onClick={() => setTransferring(true)}
            data-testid="transfer"
          />
        )}
        {isActedUponHere && (
          <Button
            disabled={!isCurrent}
            loading={isBusy}
            ariaLabel={t(contact.channel === 'TASK' ? 'task.complete' : 'chat.end')}
            onClick={() => run('contact.end')}
            data-testid="end-contact"
          >
            {t(contact.channel === 'TASK' ? 'task.completeShort' : 'chat.endShort')}
          </Button>
        )}
        {state !== 'CONNECTED' && (
          <Button
            variant="primary"
            iconName="check"
            disabled={!isCurrent}
            loading={isBusy}
            onClick={() => run('contact.complete')}
            data-testid="complete-contact"
          >
            {t(state === 'ENDED' ? 'wrapUp.done' : 'contact.clear')}
          </Button>
        )}
      </SpaceBetween>
      {isTransferring && <TransferDialog contact={contact} onClose={closeTransfer} />}
    </header>
  );
}
