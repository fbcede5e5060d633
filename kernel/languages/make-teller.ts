import { IntlMessageFormat } from 'intl-messageformat'
import { moneyText, type WireMoney } from '../money/money.ts'
import { asOneLine } from './one-line.ts'
import { ENGLISH, type Language, type Reader } from './reader.ts'
import { isSaid, type SaidValue, type Text } from './say.ts'

/** What a sentence is called in another language: ICU messages by their English. */
export type Catalogue = Readonly<Record<string, string>>
export type Catalogues = Readonly<Record<Exclude<Language, 'en'>, Catalogue>>

/** Tells what is said in the language of whoever reads it. */
export type Teller = {
  readonly tell: (text: Text, reader: Reader) => string
  /** JSON of a value, with everything that is said in it told. */
  readonly json: (value: unknown, reader: Reader) => string
  /** The same of what is JSON already; as it is where nothing is said in it. */
  readonly retell: (json: string, reader: Reader) => string
}

/** @throws Error where two catalogues tell the same sentence in two ways */
export function makeTeller(all: readonly Catalogues[]): Teller {
  const catalogues = { fr: merged(all.map(({ fr }) => fr)), ar: merged(all.map(({ ar }) => ar)) }
  const formats = new Map<string, IntlMessageFormat>()

  function tell(text: Text, reader: Reader): string {
    if (typeof text === 'string') return text
    const { language } = reader
    const translated = language === 'en' ? undefined : catalogues[language].get(text.say)
    // Most of what is said has no value, and little of it depends on a number: a catalogue of codes, a page of titles.
    if (text.with.length === 0 && !MESSAGE.test(translated ?? text.say)) return translated ?? text.say
    const values = text.with.map((value) => endMarked(valueIn(value, reader)))
    if (translated === undefined && !PLURAL.test(text.say)) {
      return endedOnce(filled(inRow(text.say, language), values))
    }
    try {
      const format = formatOf(translated ?? text.say, translated === undefined ? 'en' : language)
      return endedOnce(String(format.format(Object.fromEntries(values.entries()))))
    } catch {
      // No sentence of ours: stored by somebody else, who left out a value or wrote no ICU message.
      return endedOnce(filled(text.say, values))
    }
  }

  function formatOf(message: string, language: Language): IntlMessageFormat {
    const key = `${language}\0${message}`
    const known = formats.get(key)
    if (known !== undefined) return known
    const format = new IntlMessageFormat(message, TAGS[language], undefined, { ignoreTag: true })
    if (formats.size < FORMATS_MAX) formats.set(key, format)
    return format
  }

  function valueIn(value: SaidValue, reader: Reader): string | number {
    if (typeof value === 'number') return value
    // Names come from elsewhere: none of them may add a sentence of its own to this one, or turn it round.
    if (typeof value === 'string') return apart(asOneLine(value), reader)
    if (isSaid(value)) return tell(value, reader)
    if (Array.isArray(value)) {
      const parts = value.map((each: SaidValue) => String(valueIn(each, reader)))
      return listFormat(reader.language).format(parts)
    }
    if (isMoment(value)) return apart(momentIn(value.at, reader), reader)
    if (isFigure(value)) return decimalsFormat(value.decimals, reader.language).format(value.figure)
    // What was stored elsewhere can be of any shape.
    return isMoney(value) ? apart(moneyIn(value, reader), reader) : ''
  }

  const told = (value: unknown, reader: Reader) =>
    JSON.stringify(value, (_name, member: unknown) => (isSaid(member) ? tell(member, reader) : member))

  return {
    tell,
    json(value, reader) {
      const text = JSON.stringify(value)
      return SAYS.test(text) ? told(value, reader) : text
    },
    retell: (text, reader) => (SAYS.test(text) ? told(JSON.parse(text), reader) : text),
  }
}

const untranslated = makeTeller([])

/** For logs, entries and files that are the same for everybody; and for what asks for no language. */
export function english(text: Text): string {
  return untranslated.tell(text, ENGLISH)
}

