import Button from '@cloudscape-design/components/button';
import Icon from '@cloudscape-design/components/icon';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { memo } from 'react';
import { errorText, useText, useTimeFormat, type TextId, type Translate } from '../app/language.js';
import { useSession } from '../app/session.js';
import english from '../app/messages/en.json';
import { ApiError } from '../protocol/api.js';
import type { OutgoingMessage } from '../protocol/drafts.js';
import type { AttachmentView, TranscriptItem } from '../protocol/frames.js';
import {
  INTERACTIVE_RESPONSE_TYPE,
  INTERACTIVE_TYPE,
  parseInteractive,
  parseInteractiveResponse,
} from '../protocol/interactive.js';
import type { Progress } from '../protocol/transcript.js';
import { useTell } from './Notices.js';
import { useWorkspace } from './WorkspaceProvider.js';

interface ItemProps {
  item: TranscriptItem;
  contactId: string;
  isOwn: boolean;
  /** Whether the item before is of the same sender, shortly before. */
  isContinued: boolean;
  /** How far others have got, under the last own item. */
  progress: Progress | undefined;
}

export const Item = memo(function Item({ item, contactId, isOwn, isContinued, progress }: ItemProps) {
  const t = useText();
  const format = useTimeFormat();
  if (item.kind === 'event') {
    return (
      <li className="rf-event" data-testid="transcript-event">
        <span>{eventText(t, item)}</span> <time>{format.time(item.at)}</time>
      </li>
    );
  }
  return (
    <li
      className="rf-item"
      data-own={isOwn}
      data-role={item.role}
      data-continued={isContinued}
      data-testid="transcript-item"
      data-sequence={item.sequence}
    >
      {!isContinued && (
        <p className="rf-item-head">
          <strong>{isOwn ? t('role.me') : (item.displayName ?? t(`role.${item.role}`))}</strong>{' '}
          <time dateTime={new Date(item.at).toISOString()}>{format.time(item.at)}</time>
        </p>
      )}
      {item.kind === 'attachment' ? (
        (item.attachments ?? []).map((attachment) => (
          <Attachment key={attachment.id} attachment={attachment} contactId={contactId} />
        ))
      ) : (
        <MessageBody item={item} />
      )}
      {progress !== undefined && <Receipt sequence={item.sequence} progress={progress} />}
    </li>
  );
});

function MessageBody({ item }: { item: TranscriptItem }) {
  const t = useText();
  const text = item.text ?? '';
  if (item.contentType === INTERACTIVE_TYPE) {
    const question = parseInteractive(text);
    if (question !== undefined) {
      return (
        <div className="rf-bubble" data-testid="message-text">
          <p>{question.title}</p>
          {question.subtitle !== undefined && <p className="rf-quiet">{question.subtitle}</p>}
          <ul className="rf-choices">
            {question.choices.map((choice) => (
              <li key={choice.title}>{choice.title}</li>
            ))}
          </ul>
        </div>
      );
    }
  }
  if (item.contentType === INTERACTIVE_RESPONSE_TYPE) {
    return (
      <div className="rf-bubble" data-testid="message-text">
        {parseInteractiveResponse(text) ?? t('chat.formAnswer')}
      </div>
    );
  }
  return (
    <div className="rf-bubble" data-testid="message-text">
      {text}
    </div>
  );
}

function Attachment({ attachment, contactId }: { attachment: AttachmentView; contactId: string }) {
  const t = useText();
  const { api } = useSession();
  const tell = useTell();
  const download = (): void => {
    api.download(contactId, attachment.id).then(
      ({ url }) => {
        const link = document.createElement('a');
        link.href = url;
        link.download = attachment.name;
        link.rel = 'noopener noreferrer';
        link.click();
      },
      (error: unknown) => tell(error instanceof ApiError ? error.code : 'unexpected'),
    );
  };
  return (
    <div className="rf-bubble rf-attachment" data-testid="attachment" data-status={attachment.status}>
      <Icon name="file" />
      <span className="rf-attachment-name">{attachment.name}</span>
      {attachment.status === 'APPROVED' && (
        <Button
          variant="inline-icon"
          iconName="download"
          ariaLabel={t('attachment.download', { name: attachment.name })}
          onClick={download}
          data-testid="download-attachment"
        />
      )}
      {attachment.status === 'IN_PROGRESS' && (
        <StatusIndicator type="in-progress">{t('attachment.checking')}</StatusIndicator>
      )}
      {attachment.status === 'REJECTED' && (
        <StatusIndicator type="error">{t('attachment.rejected')}</StatusIndicator>
      )}
    </div>
  );
}

function Receipt({ sequence, progress }: { sequence: number; progress: Progress }) {
  const t = useText();
  const id: TextId =
    progress.read >= sequence
      ? 'receipt.read'
      : progress.delivered >= sequence
        ? 'receipt.delivered'
        : 'receipt.sent';
  return (
    <p className="rf-receipt" data-testid="receipt" data-receipt={id.slice('receipt.'.length)}>
      {t(id)}
    </p>
  );
}

/** A message that the server has not confirmed yet. */
export function OutgoingItem({ message }: { message: OutgoingMessage }) {
  const t = useText();
  const client = useWorkspace();
  const { contactId, requestId, refusal } = message;
  return (
    <li className="rf-item" data-own data-outgoing data-testid="outgoing-item">
      <div className="rf-bubble">{message.text}</div>
      {refusal === undefined ? (
        <p className="rf-receipt">{t('receipt.sending')}</p>
      ) : (
        <p className="rf-receipt rf-refused" role="alert">
          {t('receipt.refused')} {errorText(t, refusal)}{' '}
          <Button
            variant="inline-link"
            data-testid="edit-refused"
            onClick={() => {
              client.withdrawMessage(contactId, requestId);
              client.setDraft(contactId, message.text);
            }}
          >
            {t('chat.editAgain')}
          </Button>
        </p>
      )}
    </li>
  );
}

const EVENT_PREFIX = 'application/vnd.amazonaws.connect.event.';

function eventText(t: Translate, item: TranscriptItem): string {
  const id = `event.${item.contentType?.slice(EVENT_PREFIX.length) ?? ''}`;
  const name = item.displayName ?? t(`role.${item.role}`);
  return id in english ? t(id as TextId, { name }) : t('event.other', { name });
}
