import Button from '@cloudscape-design/components/button';
import { useEffect, useRef, useState, type DragEvent, type KeyboardEvent } from 'react';
import { useText } from '../app/language.js';
import { useSession } from '../app/session.js';
import { ApiError } from '../protocol/api.js';
import { ATTACHMENT_BYTES_MAX, characterCount, MESSAGE_CHARACTERS_MAX, type ContactView } from '../protocol/frames.js';
import { contactTitle } from './contactText.js';
import { useTell } from './Notices.js';
import { useWorkspace, useWorkspaceState } from './WorkspaceProvider.js';

/** From here on the characters left are shown. */
const COUNT_SHOWN_BELOW = 100;

interface Props {
  contact: ContactView;
  draft: string;
  focusRequest: number;
}

export function Composer({ contact, draft, focusRequest }: Props) {
  const t = useText();
  const client = useWorkspace();
  const { isCurrent: isConnected } = useWorkspaceState(client);
  const field = useRef<HTMLTextAreaElement>(null);
  const { contactId } = contact;
  const left = MESSAGE_CHARACTERS_MAX - characterCount(draft);
  const isSendable = draft.trim() !== '' && left >= 0;

  useEffect(() => {
    if (focusRequest === 0) return;
    // Whoever is typing elsewhere goes on there.
    if (!document.activeElement?.matches('textarea, input')) field.current?.focus();
  }, [focusRequest]);

  const send = (): void => {
    if (!isSendable) return;
    client.sendMessage(contactId, draft.trim());
    client.setDraft(contactId, '');
    field.current?.focus();
  };
  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // While an input method composes, Enter chooses a character.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      className="rf-composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        value={draft}
        rows={2}
        onChange={(event) => client.setDraft(contactId, event.target.value)}
        onKeyDown={pressed}
        aria-label={t('chat.message', { name: contactTitle(t, contact) })}
        aria-invalid={left < 0}
        placeholder={t('chat.placeholder')}
        data-testid="composer"
      />
      <div className="rf-composer-bar">
        <AttachButton contactId={contactId} isConnected={isConnected} />
        <span className="rf-composer-note" role="status">
          {left < COUNT_SHOWN_BELOW
            ? t('chat.charactersLeft', { count: left })
            : isConnected
              ? ''
              : t('chat.sentLater')}
        </span>
        <span className="rf-keys" aria-hidden="true">
          <kbd>⏎</kbd> {t('chat.enterHint')}
        </span>
        <Button variant="primary" formAction="submit" disabled={!isSendable} iconName="send" data-testid="send">
          {t('chat.send')}
        </Button>
      </div>
    </form>
  );
}

function AttachButton({ contactId, isConnected }: { contactId: string; isConnected: boolean }) {
  const t = useText();
  const { api } = useSession();
  const tell = useTell();
  const input = useRef<HTMLInputElement>(null);
  const [uploading, setUploading] = useState<string>();

  const upload = (file: File): void => {
    if (file.size > ATTACHMENT_BYTES_MAX) {
      tell('attachment-too-large');
      return;
    }
    setUploading(file.name);
    api
      .upload(contactId, file)
      .catch((error: unknown) => tell(error instanceof ApiError ? error.code : 'unexpected'))
      .finally(() => setUploading(undefined));
  };
  const dropped = (event: DragEvent): void => {
    const file = event.dataTransfer.files[0];
    if (file === undefined) return;
    event.preventDefault();
    upload(file);
  };

  return (
    <span className="rf-attach" onDragOver={(event) => event.preventDefault()} onDrop={dropped} role="presentation">
      <Button
        iconName="upload"
        variant="icon"
        formAction="none"
        disabled={!isConnected}
        loading={uploading !== undefined}
        ariaLabel={t('attachment.add')}
        onClick={() => input.current?.click()}
        data-testid="attach"
      />
      <input
        ref={input}
        type="file"
        hidden
        data-testid="attach-file"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file !== undefined) upload(file);
          currentTarget.value = '';
        }}
      />
      {uploading !== undefined && <span role="status">{t('attachment.uploading', { name: uploading })}</span>}
    </span>
  );
}
