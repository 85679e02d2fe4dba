import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Spinner from '@cloudscape-design/components/spinner';
import { useEffect, useState } from 'react';
import { errorText, useText } from '../app/language.js';
import { useSession } from '../app/session.js';
import { ApiError } from '../protocol/api.js';
import { mergeItems, newestSequence, questionOf, type Transcript } from '../protocol/transcript.js';
import { Item } from '../workspace/TranscriptItem.js';

interface Loaded {
  /** The sequence after which was asked last. */
  after: number | undefined;
  items: Transcript;
  hasMore: boolean;
  refusal: string | undefined;
}

/** What was said, page by page. */
export function RecordedTranscript({ contactId }: { contactId: string }) {
  const t = useText();
  const { api } = useSession();
  const [after, setAfter] = useState(0);
  const [loaded, setLoaded] = useState<Loaded>({ after: undefined, items: [], hasMore: false, refusal: undefined });
  const { items, hasMore, refusal } = loaded;
  const isLoading = loaded.after !== after;

  useEffect(() => {
    let isShown = true;
    api.transcript(contactId, after).then(
      (page) => {
        if (!isShown) return;
        setLoaded((before) => ({
          after,
          items: mergeItems(before.items, page.items),
          hasMore: page.hasMore,
          refusal: undefined,
        }));
      },
      (error: unknown) => {
        const code = error instanceof ApiError ? error.code : 'unexpected';
        if (isShown) setLoaded((before) => ({ ...before, after, hasMore: false, refusal: code }));
      },
    );
    return () => {
      isShown = false;
    };
  }, [api, contactId, after]);

  return (
    <div className="rf-recorded" data-testid="recorded-transcript">
      <ol>
        {items.map((item, index) => (
          <Item
            key={item.id}
            item={item}
            question={questionOf(items, index)}
            contactId={item.contactId}
            isOwn={item.role === 'AGENT'}
            isContinued={false}
            progress={undefined}
          />
        ))}
      </ol>
      {refusal !== undefined && <Box color="text-status-error">{errorText(t, refusal)}</Box>}
      {isLoading && <Spinner />}
      {!isLoading && hasMore && (
        <Button onClick={() => setAfter(newestSequence(items))} data-testid="more-transcript">
          {t('contacts.more')}
        </Button>
      )}
      {!isLoading && items.length === 0 && refusal === undefined && (
        <Box color="text-body-secondary">{t('contact.nothingSaid')}</Box>
      )}
    </div>
  );
}
