import { useText } from '../app/language.js';
import type { WorkspaceState } from '../protocol/workspace-client.js';

/** What to do when there is nothing to do. */
export function EmptyWorkspace({ state }: { state: WorkspaceState }) {
  const t = useText();
  const kind = state.agent?.status?.kind;
  const isReady = kind === 'ROUTABLE';
  return (
    <div className="rf-empty" data-testid="empty-workspace">
      <svg viewBox="0 0 120 120" aria-hidden="true" focusable="false" data-ready={isReady}>
        <circle cx="60" cy="60" r="50" />
        <circle cx="60" cy="60" r="34" />
        <circle cx="60" cy="60" r="7" className="rf-empty-core" />
      </svg>
      <h2>{state.agent === undefined ? t('empty.loading') : t(isReady ? 'empty.ready' : 'empty.notReady')}</h2>
      {state.agent !== undefined && <p>{t(isReady ? 'empty.readyHint' : 'empty.notReadyHint')}</p>}
    </div>
  );
}
