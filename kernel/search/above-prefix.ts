/** The highest character: a beginning followed by anything sorts below the beginning followed by it. */
const LAST_CHARACTER = '\u{10FFFF}'

/** A text above every text that begins so, byte by byte: the end of a range in an index. */
export function abovePrefix(beginning: string): string {
  return `${beginning}${LAST_CHARACTER}`
}
