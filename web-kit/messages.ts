import i18next, { type i18n } from 'i18next'
import { useSyncExternalStore } from 'react'
import { directionOf, formatTag, type Language } from './languages.ts'
import { numberFormat } from './number-format.ts'

/** Texts of one package in one language, by message id. Plurals carry i18next's suffixes (`_one`, `_other`). */
export type Catalogue = Record<string, string>

/** Where a package keeps its texts, by language: each a chunk of its own. */
export type MessageSource = Record<Language, () => Promise<{ default: Catalogue }>>

const NAMESPACE = 'app'
/** First strong isolate, and its end: what is between has the direction of its own first letter. */
const ISOLATE = '\u2068'
const END_OF_ISOLATE = '\u2069'
/** A letter from right to left that is not seen. */
const MARK = '\u200f'

/** Of everything that is loaded; a change of language loads them all. */
const sources = new Set<MessageSource>()
let wanted: Language = 'en'
let changing: Promise<unknown> = Promise.resolve()

/** Starts with the given texts: what the first screen needs. */
export function startMessages(language: Language, catalogue: Catalogue): i18n {
  wanted = language
  void i18next.init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { [NAMESPACE]: catalogue } },
    ns: [NAMESPACE],
    defaultNS: NAMESPACE,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { useRawValueToEscape: true, escape: (value: unknown) => written(value) },
    initAsync: false,
  })
  return i18next
}

/** Within letters that run from right to left, what is between keeps the direction of its own first letter. */
export function isolate(text: string): string {
  return runsLeft() ? `${ISOLATE}${text}${END_OF_ISOLATE}` : text
}

/** Where letters run from right to left, a line that begins with a Latin name still does. */
export function leading(text: string): string {
  return text !== '' && runsLeft() ? `${MARK}${text}` : text
}

function runsLeft(): boolean {
  return directionOf(i18next.language as Language) === 'rtl'
}

/** What a text is given, as its language writes it: numbers in its way, names and codes apart from letters that run against theirs. */
function written(value: unknown): string {
  if (typeof value !== 'number') return isolate(String(value))
  return isolate(numberFormat(formatTag(i18next.language as Language)).format(value))
}

/** Adds a package's texts in the language in use, and from then on in each that is changed to. */
export async function loadMessages(source: MessageSource): Promise<void> {
  let loaded: Language
  do {
    loaded = wanted
    await load(source, loaded)
  } while (loaded !== wanted)
  // Not before its texts have come: what failed is asked for anew by whoever needs it, and keeps no change of language from being made.
  sources.add(source)
  await changing
}

/** Shows everything in another language once its texts are here. The last one asked for holds. */
export function changeLanguage(language: Language): Promise<void> {
  wanted = language
  const change = Promise.all([...sources].map((source) => load(source, language))).then(
    async () => {
      if (wanted === language) await i18next.changeLanguage(language)
    },
    (error: unknown) => {
      if (wanted === language) wanted = i18next.language as Language
      throw error
    },
  )
  changing = change.catch(() => undefined)
  return change
}

async function load(source: MessageSource, language: Language): Promise<void> {
  const { default: texts } = await source[language]()
  // While something is being made its English will do; a build that lacks a text fails (apps/web/catalogue-faults.ts).
  const english = import.meta.env.DEV && language !== 'en' ? (await source.en()).default : {}
  i18next.addResourceBundle(language, NAMESPACE, { ...english, ...texts }, true, true)
}

/** Merges the catalogues that lie beside components into one. */
export function mergeCatalogues(found: Record<string, Catalogue>): Catalogue {
  return Object.assign({}, ...Object.values(found))
}

export type Translate = (id: string, values?: Record<string, unknown>) => string

const tellers = new Map<string, Translate>()

function tellerOf(language: string): Translate {
  const teller = tellers.get(language) ?? (i18next.getFixedT(language) as Translate)
  tellers.set(language, teller)
  return teller
}

const readers = new Set<() => void>()
i18next.on('languageChanged', () => {
  for (const heard of [...readers]) heard()
})

function onChange(heard: () => void): () => void {
  readers.add(heard)
  return () => readers.delete(heard)
}

const languageNow = () => i18next.language

// Not by react-i18next, whose hook copies the whole of i18next for each component: a row of a list has a dozen of them.
/** The texts of the language in use. */
export function useText(): Translate {
  return tellerOf(useSyncExternalStore(onChange, languageNow))
}

/** The BCP 47 tag that `Intl` formats with, in the language in use. */
export function useLanguage(): string {
  return formatTag(useSyncExternalStore(onChange, languageNow) as Language)
}
