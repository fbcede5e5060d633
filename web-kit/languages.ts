/** The languages that texts are written in; the first stands in the sources. */
export const languages = ['en', 'fr', 'ar'] as const

export type Language = (typeof languages)[number]

/** What each calls itself: whoever looks for theirs may read no other. */
export const LANGUAGE_NAMES: Record<Language, string> = {
  en: 'English',
  fr: 'Français',
  ar: 'العربية',
}

const rightToLeft: ReadonlySet<Language> = new Set(['ar'])

export function directionOf(language: Language): 'ltr' | 'rtl' {
  return rightToLeft.has(language) ? 'rtl' : 'ltr'
}

/**
 * The tag that `Intl` formats with. Arabic takes Latin digits: amounts, identifiers and times are compared with bank files
 * and with other people's screens.
 */
export function formatTag(language: Language): string {
  return language === 'ar' ? 'ar-u-nu-latn' : language
}

/**
 * The language to show: the person's own choice, else what the identity provider names, else the first of the browser's
 * that texts are written in, else English. A region does not matter: `fr-CA` is French.
 */
export function chooseLanguage({
  chosen,
  claimed,
  browser,
}: {
  chosen: string
  claimed: string | null
  browser: readonly string[]
}): Language {
  for (const tag of [chosen, claimed ?? '', ...browser]) {
    const found = writtenLanguage(tag)
    if (found !== undefined) return found
  }
  return 'en'
}

/** The language of a BCP 47 tag that texts are written in, if they are. */
export function writtenLanguage(tag: string): Language | undefined {
  const primary = tag.toLowerCase().split(/[-_]/)[0]
  return languages.find((one) => one === primary)
}
