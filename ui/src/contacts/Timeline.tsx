import { useText, useTimeFormat, type TextId } from '../app/language.js';
import english from '../app/messages/en.json';
import type { TimelineEntry } from '../protocol/api.js';

/** What happened to a contact, oldest first. */
export function Timeline({ entries, isTruncated }: { entries: readonly TimelineEntry[]; isTruncated: boolean }) {
  const t = useText();
  const format = useTimeFormat();
  return (
    <>
      <ol className="rf-timeline" data-testid="timeline">
        {entries.map((entry, index) => (
          <li key={`${entry.at}-${index}`} data-kind={entry.kind}>
            <time>{format.time(entry.at)}</time>
            {entry.kind === 'event' ? (
              <span>
                <strong>{eventName(entry.event)}</strong> {entry.queueName ?? entry.agentUsername ?? ''}
                {entry.detail !== undefined && <span className="rf-quiet"> {entry.detail}</span>}
              </span>
            ) : (
              <span>
                <span className="rf-mono">{entry.blockType}</span>
                {entry.outcome !== undefined && <span className="rf-outcome"> → {entry.outcome}</span>}
                <span className="rf-quiet"> {entry.flowName}</span>
              </span>
            )}
          </li>
        ))}
      </ol>
      {isTruncated && <p className="rf-quiet">{t('contact.timelineTruncated')}</p>}
    </>
  );

  function eventName(event: string): string {
    const id = `timeline.${event}`;
    return id in english ? t(id as TextId) : event;
  }
}
