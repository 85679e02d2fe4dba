/** The one workspace client of a signed-in agent, whichever page is shown. */

import { createContext, use, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { mayEnter, useSession } from '../app/session.js';
import { browserEnvironment } from '../protocol/environment.js';
import { WorkspaceClient, type WorkspaceState } from '../protocol/workspace-client.js';

const FAILURES_BEFORE_ASKING = 2;

const ClientContext = createContext<WorkspaceClient | undefined>(undefined);

export function WorkspaceProvider({
  children,
  onSignedOut,
}: {
  children: ReactNode;
  onSignedOut: () => void;
}) {
  const { session, api } = useSession();
  const isAgent = mayEnter(session, 'workspace');
  const userId = session.user.id;
  const [client] = useState(() =>
    isAgent ? new WorkspaceClient(socketUrl(), userId, browserEnvironment, sessionStorage) : undefined,
  );

  useEffect(() => {
    if (client === undefined) return undefined;
    const wake = (): void => {
      if (document.visibilityState === 'visible') client.wake();
    };
    let phase = client.getState().connection.phase;
    let failures = 0;
    const watchEnd = client.subscribe(() => {
      const { connection } = client.getState();
      if (connection.phase === 'stopped' && connection.reason === 'signed-out') onSignedOut();
      if (connection.phase === phase) return;
      phase = connection.phase;
      if (phase === 'open') failures = 0;
      // A refused upgrade looks like a broken network: ask whether the session is over.
      if (phase === 'waiting' && ++failures >= FAILURES_BEFORE_ASKING) api.session().catch(() => undefined);
    });
    client.start();
    window.addEventListener('online', wake);
    window.addEventListener('pageshow', wake);
    document.addEventListener('visibilitychange', wake);
    return () => {
      window.removeEventListener('online', wake);
      window.removeEventListener('pageshow', wake);
      document.removeEventListener('visibilitychange', wake);
      watchEnd();
      client.stop();
    };
  }, [client, api, onSignedOut]);

  return <ClientContext value={client}>{children}</ClientContext>;
}

/** The client; undefined for people who are no agents. */
export function useOptionalWorkspace(): WorkspaceClient | undefined {
  return use(ClientContext);
}

export function useWorkspace(): WorkspaceClient {
  const client = use(ClientContext);
  if (client === undefined) throw new Error('used outside of the workspace');
  return client;
}

export function useWorkspaceState(client: WorkspaceClient): WorkspaceState {
  return useSyncExternalStore(client.subscribe, client.getState);
}

function socketUrl(): string {
  const url = new URL('/api/workspace/socket', window.location.href);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  return url.href;
}
