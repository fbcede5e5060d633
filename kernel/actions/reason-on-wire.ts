import type { Text } from '../languages/say.ts'
import { SAYS_SOMETHING_PATTERN, SAYS_WHY_PATTERN } from '../personal-data/visible-text.ts'
import type { ReasonCode } from './define-action.ts'

/** A reason code as the API gives it; `note_pattern`, where a note is required: the least that it has to hold. */
export function reasonOnWire({ code, title, noteRequired, noteInWords }: ReasonCode): {
  code: string
  title: Text
  note_required: boolean
  note_pattern?: string
} {
  return {
    ...{ code, title, note_required: noteRequired === true },
    ...(noteRequired ? { note_pattern: noteInWords ? SAYS_WHY_PATTERN : SAYS_SOMETHING_PATTERN } : {}),
  }
}
