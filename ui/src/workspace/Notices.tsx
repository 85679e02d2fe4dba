/** What went wrong with a command: shown above the work until it is dismissed. */

import Flashbar from '@cloudscape-design/components/flashbar';
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react';
import { errorText, useText } from '../app/language.js';
import type { CommandResult } from '../protocol/workspace-client.js';

interface Notice {
  id: number;
  code: string;
}

interface NoticeBoard {
  notices: readonly Notice[];
  tell: (code: string) => void;
  dismiss: (id: number) => void;
}

const NOTICES_MAX = 3;
const NoticeContext = createContext<NoticeBoard>({
  notices: [],
  tell: () => undefined,
  dismiss: () => undefined,
});

export function NoticeProvider({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const tell = useCallback((code: string) => {
    setNotices((before) => [...before, { id: (before.at(-1)?.id ?? 0) + 1, code }].slice(-NOTICES_MAX));
  }, []);
  const dismiss = useCallback((id: number) => {
    setNotices((before) => before.filter((notice) => notice.id !== id));
  }, []);
  const board = useMemo(() => ({ notices, tell, dismiss }), [notices, tell, dismiss]);
  return <NoticeContext value={board}>{children}</NoticeContext>;
}

export function useTell(): (code: string) => void {
  return use(NoticeContext).tell;
}

/** Waits for a command and tells the agent where it was refused; true where it was done. */
export function useReport(): (command: Promise<CommandResult>) => Promise<boolean> {
  const tell = useTell();
  return useCallback(
    async (command) => {
      const result = await command;
      if (!result.ok) tell(result.error.code);
      return result.ok;
    },
    [tell],
  );
}

export function NoticeBar() {
  const t = useText();
  const { notices, dismiss } = use(NoticeContext);
  return (
    <div role="alert">
      <Flashbar
        items={notices.map(({ id, code }) => ({
          id: String(id),
          type: 'error',
          content: <span data-testid="notice">{errorText(t, code)}</span>,
          dismissible: true,
          onDismiss: () => dismiss(id),
        }))}
      />
    </div>
  );
}
