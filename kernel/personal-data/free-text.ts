import { z } from 'zod'
import { say, written } from '../languages/say.ts'

/** Text that a person types: any Unicode but what no store can hold, which is refused rather than changed. */
export function freeText(maxCharacters: number) {
  return z
    .string()
    .max(maxCharacters, written(say`must have at most ${maxCharacters} characters`))
    .refine((text) => !text.includes('\u0000'), written(say`must not contain the character U+0000`))
    .refine(
      (text) => text.isWellFormed(),
      written(say`must be well-formed Unicode (a surrogate lacks its partner)`),
    )
}
