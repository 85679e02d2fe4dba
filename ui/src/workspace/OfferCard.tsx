import Button from '@cloudscape-design/components/button';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../app/language.js';
import type { ContactView } from '../protocol/frames.js';
import { countdownSeconds, remainingMs } from '../protocol/time.js';
import type { CommandResult } from '../protocol/workspace-client.js';
import { useCallDesk } from './call/CallDeskProvider.js';
import { ChannelIcon } from './ChannelIcon.js';
import { contactTitle } from './contactText.js';
import { useReport } from './Notices.js';
import { useNow } from './useNow.js';
import { useWorkspace, useWorkspaceState } from './WorkspaceProvider.js';

const RING_LENGTH = 100;

interface Props {
  contact: ContactView;
  isFirst: boolean;
  onAccepted: (contactId: string) => void;
}

/** A contact that waits to be accepted. It never takes the focus: the agent may be typing elsewhere. */
export function OfferCard({ contact, isFirst, onAccepted }: Props) {
  const t = useText();
  const client = useWorkspace();
  const desk = useCallDesk();
  const { skewMs, isCurrent } = useWorkspaceState(client);
  const report = useReport();
  const now = useNow(250);
  const [answering, setAnswering] = useState<'contact.accept' | 'contact.decline'>();
  const { contactId, offerExpiresAt } = contact;
  const left = offerExpiresAt === undefined ? undefined : remainingMs(offerExpiresAt, now, skewMs);
  const whole = Math.max(1, (offerExpiresAt ?? 0) - contact.stateAt);

  const acceptCall = async (): Promise<CommandResult> => {
    // Before anybody is put through: without a microphone the customer would talk to nobody.
    const problem = await desk.prepare(contactId);
    if (problem !== undefined) return { ok: false, error: { code: problem, message: '' } };
    return client.command({ type: 'contact.accept', contactId });
  };
  const answer = (type: 'contact.accept' | 'contact.decline'): void => {
    if (answering !== undefined) return;
    setAnswering(type);
    desk.answer(contactId);
    const isCallAccepted = contact.channel === 'VOICE' && type === 'contact.accept';
    void report(isCallAccepted ? acceptCall() : client.command({ type, contactId })).then((isDone) => {
      setAnswering(undefined);
      if (!isDone) desk.takeBack(contactId);
      else if (type === 'contact.accept') onAccepted(contactId);
    });
  };
  useOfferKeys(isFirst, answer);

  return (
    <article className="rf-offer" data-testid="offer" data-contact-id={contactId} aria-label={t('offer.title')}>
      {left !== undefined && (
        <span className="rf-countdown" data-testid="offer-countdown" aria-hidden="true">
          <svg viewBox="0 0 36 36" focusable="false">
            <circle cx="18" cy="18" r="16" pathLength={RING_LENGTH} />
            <circle
              className="rf-countdown-left"
              cx="18"
              cy="18"
              r="16"
              pathLength={RING_LENGTH}
              strokeDasharray={RING_LENGTH}
              strokeDashoffset={RING_LENGTH * (1 - Math.min(1, left / whole))}
            />
          </svg>
          <span>{countdownSeconds(left)}</span>
        </span>
      )}
      <div className="rf-offer-text">
        <p className="rf-offer-kind">
          <ChannelIcon channel={contact.channel} /> {t(`offer.${contact.channel}`)}
        </p>
        <h2>{contactTitle(t, contact)}</h2>
        {contact.customerName !== undefined && contact.call?.customerAddress !== undefined && (
          <p data-testid="offer-address">{contact.call.customerAddress}</p>
        )}
        {contact.queueName !== undefined && <p>{t('offer.queue', { queue: contact.queueName })}</p>}
      </div>
      <div className="rf-offer-actions">
        <Button
          variant="primary"
          disabled={!isCurrent || answering === 'contact.decline'}
          loading={answering === 'contact.accept'}
          onClick={() => answer('contact.accept')}
          nativeButtonAttributes={{ 'aria-keyshortcuts': 'Alt+Shift+A' }}
          data-testid="accept"
        >
          {t('offer.accept')}
        </Button>
        <Button
          disabled={!isCurrent || answering === 'contact.accept'}
          loading={answering === 'contact.decline'}
          onClick={() => answer('contact.decline')}
          nativeButtonAttributes={{ 'aria-keyshortcuts': 'Alt+Shift+D' }}
          data-testid="decline"
        >
          {t('offer.decline')}
        </Button>
        <p className="rf-keys">
          <kbd>Alt</kbd> <kbd>⇧</kbd> <kbd>A</kbd> / <kbd>D</kbd>
        </p>
      </div>
    </article>
  );
}

/** Alt+Shift+A accepts and Alt+Shift+D declines the first offer, wherever the focus is. */
function useOfferKeys(isActive: boolean, answer: (type: 'contact.accept' | 'contact.decline') => void): void {
  const latest = useRef(answer);
  useEffect(() => {
    latest.current = answer;
  });
  useEffect(() => {
    if (!isActive) return undefined;
    const press = (event: KeyboardEvent): void => {
      if (!event.altKey || !event.shiftKey || event.repeat) return;
      if (event.code !== 'KeyA' && event.code !== 'KeyD') return;
      event.preventDefault();
      latest.current(event.code === 'KeyA' ? 'contact.accept' : 'contact.decline');
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [isActive]);
}
