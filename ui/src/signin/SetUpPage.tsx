import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
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

/** Makes the first administrator, by the one-time link that the first start prints. */
export function SetUpPage({ api, onSignedIn }: Props) {
  const t = useText();
  useTitle(t('setUp.title'));
  const submission = useSubmit();
  const [token] = useState(takeFragmentToken);
  const [person, setPerson] = useState({ username: '', firstName: '', lastName: '' });
  const [password, setPassword] = useState('');
  const [repetition, setRepetition] = useState('');
  const [enrolment, setEnrolment] = useState<Enrolment>();

  if (enrolment !== undefined) return <EnrolmentPage api={api} enrolment={enrolment} onSignedIn={onSignedIn} />;

  const setUp = async (): Promise<void> => {
    const answer = await api.setUp({ token, ...person, password });
    if (answer.result === 'signed-in') onSignedIn(answer.session);
    else if (answer.result === 'second-factor-enrolment') setEnrolment(answer);
  };

  const field = (name: keyof typeof person, label: string, autoComplete: string, isFirst = false) => (
    <FormField label={label}>
      <Input
        value={person[name]}
        onChange={({ detail }) => setPerson({ ...person, [name]: detail.value })}
        name={name}
        autoComplete={autoComplete}
        autoFocus={isFirst}
        nativeInputAttributes={{ 'data-testid': `set-up-${name}`, required: true, maxLength: 100 }}
      />
    </FormField>
  );

  return (
    <SignInLayout title={t('setUp.title')} hint={t('setUp.hint')}>
      <form
        data-testid="set-up-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (password === repetition) submission.submit(setUp);
        }}
      >
        <SpaceBetween size="l">
          <Refusal submission={submission} />
          {field('username', t('signIn.username'), 'username', true)}
          {field('firstName', t('setUp.firstName'), 'given-name')}
          {field('lastName', t('setUp.lastName'), 'family-name')}
          <NewPassword
            password={password}
            repetition={repetition}
            onPassword={setPassword}
            onRepetition={setRepetition}
          />
          <Button variant="primary" formAction="submit" fullWidth loading={submission.isBusy} data-testid="set-up">
            {t('setUp.submit')}
          </Button>
        </SpaceBetween>
      </form>
    </SignInLayout>
  );
}
