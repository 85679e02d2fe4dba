import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { useId } from 'react';
import { errorText, useText } from '../../app/language.js';
import type { ContactView } from '../../protocol/frames.js';
import { PaneHeader } from '../PaneHeader.js';
import type { CallConnection, CallPhase, CallState } from './call-connection.js';
import { CallControls } from './CallControls.js';
import { useCall } from './CallDeskProvider.js';
import { NetworkDisplay } from './NetworkDisplay.js';

/** One call: who it is, how it is going, what to do. */
export function CallPane({ contact }: { contact: ContactView }) {
  const t = useText();
  const headingId = useId();
  const media = useCall(contact.contactId);
  const isLive = contact.state === 'CONNECTED';
  const address = contact.call?.customerAddress;
  return (
    <section className="rf-pane" aria-labelledby={headingId} data-testid="call-pane" data-contact-id={contact.contactId}>
      <PaneHeader contact={contact} headingId={headingId} />
      <div className="rf-call">
        <p className="rf-call-address" data-testid="call-address">
          {address ?? t('call.addressWithheld')}
        </p>
        {isLive && <CallStatus contact={contact} state={media?.state} />}
        {isLive && media !== undefined && <Obstacle call={media.call} state={media.state} />}
        {isLive && media?.state.network !== undefined && <NetworkDisplay network={media.state.network} />}
      </div>
      {isLive ? (
        <CallControls contact={contact} call={media?.call} state={media?.state} />
      ) : (
        <p className="rf-pane-note">{t('wrapUp.callHint')}</p>
      )}
    </section>
  );
}

/** How the call is going, for the eye and, where it changes, for the ear. */
function CallStatus({ contact, state }: { contact: ContactView; state: CallState | undefined }) {
  const t = useText();
  const isHeld = contact.call?.held === true;
  const flow = contact.call?.flowSpeaksWith;
  const isMuted = state?.isMuted === true;
  return (
    <p className="rf-call-status" role="status" data-testid="call-status" data-phase={state?.phase}>
      <span>{phaseText()}</span>
      {isHeld && <strong className="rf-call-mark">{t('call.onHold')}</strong>}
      {flow !== undefined && <strong className="rf-call-mark">{t(`call.flowSpeaksWith.${flow}`)}</strong>}
      {isMuted && <strong className="rf-call-mark">{t('call.muted')}</strong>}
    </p>
  );

  function phaseText(): string {
    const phase: CallPhase = state?.phase ?? 'connecting';
    return t(`call.phase.${phase}`);
  }
}

/** What stands in the way of hearing each other, and the way out. */
function Obstacle({ call, state }: { call: CallConnection; state: CallState }) {
  const t = useText();
  if (state.isSoundBlocked) {
    return (
      <Alert
        type="warning"
        action={
          <Button onClick={() => call.playSound()} data-testid="play-sound">
            {t('call.playSound')}
          </Button>
        }
      >
        {t('call.soundBlocked')}
      </Alert>
    );
  }
  if (state.phase === 'other-browser') {
    return (
      <Alert
        type="info"
        action={
          <Button onClick={() => call.takeHere()} data-testid="take-call">
            {t('call.takeHere')}
          </Button>
        }
      >
        {t('call.otherBrowser')}
      </Alert>
    );
  }
  if (state.problem === undefined) return null;
  const isOver = state.phase === 'failed';
  return (
    <Alert
      type={isOver ? 'error' : 'warning'}
      data-testid="call-problem"
      action={
        isOver && (
          <Button onClick={() => call.retry()} data-testid="retry-call">
            {t('page.retry')}
          </Button>
        )
      }
    >
      {errorText(t, state.problem)}
    </Alert>
  );
}
