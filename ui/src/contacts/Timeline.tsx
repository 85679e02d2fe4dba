import { useText, useTimeFormat, wireText, type Translate } from '../app/language.js';
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
                <strong>{wireText(t, 'timeline', entry.event)}</strong> {namesOf(entry)}
                {entry.detail !== undefined && <span className="rf-quiet"> {detailOf(t, entry.event, entry.detail)}</span>}
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
}

type EventEntry = Extract<TimelineEntry, { kind: 'event' }>;

/** Who or what it was about: where an offer or a transfer led, and by which quick connect. */
function namesOf({ queueName, agentUsername, quickConnectName }: EventEntry): string {
  const names = [queueName, agentUsername, quickConnectName].filter((name) => name !== undefined);
  return [...new Set(names)].join(' · ');
}

function detailOf(t: Translate, event: string, detail: string): string {
  return event === 'DISCONNECTED' ? wireText(t, 'reason', detail) : detail;
}
