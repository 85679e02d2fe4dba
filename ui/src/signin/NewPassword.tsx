import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useText } from '../app/language.js';

export const PASSWORD_CHARACTERS_MIN = 12;
export const PASSWORD_CHARACTERS_MAX = 256;

interface Props {
  password: string;
  repetition: string;
  onPassword: (password: string) => void;
  onRepetition: (repetition: string) => void;
}

/** A new password, typed twice. */
export function NewPassword({ password, repetition, onPassword, onRepetition }: Props) {
  const t = useText();
  const isDifferent = repetition !== '' && repetition !== password;
  return (
    <>
      <FormField
        label={t('newPassword.password')}
        constraintText={t('newPassword.constraint', { min: PASSWORD_CHARACTERS_MIN })}
      >
        <Input
          value={password}
          onChange={({ detail }) => onPassword(detail.value)}
          type="password"
          name="new-password"
          autoComplete="new-password"
          nativeInputAttributes={{
            'data-testid': 'new-password',
            required: true,
            minLength: PASSWORD_CHARACTERS_MIN,
            maxLength: PASSWORD_CHARACTERS_MAX,
          }}
        />
      </FormField>
      <FormField
        label={t('newPassword.repetition')}
        errorText={isDifferent ? t('newPassword.different') : undefined}
      >
        <Input
          value={repetition}
          onChange={({ detail }) => onRepetition(detail.value)}
          type="password"
          name="new-password-repetition"
          autoComplete="new-password"
          nativeInputAttributes={{ 'data-testid': 'new-password-repetition', required: true }}
        />
      </FormField>
    </>
  );
}
