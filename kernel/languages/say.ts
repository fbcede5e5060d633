import type { WireMoney } from '../money/money.ts'

/**
 * A sentence of ours, told in the language of whoever reads it. Plain JSON: so it is stored, sealed and signed, and no
 * digest depends on a language.
 */
export type Said = {
  /** The English sentence as an ICU message over `{0}`, `{1}`…; what the catalogues of other languages know it by. */
  readonly say: string
  readonly with: readonly SaidValue[]
}

/** Data is the same in every language (a name, an id, what an upstream wrote); what is ours is said. */
export type Text = string | Said

export type SaidValue =
  | Text
  | number
  | WireMoney
  /** A moment, RFC 3339. */
  | { readonly at: string }
  /** A number that always has so many decimals. */
  | { readonly figure: number; readonly decimals: number }
  /** "A, B and C". */
  | readonly SaidValue[]

/** A number on which the words depend. */
type Counted = { readonly count: number; readonly forms: string }

/**
 * say`${amount} is sent back.`: the English stands in the source, and every value in it is told as the reader's language
 * has it. Never put together of parts: what makes one sentence is one template.
 */
export function say(parts: TemplateStringsArray, ...values: readonly (SaidValue | Date | Counted)[]): Said {
  let sentence = parts[0] ?? ''
  values.forEach((value, at) => {
    sentence += isCounted(value) ? `{${at}, plural, ${value.forms}}` : `{${at}}`
    sentence += parts[at + 1] ?? ''
  })
  return { say: sentence, with: values.map(kept) }
}

/**
 * say`It waits for ${counted(n, 'one {# signature} other {# signatures}')}.`
 *
 * @param forms the English plural as ICU has it, a literal
 */
export function counted(count: number, forms: string): Counted {
  return { count, forms }
}

/** Texts one after the other; what stands between them is no word of any language. */
export function together(texts: readonly SaidValue[], between: ' ' | ', ' | '; ' | ' + ' | ' → '): Said {
  return { say: texts.map((_, at) => `{${at}}`).join(between), with: texts }
}

export function isSaid(value: unknown): value is Said {
  if (typeof value !== 'object' || value === null) return false
  const { say, with: values } = value as Partial<Said>
  return typeof say === 'string' && Array.isArray(values) && Object.keys(value).length === 2
}

/** As it stands where only a string can: in a column of text, in the message of an issue. {@link fromWritten} reads it. */
export function written(text: Text): string {
  return typeof text === 'string' ? text : JSON.stringify(text)
}

export function fromWritten(text: string): Text {
  if (!text.startsWith(WRITTEN)) return text
  try {
    const read: unknown = JSON.parse(text)
    return isSaid(read) ? read : text
  } catch {
    return text
  }
}

const WRITTEN = '{"say":'

function isCounted(value: SaidValue | Date | Counted): value is Counted {
  return typeof value === 'object' && 'count' in value
}

function kept(value: SaidValue | Date | Counted): SaidValue {
  if (value instanceof Date) return { at: value.toISOString() }
  return isCounted(value) ? value.count : value
}
