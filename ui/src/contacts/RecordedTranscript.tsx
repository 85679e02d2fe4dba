import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Spinner from '@cloudscape-design/components/spinner';
import { useCallback, useEffect, useState } from 'react';
import { errorText, useText } from '../app/language.js';
import { useSession } from '../app/session.js';
import { ApiError } from '../protocol/api.js';
import { mergeItems, newestSequence, type Transcript } from '../protocol/transcript.js';
import { Item } from '../workspace/TranscriptItem.js';

/** What was said, page by page. */
export function RecordedTranscript({ contactId }: { contactId: string }) {
  const t = useText();
  const { api } = useSession();
  const [items, setItems] = useState<Transcript>([]);
  const [progress, setProgress] = useState<'loading' | 'more' | 'complete'>('loading');
  const [refusal, setRefusal] = useState<string>();

  const load = useCallback(
    async (afterSequence: number) => {
      setProgress('loading');
      try {
        const page = await api.transcript(contactId, afterSequence);
        setItems((before) => mergeItems(before, page.items));
        setProgress(page.hasMore ? 'more' : 'complete');
      } catch (error) {
        setRefusal(error instanceof ApiError ? error.code : 'unexpected');
        setProgress('complete');
      }
    },
    [api, contactId],
  );
  useEffect(() => {
    // The page shows what the first answer brings.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    void load(0);
  }, [load]);

  return (
    <div className="rf-recorded" data-testid="recorded-transcript">
      <ol>
        {items.map((item) => (
          <Item
            key={item.id}
            item={item}
            contactId={item.contactId}
            isOwn={item.role === 'AGENT'}
            isContinued={false}
            progress={undefined}
          />
        ))}
      </ol>
      {refusal !== undefined && <Box color="text-status-error">{errorText(t, refusal)}</Box>}
      {progress === 'loading' && <Spinner />}
      {progress === 'more' && (
        <Button onClick={() => void load(newestSequence(items))} data-testid="more-transcript">
          {t('contacts.more')}
        </Button>
      )}
      {progress === 'complete' && items.length === 0 && refusal === undefined && (
        <Box color="text-body-secondary">{t('contact.nothingSaid')}</Box>
      )}
    </div>
  );
}
