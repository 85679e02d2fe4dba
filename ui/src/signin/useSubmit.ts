import { useState } from 'react';
import { ApiError } from '../protocol/api.js';

export interface Submission {
  isBusy: boolean;
  /** Code of the refusal of the last attempt. */
  refusal: string | undefined;
  retryAfterSeconds: number | undefined;
  submit: (attempt: () => Promise<void>) => void;
}

/** One form's attempts: busy while one runs, and why the last one was refused. */
export function useSubmit(): Submission {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const submit = (attempt: () => Promise<void>): void => {
    if (isBusy) return;
    setBusy(true);
    setError(undefined);
    attempt()
      .catch((failure: unknown) => {
        setError(
          failure instanceof ApiError ? failure : new ApiError(0, { code: 'unexpected', message: String(failure) }),
        );
      })
      .finally(() => setBusy(false));
  };
  return { isBusy, refusal: error?.code, retryAfterSeconds: error?.detail.retryAfterSeconds, submit };
}
