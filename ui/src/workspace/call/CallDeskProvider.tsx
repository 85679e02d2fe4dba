/** The calls of a signed-in agent, and the state of one of them. */

import { createContext, use, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { browserEnvironment } from '../../protocol/environment.js';
import { useOptionalWorkspace } from '../WorkspaceProvider.js';
import type { AudioChoice } from './audio-choice.js';
import { callBrowser } from './browser.js';
import type { CallConnection, CallState } from './call-connection.js';
import { CallDesk } from './call-desk.js';

const DeskContext = createContext<CallDesk | undefined>(undefined);

export function CallDeskProvider({ children }: { children: ReactNode }) {
  const client = useOptionalWorkspace();
  const [desk] = useState(() =>
    client === undefined ? undefined : new CallDesk(client, callBrowser, browserEnvironment, localStorage),
  );
  useEffect(() => {
    desk?.start();
    return () => desk?.stop();
  }, [desk]);
  return <DeskContext value={desk}>{children}</DeskContext>;
}

/** The calls; undefined for people who are no agents. */
export function useOptionalCallDesk(): CallDesk | undefined {
  return use(DeskContext);
}

export function useCallDesk(): CallDesk {
  const desk = use(DeskContext);
  if (desk === undefined) throw new Error('used outside of the workspace');
  return desk;
}

/** The media of a call with its state; undefined while there is none. */
export function useCall(contactId: string): { call: CallConnection; state: CallState } | undefined {
  const desk = useCallDesk();
  const call = useSyncExternalStore(desk.subscribe, () => desk.call(contactId));
  const state = useSyncExternalStore(call?.subscribe ?? subscribeToNothing, () => call?.getState());
  return call === undefined || state === undefined ? undefined : { call, state };
}

export function useAudioChoice(desk: CallDesk): AudioChoice {
  return useSyncExternalStore(desk.choices.subscribe, desk.choices.get);
}

function subscribeToNothing(): () => void {
  return () => undefined;
}
