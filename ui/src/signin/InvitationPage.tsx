import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useText } from '../app/language.js';
import { takeFragmentToken } from '../app/router.js';
import { useTitle } from '../app/useTitle.js';
import type { Api, Enrolment, Session } from '../protocol/api.js';
import { EnrolmentPage } from './EnrolmentPage.js';
import { NewPassword } from './NewPassword.js';
import { Refusal } from './Refusal.js';
import { SignInLayout } from './SignInLayout.js';
import { useSubmit } from './useSubmit.js';

interface Props {
  api: Api;
  onSignedIn: (session: Session) => void;
}

/** Lets an invited user choose a password that no administrator knows. */
export function InvitationPage({ api, onSignedIn }: Props) {
  const t = useText();
  useTitle(t('invitation.title'));
  const submission = useSubmit();
  const [token] = useState(takeFragmentToken);
  const [password, setPassword] = useState('');
  const [repetition, setRepetition] = useState('');
  const [enrolment, setEnrolment] = useState<Enrolment>();

  if (enrolment !== undefined) return <EnrolmentPage api={api} enrolment={enrolment} onSignedIn={onSignedIn} />;

  const accept = async (): Promise<void> => {
    const answer = await api.acceptInvitation({ token, password });
    if (answer.result === 'signed-in') onSignedIn(answer.session);
    else if (answer.result === 'second-factor-enrolment') setEnrolment(answer);
  };

  return (
    <SignInLayout title={t('invitation.title')} hint={t('invitation.hint')}>
      <form
        data-testid="invitation-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (password === repetition) submission.submit(accept);
        }}
      >
        <SpaceBetween size="l">
          <Refusal submission={submission} />
          <NewPassword
            password={password}
            repetition={repetition}
            onPassword={setPassword}
            onRepetition={setRepetition}
          />
          <Button
            variant="primary"
            formAction="submit"
            fullWidth
            loading={submission.isBusy}
            data-testid="accept-invitation"
          >
            {t('invitation.submit')}
          </Button>
        </SpaceBetween>
      </form>
    </SignInLayout>
  );
}
