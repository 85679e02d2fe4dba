/** Which region's forms dates and times take. */

export type Language = 'en' | 'de';

const WHERE_NONE_IS_KNOWN: Record<Language, string> = { en: 'en-GB', de: 'de-DE' };

/** The first of the browser's `tags` that is a regional variant of `language`. */
export function regionalVariant(language: Language, tags: readonly string[]): string {
  return tags.find((tag) => isVariant(tag, language)) ?? WHERE_NONE_IS_KNOWN[language];
}

function isVariant(tag: string, language: Language): boolean {
  try {
    const locale = new Intl.Locale(tag);
    return locale.language === language && locale.region !== undefined;
  } catch {
    // Nothing that could be written with.
    return false;
  }
}
