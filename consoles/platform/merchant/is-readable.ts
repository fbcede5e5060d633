// UTR 36 §2.6: what turns the direction of text makes one name look like another; a line break makes two lines of one.
const NOT_OF_A_NAME = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u
const SEEN = /[^\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u

/** Whether a name shows, on one line, as what it is. */
export function isReadable(name: string): boolean {
  return SEEN.test(name) && !NOT_OF_A_NAME.test(name)
}
