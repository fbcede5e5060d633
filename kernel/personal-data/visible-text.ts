/** Letters that nobody sees: spaces, controls, what Unicode lets a reader ignore, and the empty Braille pattern. */
const SEEN = /[^\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u

/** Where somebody is to say why: a dot, or a row of digits, explains nothing. */
export const LETTERS_THAT_SAY_WHY = 3
const LETTER = String.raw`(?!\p{Default_Ignorable_Code_Point})\p{L}[\s\S]*?`
/** In these scripts two letters are a word already. */
const SYLLABLE = String.raw`(?!\p{Default_Ignorable_Code_Point})(?=\p{L})(?:\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul})[\s\S]*?`
const SAYS_WHY = new RegExp(`(?:${LETTER}){${LETTERS_THAT_SAY_WHY}}|(?:${SYLLABLE}){2}`, 'u')

/** Whether a text says why, as far as that can be told: it holds letters. */
export function saysWhy(text: string | undefined): boolean {
  return text !== undefined && SAYS_WHY.test(text)
}

/** Whether a text holds at least one character that a person can see: what is given as a reason has to say something. */
export function saysSomething(text: string | undefined): boolean {
  return text !== undefined && SEEN.test(text)
}

/** The same two rules for whoever asks whether a text would do: regular expressions with the flag `u`. */
export const SAYS_SOMETHING_PATTERN = SEEN.source
export const SAYS_WHY_PATTERN = SAYS_WHY.source
