import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useText } from '../app/language.js';
import { useTitle } from '../app/useTitle.js';
import type { Api, Enrolment, Session } from '../protocol/api.js';
import { QrCode } from './QrCode.js';
import { Refusal } from './Refusal.js';
import { SignInLayout } from './SignInLayout.js';
import { useSubmit } from './useSubmit.js';

interface Props {
  api: Api;
  enrolment: Enrolment;
  onSignedIn: (session: Session) => void;
}

/** Binds an authenticator app to the account. */
export function EnrolmentPage({ api, enrolment, onSignedIn }: Props) {
  const t = useText();
  useTitle(t('enrolment.title'));
  const submission = useSubmit();
  const [code, setCode] = useState('');

  const confirm = async (): Promise<void> => {
    const answer = await api.confirmSecondFactor({ enrolmentToken: enrolment.enrolmentToken, code });
    if (answer.result === 'signed-in') onSignedIn(answer.session);
  };

  return (
    <SignInLayout title={t('enrolment.title')} hint={t('enrolment.hint')}>
      <form
        data-testid="enrolment-form"
        onSubmit={(event) => {
          event.preventDefault();
          submission.submit(confirm);
        }}
      >
        <SpaceBetween size="l">
          <Refusal submission={submission} />
          <QrCode content={enrolment.otpauthUri} label={t('enrolment.qrLabel')} />
          <div>
            <Box color="text-body-secondary">{t('enrolment.secret')}</Box>
            <code className="rf-secret" data-testid="totp-secret">
              {enrolment.secret.replace(/(.{4})(?=.)/g, '$1 ')}
            </code>
          </div>
          <FormField label={t('enrolment.code')}>
            <Input
              value={code}
              onChange={({ detail }) => setCode(detail.value.replace(/\D/g, ''))}
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              autoFocus
              nativeInputAttributes={{ 'data-testid': 'enrolment-code', required: true, maxLength: 6 }}
            />
          </FormField>
          <Button
            variant="primary"
            formAction="submit"
            fullWidth
            loading={submission.isBusy}
            data-testid="confirm-second-factor"
          >
            {t('enrolment.submit')}
          </Button>
        </SpaceBetween>
      </form>
    </SignInLayout>
  );
}
