import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Spinner from '@cloudscape-design/components/spinner';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { ContactPage } from '../contacts/ContactPage.js';
import { ContactsPage } from '../contacts/ContactsPage.js';
import { Api, ApiError, type Session } from '../protocol/api.js';
import { clearUnsent } from '../protocol/drafts.js';
import { InvitationPage } from '../signin/InvitationPage.js';
import { SetUpPage } from '../signin/SetUpPage.js';
import { SignInPage } from '../signin/SignInPage.js';
import { CallDeskProvider } from '../workspace/call/CallDeskProvider.js';
import { WorkspaceProvider } from '../workspace/WorkspaceProvider.js';
import { useText } from './language.js';
import { navigate, pathOf, useRoute, type Route } from './router.js';
import { mayEnter, SessionContext } from './session.js';
import { Shell } from './Shell.js';

const WorkspacePage = lazy(async () => ({
  default: (await import('../workspace/WorkspacePage.js')).WorkspacePage,
}));

type SignInState =
  | { phase: 'loading' }
  | { phase: 'unreachable' }
  | { phase: 'signed-out'; isExpired: boolean }
  | { phase: 'signed-in'; session: Session };

export function App() {
  const route = useRoute();
  const [state, setState] = useState<SignInState>({ phase: 'loading' });
  const expire = useCallback(() => {
    setState((before) => ({ phase: 'signed-out', isExpired: before.phase === 'signed-in' }));
  }, []);
  const api = useMemo(() => new Api(undefined, expire), [expire]);

  const load = useCallback(() => {
    api.session().then(
      (session) => setState({ phase: 'signed-in', session }),
      (error: unknown) => {
        if (!(error instanceof ApiError && error.code === 'not-signed-in')) setState({ phase: 'unreachable' });
      },
    );
  }, [api]);
  useEffect(load, [load]);

  const signedIn = (session: Session): void => {
    setState({ phase: 'signed-in', session });
    if (route.page === 'sign-in' || route.page === 'set-up' || route.page === 'invitation') {
      navigate(pathOf({ page: 'workspace' }), 'replace');
    }
  };

  if (route.page === 'set-up') return <SetUpPage api={api} onSignedIn={signedIn} />;
  if (route.page === 'invitation') return <InvitationPage api={api} onSignedIn={signedIn} />;
  switch (state.phase) {
    case 'loading':
      return <Loading />;
    case 'unreachable':
      return <Unreachable onRetry={load} />;
    case 'signed-out':
      return <SignInPage api={api} isExpired={state.isExpired} onSignedIn={signedIn} />;
    case 'signed-in': {
      const signOut = (): void => {
        clearUnsent(sessionStorage);
        const end = (): void => setState({ phase: 'signed-out', isExpired: false });
        api.signOut().then(end, (error: unknown) => {
          // The session may live on: never show the signed-out page where that is not known.
          if (error instanceof ApiError && error.code === 'not-signed-in') end();
          else setState({ phase: 'unreachable' });
        });
      };
      return (
        <SessionContext value={{ session: state.session, api, signOut }}>
          <WorkspaceProvider onSignedOut={expire}>
            <CallDeskProvider>
              <Shell route={route}>
                <Suspense fallback={<Loading />}>
                  <Page route={route} session={state.session} />
                </Suspense>
              </Shell>
            </CallDeskProvider>
          </WorkspaceProvider>
        </SessionContext>
      );
    }
  }
}

function Page({ route, session }: { route: Route; session: Session }) {
  const t = useText();
  const isWorkspace = route.page === 'workspace' || route.page === 'sign-in';
  const isContacts = route.page === 'contacts' || route.page === 'contact';
  if (isWorkspace && mayEnter(session, 'workspace')) return <WorkspacePage />;
  if ((isContacts || isWorkspace) && mayEnter(session, 'contacts')) {
    return route.page === 'contact' ? <ContactPage key={route.contactId} contactId={route.contactId} /> : <ContactsPage />;
  }
  return (
    <main className="rf-page">
      <Box variant="h1">{t('page.notFound')}</Box>
      <Box variant="p">{t('page.notFoundHint')}</Box>
    </main>
  );
}

function Loading() {
  const t = useText();
  return (
    <div className="rf-centre" role="status" aria-label={t('page.loading')}>
      <Spinner size="large" />
    </div>
  );
}

function Unreachable({ onRetry }: { onRetry: () => void }) {
  const t = useText();
  return (
    <main className="rf-centre">
      <Box variant="h1">{t('page.unreachable')}</Box>
      <Box variant="p" padding={{ bottom: 'm' }}>
        {t('page.unreachableHint')}
      </Box>
      <Button variant="primary" onClick={onRetry} data-testid="retry">
        {t('page.retry')}
      </Button>
    </main>
  );
}
