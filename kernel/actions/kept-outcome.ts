import type { Json } from '../personal-data/canonical-json.ts'
import { unstorableMember } from '../personal-data/unstorable-member.ts'

/** Longest text of an upstream that is kept with an outcome. */
export const SAID_MAX_CHARACTERS = 2_000
/** Longest detail of a success that is kept, as JSON. */
const DETAIL_MAX_CHARACTERS = 8_192
/** A code is a name, never a sentence: it stands where nothing personal may. */
export const CODE_GRAMMAR = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/
export const CODE_MAX_CHARACTERS = 64

/** The code as it may stand in the log; `unreadable_code` where it is none. */
export function keptCode(code: string): string {
  return code.length <= CODE_MAX_CHARACTERS && CODE_GRAMMAR.test(code) ? code : 'unreadable_code'
}

/** A text from elsewhere, in a form that every store can hold: cut, without U+0000, every surrogate with its partner. */
export function keptText(text: string, maxCharacters = SAID_MAX_CHARACTERS): string {
  return text.slice(0, maxCharacters).replaceAll('\u0000', '\u{fffd}').toWellFormed()
}

/** What a connector keeps of a success, or a word on why nothing of it could be kept: the success counts either way. */
export function keptDetail(detail: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  if (unstorableMember(detail, 'detail')) return { left_out: 'not_storable' }
  return JSON.stringify(detail).length > DETAIL_MAX_CHARACTERS ? { left_out: 'too_long' } : detail
}
