/**
 * What makes one line of text look like several, or be read in another order than it stands: controls, breaks of lines and
 * paragraphs, and marks, embeddings and overrides of direction. Joiners stay: names are written with them.
 */
const NOT_OF_A_LINE = String.raw`[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]`
const ONE = new RegExp(NOT_OF_A_LINE, 'u')
const ALL = new RegExp(`${NOT_OF_A_LINE}+`, 'gu')

/** Whether a text is a single line that reads as it stands. */
export function isOneLine(text: string): boolean {
  return !ONE.test(text)
}

/** The text as a single line that reads as it stands: a blank in the place of what does not belong in one. */
export function asOneLine(text: string): string {
  return isOneLine(text) ? text : text.replace(ALL, ' ').trim()
}
