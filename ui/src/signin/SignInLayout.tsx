import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { LanguageMenu } from '../app/LanguageMenu.js';
import { useText } from '../app/language.js';
import { Logo } from '../app/Logo.js';

/** The frame of all pages before sign-in. */
export function SignInLayout({
  title,
  hint,
  children,
}: {
  title: string;
  hint?: string;
  children: ReactNode;
}) {
  const t = useText();
  return (
    <div className="rf-signin">
      <aside className="rf-signin-brand">
        <div className="rf-wordmark">
          <Logo size={36} />
          <span>Ringfence</span>
        </div>
        <p className="rf-signin-claim">{t('signIn.claim')}</p>
        <svg className="rf-signin-rings" viewBox="0 0 400 400" aria-hidden="true" focusable="false">
          {[60, 105, 150, 195].map((radius) => (
            <circle key={radius} cx="200" cy="200" r={radius} pathLength="100" />
          ))}
        </svg>
      </aside>
      <main className="rf-signin-main">
        <div className="rf-signin-language">
          <LanguageMenu />
        </div>
        <div className="rf-signin-form">
          <SpaceBetween size="l">
            <Header variant="h1" {...(hint === undefined ? {} : { description: hint })}>
              {title}
            </Header>
            {children}
          </SpaceBetween>
        </div>
      </main>
    </div>
  );
}
