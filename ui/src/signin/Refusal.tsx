import Alert from '@cloudscape-design/components/alert';
import { errorText, useText } from '../app/language.js';
import type { Submission } from './useSubmit.js';

/** Why the last attempt was refused, read out as soon as it appears. */
export function Refusal({ submission }: { submission: Submission }) {
  const t = useText();
  const { refusal, retryAfterSeconds } = submission;
  return (
    <div role="alert">
      {refusal !== undefined && (
        <Alert type="error" data-testid="form-error">
          {refusal === 'throttled' && retryAfterSeconds !== undefined
            ? t('error.throttledFor', { seconds: retryAfterSeconds })
            : errorText(t, refusal)}
        </Alert>
      )}
    </div>
  );
}
