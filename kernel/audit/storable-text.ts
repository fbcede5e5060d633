import { type Said, say } from '../languages/say.ts'

/**
 * Why a text cannot be kept as evidence, or undefined when it can. PostgreSQL holds U+0000 in no text, and a lone
 * surrogate has no UTF-8 form, so its bytes could not be hashed and shown alike.
 */
export function unstorableText(value: string): Said | undefined {
  if (value.includes('\u0000')) return say`must not contain the character U+0000`
  if (!value.isWellFormed()) return say`must be well-formed Unicode (a surrogate lacks its partner)`
  return undefined
}
