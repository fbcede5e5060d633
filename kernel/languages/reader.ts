/** The languages that everything is written in. English is the one of the source. */
export const LANGUAGES = ['en', 'fr', 'ar'] as const
export type Language = (typeof LANGUAGES)[number]

/** For whom a sentence is told. */
export type Reader = {
  readonly language: Language
  /** IANA name of the zone in which moments are told; absent: UTC, and for programs RFC 3339. */
  readonly timeZone?: string | undefined
}

/** Who asks for nothing: programs, logs, the published contract. */
export const ENGLISH: Reader = { language: 'en' }

/**
 * For whom a request is answered: `Accept-Language` (RFC 9110 §12.5.4, matched by RFC 4647 §3.4 lookup) and `Time-Zone`.
 * What is not understood counts for nothing.
 *
 * @param own what is known of whoever asks, where the request leaves it open
 */
export function readerOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  own?: string | null | undefined,
): Reader {
  return {
    language: languageAsked(String(headers['accept-language'] ?? '*'), own),
    timeZone: zoneOf(headers['time-zone']),
  }
}

/** The language that a tag names: `fr-CA` is French. English for what is none of ours. */
export function languageOf(tag: string | null | undefined): Language {
  return (tag && languageIn(tag.toLowerCase())) || 'en'
}

function languageAsked(accepted: string, own: string | null | undefined): Language {
  const ranges = accepted
    .slice(0, ACCEPTED_MAX_CHARACTERS)
    .split(',')
    .flatMap((part) => {
      const [, range, weight] = RANGE.exec(part.trim()) ?? []
      return range === undefined ? [] : [{ range: range.toLowerCase(), weight: Number(weight ?? 1) }]
    })
  const refused = new Set(ranges.filter(({ weight }) => weight === 0).map(({ range }) => range))
  const wanted = ranges.filter(({ weight }) => weight > 0).sort((one, other) => other.weight - one.weight)
  for (const { range } of wanted) {
    const known = range === '*' ? [languageOf(own), ...LANGUAGES] : [languageIn(range)]
    const found = known.find((language) => language !== undefined && !refused.has(language))
    if (found !== undefined) return found
  }
  return 'en'
}

/** `fr-CA` is answered in French: a range is cut short from its end until there is such a language. */
function languageIn(range: string): Language | undefined {
  const primary = range.split('-')[0]
  return LANGUAGES.find((each) => each === primary)
}

/** There are some 600 names; what is none is never kept. */
const zones = new Map<string, string>()

export function zoneOf(name: string | string[] | undefined): string | undefined {
  if (typeof name !== 'string' || !ZONE.test(name)) return undefined
  let zone = zones.get(name)
  if (zone !== undefined) return zone
  try {
    zone = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
  if (zones.size < ZONES_MAX) zones.set(name, zone)
  return zone
}

const ACCEPTED_MAX_CHARACTERS = 512
const RANGE = /^(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)(?:\s*;\s*q=([01](?:\.\d{0,3})?))?$/i
const ZONE = /^[A-Za-z0-9_+\-/]{1,64}$/
const ZONES_MAX = 1_000
