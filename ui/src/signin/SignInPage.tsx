import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input, { type InputProps } from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useRef, useState } from 'react';
import { useText } from '../app/language.js';
import { useTitle } from '../app/useTitle.js';
import type { Api, Enrolment, Session } from '../protocol/api.js';
import { EnrolmentPage } from './EnrolmentPage.js';
import { Refusal } from './Refusal.js';
import { SignInLayout } from './SignInLayout.js';
import { useSubmit } from './useSubmit.js';

interface Props {
  api: Api;
  isExpired: boolean;
  onSignedIn: (session: Session) => void;
}

export function SignInPage({ api, isExpired, onSignedIn }: Props) {
  const t = useText();
  useTitle(t('signIn.title'));
  const submission = useSubmit();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [isCodeMissing, setCodeMissing] = useState(false);
  const [enrolment, setEnrolment] = useState<Enrolment>();
  const codeField = useRef<InputProps.Ref>(null);

  if (enrolment !== undefined) return <EnrolmentPage api={api} enrolment={enrolment} onSignedIn={onSignedIn} />;

  const signIn = async (): Promise<void> => {
    setCodeMissing(false);
    const answer = await api.signIn({ username: username.trim(), password, ...(code === '' ? {} : { code }) });
    switch (answer.result) {
      case 'signed-in':
        onSignedIn(answer.session);
        break;
      case 'second-factor-enrolment':
        setEnrolment(answer);
        break;
      case 'second-factor-required':
        setCodeMissing(true);
        codeField.current?.focus();
        break;
    }
  };

  return (
    <SignInLayout title={t('signIn.title')} hint={t('signIn.hint')}>
      <form
        data-testid="sign-in-form"
        onSubmit={(event) => {
          event.preventDefault();
          submission.submit(signIn);
        }}
      >
        <SpaceBetween size="l">
          {isExpired && submission.refusal === undefined && (
            <Alert type="info" data-testid="session-expired">
              {t('signIn.expired')}
            </Alert>
          )}
          <Refusal submission={submission} />
          <FormField label={t('signIn.username')}>
            <Input
              value={username}
              onChange={({ detail }) => setUsername(detail.value)}
              name="username"
              autoComplete="username"
              spellcheck={false}
              autoFocus
              nativeInputAttributes={{ 'data-testid': 'username', required: true, maxLength: 100 }}
            />
          </FormField>
          <FormField label={t('signIn.password')}>
            <Input
              value={password}
              onChange={({ detail }) => setPassword(detail.value)}
              type="password"
              name="password"
              autoComplete="current-password"
              nativeInputAttributes={{ 'data-testid': 'password', required: true, maxLength: 256 }}
            />
          </FormField>
          <FormField
            label={t('signIn.code')}
            description={t('signIn.codeHint')}
            errorText={isCodeMissing ? t('signIn.codeMissing') : undefined}
          >
            <Input
              ref={codeField}
              value={code}
              onChange={({ detail }) => setCode(detail.value.replace(/\D/g, ''))}
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              nativeInputAttributes={{ 'data-testid': 'code', maxLength: 6 }}
            />
          </FormField>
          <Button variant="primary" formAction="submit" fullWidth loading={submission.isBusy} data-testid="sign-in">
            {t('signIn.submit')}
          </Button>
        </SpaceBetween>
      </form>
    </SignInLayout>
  );
}
