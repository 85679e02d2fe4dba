import Icon, { type IconProps } from '@cloudscape-design/components/icon';
import { useCallback, useState } from 'react';
import { useText } from '../../app/language.js';
import type { ContactView } from '../../protocol/frames.js';
import type { CommandResult } from '../../protocol/workspace-client.js';
import { useReport } from '../Notices.js';
import { TransferDialog } from '../TransferDialog.js';
import { useWorkspace, useWorkspaceState } from '../WorkspaceProvider.js';
import type { CallConnection, CallState } from './call-connection.js';
import { KeypadDialog } from './KeypadDialog.js';

interface Props {
  contact: ContactView;
  call: CallConnection | undefined;
  state: CallState | undefined;
}

/** What an agent does during a call. */
export function CallControls({ contact, call, state }: Props) {
  const t = useText();
  const client = useWorkspace();
  const { isCurrent } = useWorkspaceState(client);
  const report = useReport();
  const [dialog, setDialog] = useState<'keypad' | 'transfer'>();
  const [busy, setBusy] = useState<'hold' | 'end'>();
  const closeDialog = useCallback(() => setDialog(undefined), []);
  const { contactId } = contact;
  const isHeld = contact.call?.held === true;
  // Whom the customer hears, the flow decides meanwhile.
  const isFlowInCharge = contact.call?.flowSpeaksWith !== undefined;
  const isMuted = state?.isMuted === true;
  const hasMedia = state?.phase === 'connected' || state?.phase === 'reconnecting';

  const run = (kind: 'hold' | 'end', command: Promise<CommandResult>): void => {
    setBusy(kind);
    void report(command).then(() => setBusy(undefined));
  };

  return (
    <div className="rf-call-controls" role="group" aria-label={t('call.controls')}>
      <Control
        icon={isMuted ? 'microphone-off' : 'microphone'}
        text={t(isMuted ? 'call.unmute' : 'call.mute')}
        isOn={isMuted}
        isDisabled={call === undefined}
        onClick={() => call?.setMuted(!isMuted)}
        id="mute"
      />
      <Control
        icon={isHeld ? 'play' : 'pause'}
        text={t(isHeld ? 'call.resume' : 'call.hold')}
        isOn={isHeld}
        isDisabled={!isCurrent || isFlowInCharge || busy !== undefined}
        onClick={() => run('hold', client.command({ type: 'call.hold', contactId, on: !isHeld }))}
        id="hold"
      />
      <Control
        icon="grid-view"
        text={t('call.keypad')}
        isDisabled={!hasMedia}
        onClick={() => setDialog('keypad')}
        id="keypad"
      />
      <Control
        icon="redo"
        text={t('transfer.open')}
        isDisabled={!isCurrent || isFlowInCharge}
        onClick={() => setDialog('transfer')}
        id="transfer"
      />
      <Control
        icon="call"
        text={t('call.hangUp')}
        isDisabled={!isCurrent || busy === 'end'}
        onClick={() => run('end', client.command({ type: 'contact.end', contactId }))}
        id="end-contact"
      />
      {dialog === 'keypad' && call !== undefined && <KeypadDialog call={call} onClose={closeDialog} />}
      {dialog === 'transfer' && <TransferDialog contact={contact} onClose={closeDialog} />}
    </div>
  );
}

interface ControlProps {
  icon: IconProps.Name;
  /** What it does when pressed; what is so already is told by the call's status. */
  text: string;
  isOn?: boolean;
  isDisabled: boolean;
  onClick: () => void;
  id: string;
}

function Control({ icon, text, isOn = false, isDisabled, onClick, id }: ControlProps) {
  return (
    <button
      type="button"
      className="rf-call-control"
      data-on={isOn}
      disabled={isDisabled}
      onClick={onClick}
      data-testid={id}
    >
      <span className="rf-call-control-icon" aria-hidden="true">
        <Icon name={icon} />
      </span>
      {text}
    </button>
  );
}
