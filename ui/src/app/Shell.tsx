import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import type { MouseEvent, ReactNode } from 'react';
import { AudioButton } from '../workspace/call/AudioButton.js';
import { useOptionalCallDesk } from '../workspace/call/CallDeskProvider.js';
import { ConnectionHealth } from '../workspace/ConnectionHealth.js';
import { NoticeBar, NoticeProvider } from '../workspace/Notices.js';
import { StatusMenu } from '../workspace/StatusMenu.js';
import { useOptionalWorkspace } from '../workspace/WorkspaceProvider.js';
import { LanguageMenu } from './LanguageMenu.js';
import { useText } from './language.js';
import { Logo } from './Logo.js';
import { navigate, pathOf, type Route } from './router.js';
import { mayEnter, useSession } from './session.js';

/** The bar above every page of a signed-in person. */
export function Shell({ route, children }: { route: Route; children: ReactNode }) {
  const t = useText();
  const { session, signOut } = useSession();
  const client = useOptionalWorkspace();
  const desk = useOptionalCallDesk();
  const { user } = session;
  return (
    <NoticeProvider>
      <div className="rf-shell">
        <a className="rf-skip" href="#content">
          {t('shell.skip')}
        </a>
        <header className="rf-bar awsui-context-top-navigation">
          <div className="rf-wordmark">
            <Logo />
            <span>Ringfence</span>
          </div>
          <nav className="rf-nav" aria-label={t('shell.navigation')}>
            {mayEnter(session, 'workspace') && (
              <NavLink to={pathOf({ page: 'workspace' })} isCurrent={route.page === 'workspace'} id="nav-workspace">
                {t('nav.workspace')}
              </NavLink>
            )}
            {mayEnter(session, 'contacts') && (
              <NavLink
                to={pathOf({ page: 'contacts' })}
                isCurrent={route.page === 'contacts' || route.page === 'contact'}
                id="nav-contacts"
              >
                {t('nav.contacts')}
              </NavLink>
            )}
          </nav>
          <div className="rf-bar-right">
            {client !== undefined && <ConnectionHealth client={client} />}
            {client !== undefined && <StatusMenu client={client} />}
            {desk !== undefined && <AudioButton desk={desk} />}
            <LanguageMenu />
            <ButtonDropdown
              data-testid="user-menu"
              expandToViewport
              ariaLabel={t('shell.userMenu', { name: `${user.firstName} ${user.lastName}` })}
              items={[{ id: 'sign-out', text: t('shell.signOut'), iconName: 'arrow-right' }]}
              onItemClick={({ detail }) => {
                if (detail.id === 'sign-out') signOut();
              }}
            >
              {user.firstName} {user.lastName}
            </ButtonDropdown>
          </div>
        </header>
        <NoticeBar />
        <div id="content" className="rf-content" tabIndex={-1}>
          {children}
        </div>
      </div>
    </NoticeProvider>
  );
}

function NavLink({
  to,
  isCurrent,
  id,
  children,
}: {
  to: string;
  isCurrent: boolean;
  id: string;
  children: ReactNode;
}) {
  return (
    <a href={to} onClick={followInPlace} aria-current={isCurrent ? 'page' : undefined} data-testid={id}>
      {children}
    </a>
  );
}

/** Changes the page without loading it anew, unless another tab or window is asked for. */
export function followInPlace(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(event.currentTarget.pathname);
}
