import { useLanguage, useText, LANGUAGES } from './language.js';

const NAMES = { en: 'English', de: 'Deutsch' } as const;

export function LanguageMenu() {
  const { language, choose } = useLanguage();
  const t = useText();
  return (
    <div className="rf-languages" role="group" aria-label={t('language.label')}>
      {LANGUAGES.map((candidate) => (
        <button
          key={candidate}
          type="button"
          lang={candidate}
          title={NAMES[candidate]}
          aria-label={NAMES[candidate]}
          aria-pressed={candidate === language}
          data-testid={`language-${candidate}`}
          onClick={() => choose(candidate)}
        >
          {candidate.toUpperCase()}
        </button>
      ))}
    </div>
  );
}
