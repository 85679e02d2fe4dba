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
import { INTERACTIVE_RESPONSE_TYPE, INTERACTIVE_TYPE, parseInteractive } from '../protocol/interactive.js';
import type { Progress } from '../protocol/transcript.js';
import { parseView, readAnswer, type Entry } from '../protocol/view.js';
import { useTell } from './Notices.js';
import { useWorkspace } from './WorkspaceProvider.js';

interface ItemProps {
  item: TranscriptItem;
  /** The text of what the item answers, where it is an answer. */
  question: string | undefined;
  contactId: string;
  isOwn: boolean;
  /** Whether the item before is of the same sender, shortly before. */
  isContinued: boolean;
  /** How far others have got, under the last own item. */
  progress: Progress | undefined;
}

export const Item = memo(function Item({ item, question, contactId, isOwn, isContinued, progress }: ItemProps) {
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
        <MessageBody item={item} question={question} />
      )}
      {progress !== undefined && <Receipt sequence={item.sequence} progress={progress} />}
    </li>
  );
});

function MessageBody({ item, question }: { item: TranscriptItem; question: string | undefined }) {
  const t = useText();
  const text = item.text ?? '';
  if (item.contentType === INTERACTIVE_TYPE) {
    const choices = parseInteractive(text);
    if (choices !== undefined) {
      const { title, subtitle } = choices;
      return <Question lines={[title, subtitle]} choices={choices.choices.map((choice) => choice.title)} />;
    }
    const view = parseView(text);
    if (view !== undefined) {
      const { heading = t('chat.form'), subheading, text: more } = view;
      return <Question lines={[heading, subheading, more]} choices={view.actions.map(({ name, label }) => label ?? name)} />;
    }
  }
  if (item.contentType === INTERACTIVE_RESPONSE_TYPE) return <AnswerBody text={text} question={question} />;
  return (
    <div className="rf-bubble" data-testid="message-text">
      {text}
    </div>
  );
}

function Question({ lines, choices }: { lines: readonly (string | undefined)[]; choices: readonly string[] }) {
  const [title, ...more] = lines.filter((line) => line !== undefined);
  return (
    <div className="rf-bubble" data-testid="message-text">
      <p>{title}</p>
      {more.map((line) => (
        <p key={line} className="rf-quiet">
          {line}
        </p>
      ))}
      <ul className="rf-choices">
        {choices.map((choice) => (
          <li key={choice}>{choice}</li>
        ))}
      </ul>
    </div>
  );
}

/** What a customer chose and filled in, in the words of the question. */
function AnswerBody({ text, question }: { text: string; question: string | undefined }) {
  const t = useText();
  const { action, entries } = readAnswer(text, question);
  return (
    <div className="rf-bubble" data-testid="message-text">
      <p>{action?.label ?? action?.name ?? t('chat.formAnswer')}</p>
      {entries.length > 0 && (
        <dl className="rf-answer">
          {entries.map(({ label, value }, index) => (
            <div key={`${index}-${label}`}>
              <dt>{label}</dt>
              <dd>{entryText(t, value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

function entryText(t: Translate, value: Entry): string {
  if (typeof value === 'boolean') return t(value ? 'chat.yes' : 'chat.no');
  const shown = typeof value === 'string' ? value : value.join(', ');
  return shown === '' ? '–' : shown;
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
