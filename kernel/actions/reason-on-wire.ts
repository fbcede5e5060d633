import type { Text } from '../languages/say.ts'
import type { ReasonCode } from './define-action.ts'

/** A reason code as the API gives it: `{code, title, note_required}`. */
export function reasonOnWire({ code, title, noteRequired }: ReasonCode): {
  code: string
  title: Text
  note_required: boolean
} {
  return { code, title, note_required: noteRequired === true }
}
