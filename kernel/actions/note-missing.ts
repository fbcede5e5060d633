import { say } from '../languages/say.ts'
import { LETTERS_THAT_SAY_WHY, saysSomething, saysWhy } from '../personal-data/visible-text.ts'
import type { ReasonCode } from './define-action.ts'
import { type Failure, invalid } from './failure.ts'

/**
 * Of a reason that asks for a note: that there is none, or that it says nothing.
 *
 * @param writing it is not given yet: a preview is of what has been written so far, and its first letter is no word
 */
export function noteMissing(
  { code, noteRequired, noteInWords }: ReasonCode,
  note: string | undefined,
  writing = false,
): Failure | undefined {
  if (!noteRequired || (noteInWords && !writing ? saysWhy(note) : saysSomething(note))) return undefined
  const field = 'reason.note'
  if (!noteInWords) return invalid({ field, message: say`a note is required with the code "${code}"` })
  return invalid({
    field,
    message: say`a note is required with the code "${code}": words that say why, of at least ${LETTERS_THAT_SAY_WHY} letters`,
  })
}
