/** As much of a sentence as is kept with a refusal. */
export const REFUSAL_MAX_CHARACTERS = 300

/** All that is quoted, as JSON quotes it: taken in order, so that no closing quote is taken for an opening one. */
const QUOTED = /"(?:[^"\\]|\\.)*"/g
/** A code, a digit, a letter, with its quotes: what is longer could be somebody's name. */
const QUOTE_MAX_CHARACTERS = 5
const XML_FAULT = /^(The XML is not well-formed: [^:]*):.*$/s

/**
 * What is wrong with a file, as it is kept with the refusal: our own sentence without what it quotes of the file. The
 * command line, where the file is at hand, says it in full.
 */
export function refusalWords(message: string): string {
  const said = message
    .replace(XML_FAULT, '$1.')
    .replaceAll(QUOTED, (quote) => (quote.length > QUOTE_MAX_CHARACTERS ? '…' : quote))
    .toWellFormed()
  return said.length <= REFUSAL_MAX_CHARACTERS ? said : `${said.slice(0, REFUSAL_MAX_CHARACTERS - 1)}…`
}
