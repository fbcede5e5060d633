import type { EntryAlias, EntryIdentifiers, Span } from './list-entry.ts'

/**
 * What OFAC writes in the column of remarks: identifiers and weak aliases (those in quotes), each after a word that names it, separated
 * by semicolons. What is not understood stays in the remarks.
 * Source: OFAC, "SDN data formats", sdn.csv, column SDN_Remarks.
 */
export function readRemarks(remarks: string | null): {
  identifiers: EntryIdentifiers
  aliases: EntryAlias[]
} {
  const born: Span[] = []
  const places: string[] = []
  const nationalities: string[] = []
  const passports: string[] = []
  const aliases: EntryAlias[] = []
  for (const part of (remarks ?? '').split(';')) {
    const text = part
      .trim()
      .replace(/\.$/, '')
      .replace(/^alt\. /, '')
    const alias = /^([afn])\.k\.a\. '(.+)'$/.exec(text)
    if (alias?.[2] !== undefined) {
      aliases.push({ name: alias[2], as: AS[alias[1] ?? 'a'] ?? 'aka', weak: true })
    } else if (text.startsWith('DOB ')) {
      const span = readSpan(text.slice(4))
      if (span) born.push(span)
    } else if (text.startsWith('POB ')) {
      places.push(text.slice(4))
    } else if (/^(?:nationality|citizen) /.test(text)) {
      nationalities.push(text.slice(text.indexOf(' ') + 1))
    } else if (text.startsWith('Passport ')) {
      const number = /^Passport (.+?)(?: \(.*| issued .*| expires .*)?$/.exec(text)?.[1]
      if (number !== undefined) passports.push(number)
    }
  }
  return { identifiers: { born, places, nationalities, passports }, aliases }
}

const AS: Readonly<Record<string, EntryAlias['as']>> = { a: 'aka', f: 'fka', n: 'nka' }
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** How far from a year "circa" reaches. */
const CIRCA_YEARS = 2

/** `14 Jun 1975`, `Jun 1975`, `1975`, `1960 to 1965`, `circa 1960`. */
function readSpan(text: string): Span | undefined {
  const circa = text.startsWith('circa ')
  const [first, last] = text.replace(/^circa /, '').split(/ to |-/)
  const from = readDate(first ?? '')
  const to = last === undefined ? from : readDate(last)
  if (!from || !to) return undefined
  if (!circa) return { from: from.from, to: to.to }
  return { from: shifted(from.from, -CIRCA_YEARS), to: shifted(to.to, CIRCA_YEARS) }
}

function readDate(text: string): Span | undefined {
  const [, day, month, year] = /^(?:(?:(\d{1,2}) )?([A-Z][a-z]{2}) )?(\d{4})$/.exec(text.trim()) ?? []
  if (year === undefined) return undefined
  if (month === undefined) return yearSpan(year)
  const number = MONTHS.indexOf(month.toLowerCase()) + 1
  if (number === 0) return undefined
  const prefix = `${year}-${String(number).padStart(2, '0')}`
  if (day !== undefined)
    return { from: `${prefix}-${day.padStart(2, '0')}`, to: `${prefix}-${day.padStart(2, '0')}` }
  return { from: `${prefix}-01`, to: `${prefix}-${lastDay(Number(year), number)}` }
}

const lastDay = (year: number, month: number) => String(new Date(Date.UTC(year, month, 0)).getUTCDate())

export const yearSpan = (year: string): Span => ({ from: `${year}-01-01`, to: `${year}-12-31` })

const shifted = (day: string, years: number) => `${Number(day.slice(0, 4)) + years}${day.slice(4)}`
