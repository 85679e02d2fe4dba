import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { useText } from '../app/language.js';
import type { AgentStatus } from '../protocol/frames.js';
import { elapsedMs, formatDuration } from '../protocol/time.js';
import type { WorkspaceClient } from '../protocol/workspace-client.js';
import { useReport } from './Notices.js';
import { useNow } from './useNow.js';
import { useWorkspaceState } from './WorkspaceProvider.js';

/** The agent's status, for how long, and the ones to choose from. */
export function StatusMenu({ client }: { client: WorkspaceClient }) {
  const t = useText();
  const now = useNow();
  const report = useReport();
  const { agent, isCurrent, skewMs } = useWorkspaceState(client);
  if (agent === undefined) return null;
  const { status, nextStatus, statuses } = agent;
  const kind = status?.kind ?? 'OFFLINE';
  const name = status?.name ?? t('status.none');
  return (
    <div className={`rf-status rf-status-${kind.toLowerCase()}`} data-testid="agent-status" data-kind={kind}>
      <span className="rf-status-dot" aria-hidden="true" />
      <span className="rf-status-time" data-testid="agent-status-time">
        {status?.sinceAt !== undefined && formatDuration(elapsedMs(status.sinceAt, now, skewMs))}
      </span>
      <ButtonDropdown
        data-testid="status-menu"
        variant="normal"
        expandToViewport
        disabled={!isCurrent}
        ariaLabel={t('status.label', { status: name })}
        items={statuses.map((candidate) => statusItem(candidate, (nextStatus ?? status)?.id))}
        onItemClick={({ detail }) => {
          void report(client.command({ type: 'status.set', statusId: detail.id }));
        }}
      >
        {name}
      </ButtonDropdown>
      {nextStatus !== undefined && (
        <span className="rf-status-next" data-testid="next-status">
          {t('status.next', { status: nextStatus.name })}
        </span>
      )}
    </div>
  );
}

function statusItem(candidate: AgentStatus, chosenId: string | undefined) {
  return {
    id: candidate.id,
    text: candidate.name,
    itemType: 'checkbox' as const,
    checked: candidate.id === chosenId,
  };
}
