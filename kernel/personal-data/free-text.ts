import { z } from 'zod'

/** Text that a person types: any Unicode but what no store can hold, which is refused rather than changed. */
export function freeText(maxCharacters: number) {
  return z
    .string()
    .max(maxCharacters, `must have at most ${maxCharacters} characters`)
    .refine((text) => !text.includes('\u0000'), 'must not contain the character U+0000')
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode (a surrogate lacks its partner)')
}
