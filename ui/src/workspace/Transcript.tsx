import Button from '@cloudscape-design/components/button';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useText } from '../app/language.js';
import type { ContactView, TranscriptItem } from '../protocol/frames.js';
import { hasOlder, lastOfOthers, questionOf } from '../protocol/transcript.js';
import type { ChatView } from '../protocol/workspace-client.js';
import { Item, OutgoingItem } from './TranscriptItem.js';
import { useWorkspace } from './WorkspaceProvider.js';

const NEAR_BOTTOM_PX = 48;
/** Items of one sender that lie closer together share one heading. */
const GROUP_GAP_MS = 180_000;

interface Props {
  contact: ContactView;
  chat: ChatView;
  isCurrent: boolean;
}

export function Transcript({ contact, chat, isCurrent }: Props) {
  const t = useText();
  const client = useWorkspace();
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const [isAtBottom, setAtBottom] = useState(true);
  const { contactId, participantId } = contact;
  const { items, outgoing, progress, typists } = chat;
  const newest = items.at(-1)?.sequence ?? 0;

  const toBottom = useCallback(() => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, []);
  useLayoutEffect(() => {
    if (isAtBottom) toBottom();
  }, [newest, outgoing.length, typists.length, isAtBottom, toBottom]);
  useEffect(() => {
    if (!isAtBottom || box.current === null || list.current === null) return undefined;
    // An offer above makes the box smaller, a receipt makes the list longer: neither is a new item.
    const observer = new ResizeObserver(toBottom);
    observer.observe(box.current);
    observer.observe(list.current);
    return () => observer.disconnect();
  }, [isAtBottom, toBottom]);
  useReadMark(
    () => client.markRead(contactId),
    isCurrent && isAtBottom,
    lastOfOthers(items, participantId)?.sequence ?? 0,
  );

  // A segment has one agent. The participant leaves with a transfer, what it has said stays own.
  const isOwn = (item: TranscriptItem): boolean =>
    (participantId !== undefined && item.participantId === participantId) ||
    (item.role === 'AGENT' && item.contactId === contactId);
  const lastOwn = items.findLast((item) => isOwn(item) && item.kind !== 'event');
  return (
    <div className="rf-transcript-frame">
      <div
        ref={box}
        className="rf-transcript"
        data-testid="transcript"
        tabIndex={0}
        role="log"
        aria-label={t('chat.transcript')}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
          setAtBottom(scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX)
        }
      >
        {hasOlder(items) && (
          <div className="rf-older">
            <Button variant="inline-link" onClick={() => void client.loadOlder(contactId)} data-testid="load-older">
              {t('chat.older')}
            </Button>
          </div>
        )}
        <ol ref={list}>
          {items.map((item, index) => {
            const before = items[index - 1];
            const continues =
              before !== undefined &&
              before.kind !== 'event' &&
              before.participantId === item.participantId &&
              before.role === item.role &&
              item.at - before.at < GROUP_GAP_MS;
            return (
              <Item
                key={item.id}
                item={item}
                question={questionOf(items, index)}
                contactId={contactId}
                isOwn={isOwn(item)}
                isContinued={continues}
                progress={item === lastOwn ? progress : undefined}
              />
            );
          })}
          {outgoing.map((message) => (
            <OutgoingItem key={message.requestId} message={message} />
          ))}
        </ol>
        <div className="rf-typing" role="status" data-testid="typing">
          {typists.map((typist) => (
            <p key={typist.participantId}>
              <span className="rf-dots" aria-hidden="true">
                <i />
                <i />
                <i />
              </span>
              {t('chat.typing', { name: typist.displayName ?? t('role.CUSTOMER') })}
            </p>
          ))}
        </div>
      </div>
      {!isAtBottom && (
        <div className="rf-to-bottom">
          <Button
            iconName="angle-down"
            onClick={() => {
              setAtBottom(true);
              toBottom();
            }}
            data-testid="to-newest"
          >
            {t('chat.toNewest')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Calls `mark` when the newest item to be read is in view of somebody who looks. */
function useReadMark(mark: () => void, isInView: boolean, newest: number): void {
  const latest = useRef(mark);
  useEffect(() => {
    latest.current = mark;
  });
  useEffect(() => {
    if (!isInView || newest === 0) return undefined;
    const look = (): void => {
      if (document.visibilityState === 'visible') latest.current();
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [isInView, newest]);
}
