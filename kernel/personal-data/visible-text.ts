/** Letters that nobody sees: spaces, controls, what Unicode lets a reader ignore, and the empty Braille pattern. */
const SEEN = /[^\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u

/** Whether a text holds at least one character that a person can see: what is given as a reason has to say something. */
export function saysSomething(text: string | undefined): boolean {
  return text !== undefined && SEEN.test(text)
}
