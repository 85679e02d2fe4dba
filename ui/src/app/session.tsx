/** Who is signed in. */

import { createContext, use } from 'react';
import type { Api, Session } from '../protocol/api.js';

export interface SessionScope {
  session: Session;
  api: Api;
  signOut: () => void;
}

export const SessionContext = createContext<SessionScope | undefined>(undefined);

export function useSession(): SessionScope {
  const scope = use(SessionContext);
  if (scope === undefined) throw new Error('used outside of a session');
  return scope;
}

export type Area = 'workspace' | 'contacts';

/** Whether the page of this area is shown; the server decides about its content. */
export function mayEnter(session: Session, area: Area): boolean {
  const has = (permission: string): boolean => session.permissions.includes(permission);
  switch (area) {
    case 'workspace':
      return has('BasicAgentAccess');
    case 'contacts':
      return has('ContactSearch.View') || has('MyContacts.View');
  }
}
