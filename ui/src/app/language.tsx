/** English and German: the browser's choice, then the person's. */

import { I18nProvider } from '@cloudscape-design/components/i18n';
import cloudscapeGerman from '@cloudscape-design/components/i18n/messages/all.de';
import cloudscapeEnglish from '@cloudscape-design/components/i18n/messages/all.en';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { IntlProvider, useIntl } from 'react-intl';
import { regionalVariant, type Language } from '../protocol/locale.js';
import german from './messages/de.json';
import english from './messages/en.json';

export type TextId = keyof typeof english;
export type TextValues = Record<string, string | number>;
export type Translate = (id: TextId, values?: TextValues) => string;

export const LANGUAGES: readonly Language[] = ['en', 'de'];

const MESSAGES: Record<Language, Record<TextId, string>> = { en: english, de: german };
const STORAGE_KEY = 'ringfence.language';

interface LanguageChoice {
  language: Language;
  choose: (language: Language) => void;
}

const LanguageContext = createContext<LanguageChoice>({ language: 'en', choose: () => undefined });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(initialLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choose = (chosen: Language): void => {
    localStorage.setItem(STORAGE_KEY, chosen);
    setLanguage(chosen);
  };
  return (
    <LanguageContext value={{ language, choose }}>
      <IntlProvider locale={regionalVariant(language, navigator.languages)} messages={MESSAGES[language]}>
        <I18nProvider locale={language} messages={[cloudscapeEnglish, cloudscapeGerman]}>
          {children}
        </I18nProvider>
      </IntlProvider>
    </LanguageContext>
  );
}

export function useLanguage(): LanguageChoice {
  return use(LanguageContext);
}

export function useText(): Translate {
  const intl = useIntl();
  return (id, values) => intl.formatMessage({ id }, values);
}

export function useTimeFormat(): { time: (at: number) => string; dateTime: (at: number) => string } {
  const intl = useIntl();
  return {
    time: (at) => intl.formatTime(at, { hour: '2-digit', minute: '2-digit' }),
    dateTime: (at) => intl.formatDate(at, { dateStyle: 'medium', timeStyle: 'medium' }),
  };
}

/** Text for a word of the protocol, such as a reason; the word itself where this page knows none. */
export function wireText(t: Translate, kind: 'reason' | 'initiation' | 'timeline', word: string): string {
  const id = `${kind}.${word}`;
  return id in english ? t(id as TextId) : word;
}

/** Text for a refusal; `fallback` where the code is none that this page knows. */
export function errorText(t: Translate, code: string): string {
  const id = `error.${code}`;
  return id in english ? t(id as TextId) : t('error.unexpected', { code });
}

function initialLanguage(): Language {
  const stored = localStorage.getItem(STORAGE_KEY);
  const wanted = [stored, ...navigator.languages].map((tag) => tag?.slice(0, 2));
  return LANGUAGES.find((language) => language === wanted.find((tag) => tag === 'en' || tag === 'de')) ?? 'en';
}
