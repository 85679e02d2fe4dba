import Button from '@cloudscape-design/components/button';
import { useText } from '../app/language.js';
import { countdownSeconds } from '../protocol/time.js';
import type { WorkspaceClient, WorkspaceState } from '../protocol/workspace-client.js';
import { useNow } from './useNow.js';
import { useWorkspaceState } from './WorkspaceProvider.js';

type Health = 'good' | 'trying' | 'down';

/** Whether what is shown is current, and what is being done where it is not. */
export function ConnectionHealth({ client }: { client: WorkspaceClient }) {
  const t = useText();
  const state = useWorkspaceState(client);
  const now = useNow();
  const health = healthOf(state);
  const { connection } = state;
  const isWaiting = connection.phase === 'waiting' && connection.retryAt > now + 500;
  const isReplaced = connection.phase === 'stopped' && connection.reason === 'replaced';
  return (
    <div className={`rf-health rf-health-${health}`} data-testid="connection-health" data-health={health}>
      <span className="rf-health-light" aria-hidden="true" />
      <span role="status">{healthText()}</span>
      {isWaiting && (
        <>
          <span aria-hidden="true">{t('health.retryIn', { seconds: countdownSeconds(connection.retryAt - now) })}</span>
          <Button variant="inline-link" onClick={() => client.wake()} data-testid="reconnect-now">
            {t('health.retryNow')}
          </Button>
        </>
      )}
      {isReplaced && (
        <Button variant="inline-link" onClick={() => client.start()} data-testid="reconnect-here">
          {t('health.useHere')}
        </Button>
      )}
    </div>
  );

  function healthText(): string {
    if (connection.phase === 'stopped') {
      return connection.reason === 'not-permitted' ? t('health.notPermitted') : isReplaced ? t('health.replaced') : t('health.stopped');
    }
    switch (health) {
      case 'good':
        return t('health.good');
      case 'trying':
        return t('health.connecting');
      case 'down':
        return t('health.down');
    }
  }
}

function healthOf({ connection, isCurrent }: WorkspaceState): Health {
  if (isCurrent) return 'good';
  return connection.phase === 'connecting' || connection.phase === 'open' ? 'trying' : 'down';
}
