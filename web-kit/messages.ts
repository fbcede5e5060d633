import i18next, { type i18n } from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'

/** Texts of one package in one language, by message id. Plurals carry i18next's suffixes (`_one`, `_other`). */
export type Catalogue = Record<string, string>

/** Where a package keeps its texts, by language; English is always there. */
export type MessageSource = { en: () => Promise<{ default: Catalogue }> } & Partial<
  Record<string, () => Promise<{ default: Catalogue }>>
>

const NAMESPACE = 'app'
const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur'])

/** Starts the catalogue of texts with what the first screen needs. */
export function startMessages(language: string, catalogue: Catalogue): i18n {
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: { [language]: { [NAMESPACE]: catalogue } },
    ns: [NAMESPACE],
    defaultNS: NAMESPACE,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
    initAsync: false,
  })
  return i18next
}

/** Adds a package's texts in the language in use. */
export async function loadMessages(source: MessageSource): Promise<void> {
  const language = i18next.language
  const load = source[language] ?? source.en
  const loaded = await load()
  i18next.addResourceBundle(language, NAMESPACE, loaded.default, true, true)
}

/** Merges the catalogues that lie beside components into one. */
export function mergeCatalogues(found: Record<string, Catalogue>): Catalogue {
  return Object.assign({}, ...Object.values(found))
}

export function directionOf(language: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(language.split('-')[0] ?? '') ? 'rtl' : 'ltr'
}

export type Translate = (id: string, values?: Record<string, unknown>) => string

/** The texts of the language in use. */
export function useText(): Translate {
  const { t } = useTranslation()
  return t as Translate
}

/** The BCP 47 tag that `Intl` formats with. */
export function useLanguage(): string {
  return useTranslation().i18n.language
}
