import { say, written } from '../languages/say.ts'
import { freeText } from '../personal-data/free-text.ts'
import { saysSomething } from '../personal-data/visible-text.ts'

/** Longest note, in UTF-16 code units. */
export const NOTE_TEXT_MAX_CHARACTERS = 4_000
/** People that one note can mention. */
export const MENTIONS_MAX_PEOPLE = 20

/** A note as a person types it: any Unicode that a store can hold, given back byte for byte; not blank. */
export const noteText = freeText(NOTE_TEXT_MAX_CHARACTERS).refine(
  saysSomething,
  written(say`must not be blank`),
)