const FORMATS_MAX = 10_000
/** What ICU reads otherwise than it stands. */
const MESSAGE = /['{}]/
/** What `together` makes. */
const ROW = /^\{\d+\}(?:(?:, |; )\{\d+\})+$/
const END_MARK = '\ue000'
const DOTTED = /\.\u2069?$/
const PLURAL = /\{\d+, plural,/
/** JSON as we write it, and as PostgreSQL does. */
const SAYS = /"say": ?"/
/** Latin digits everywhere: people compare them with the files of banks. */
const TAGS: Readonly<Record<Language, string>> = { en: 'en', fr: 'fr', ar: 'ar-u-nu-latn' }

function merged(all: readonly Catalogue[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  for (const [english, told] of all.flatMap((catalogue) => Object.entries(catalogue))) {
    const before = map.get(english)
    if (before !== undefined && before !== told)
      throw new Error(`"${english}" is told as "${before}" and as "${told}"`)
    map.set(english, told)
  }
  return map
}

/** Values one after the other, with the commas of the language. */
function inRow(sentence: string, language: Language): string {
  if (language !== 'ar' || !ROW.test(sentence)) return sentence
  return sentence.replaceAll(', ', '\u060c ').replaceAll('; ', '\u061b ')
}

function filled(sentence: string, values: readonly (string | number)[]): string {
  return sentence.replace(/\{(\d+)\}/g, (_, at: string) => String(values[Number(at)] ?? ''))
}

/** Marks the end of a value that ends with a dot of its own. A character that nothing may bring along. */
function endMarked(value: string | number): string | number {
  if (typeof value === 'number') return value
  const plain = value.replaceAll(END_MARK, '')
  return DOTTED.test(plain) ? `${plain}${END_MARK}` : plain
}

/** A name that ends with a dot of its own ("Gulf Pearl Trading W.L.L.") ends the sentence with it. */
function endedOnce(told: string): string {
  return told.replaceAll(`${END_MARK}.`, '').replaceAll(END_MARK, '')
}

/** Within Arabic a value keeps the direction of its own: an identifier or an amount is not turned around. */
function apart(value: string, { language }: Reader): string {
  return language === 'ar' && value !== '' ? `\u2068${value}\u2069` : value
}

function isMoment(value: unknown): value is { readonly at: string } {
  return typeof (value as { at?: unknown } | null)?.at === 'string'
}

function isFigure(value: unknown): value is { readonly figure: number; readonly decimals: number } {
  const { figure, decimals } = (value ?? {}) as { figure?: unknown; decimals?: unknown }
  return (
    typeof figure === 'number' && typeof decimals === 'number' && decimals >= 0 && decimals <= DECIMALS_MAX
  )
}

function isMoney(value: unknown): value is WireMoney {
  const { amount, currency } = (value ?? {}) as Partial<WireMoney>
  return typeof amount === 'string' && typeof currency === 'string'
}

const lists = new Map<Language, Intl.ListFormat>()

function listFormat(language: Language): Intl.ListFormat {
  let format = lists.get(language)
  if (format === undefined) {
    // "A, B and C": the English of the source has no comma before the last.
    format = new Intl.ListFormat(language === 'en' ? 'en-GB' : TAGS[language], { type: 'conjunction' })
    lists.set(language, format)
  }
  return format
}

const moments = new Map<string, Intl.DateTimeFormat>()

/** As the screens write it, zone named. Who names neither a language nor a zone is a program, and gets RFC 3339. */
function momentIn(at: string, { language, timeZone }: Reader): string {
  const moment = new Date(at)
  if (Number.isNaN(moment.getTime())) return at
  if (language === 'en' && timeZone === undefined) return moment.toISOString()
  const key = `${language} ${timeZone}`
  let format = moments.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(TAGS[language], {
      dateStyle: 'medium',
      timeStyle: 'long',
      hourCycle: 'h23',
      timeZone: timeZone ?? 'UTC',
    })
    moments.set(key, format)
  }
  return format.format(moment)
}

/** More than any figure of a sentence has. */
const DECIMALS_MAX = 10
const DECIMAL = /^-?\d+(\.\d+)?$/
const decimals = new Map<string, Intl.NumberFormat>()

/** The amount as the decimal string that it is, never by way of a float; and the code of its currency. */
function moneyIn(money: WireMoney, { language }: Reader): string {
  if (language === 'en' || !DECIMAL.test(money.amount)) return moneyText(money)
  const digits = money.amount.split('.')[1]?.length ?? 0
  const amount = decimalsFormat(digits, language)
    .format(money.amount as Intl.StringNumericLiteral)
    .replace('-', '\u2212')
  return `${amount}\u00a0${money.currency}`
}

function decimalsFormat(digits: number, language: Language): Intl.NumberFormat {
  const key = `${language} ${digits}`
  let format = decimals.get(key)
  if (format === undefined) {
    format = new Intl.NumberFormat(TAGS[language], {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    })
    decimals.set(key, format)
  }
  return format
}
