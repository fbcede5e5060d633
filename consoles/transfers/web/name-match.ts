/** A piece of a name and how it compares with the other: the same letters, close to some word, or nothing like it. */
export type NamePart = { text: string; match: 'same' | 'close' | 'none' }

/** Two words are close when at most this share of the longer would have to change. */
const CLOSE_AT_MOST = 0.45

/**
 * Marks the words of `name` by how they compare with the words of `other`, whatever their order, case and accents. Only
 * to guide the eye: the score is the screening's own.
 */
export function markName(name: string, other: string): NamePart[] {
  const words = wordsOf(other)
  return name
    .split(/([\s,\-–]+)/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const word = folded(piece)
      if (word === '') return { text: piece, match: 'none' }
      const nearest = Math.min(
        ...words.map((candidate) => distance(word, candidate) / Math.max(word.length, candidate.length)),
      )
      return { text: piece, match: nearest === 0 ? 'same' : nearest <= CLOSE_AT_MOST ? 'close' : 'none' }
    })
}

function wordsOf(name: string): string[] {
  return name
    .split(/[\s,\-–]+/)
    .map(folded)
    .filter(Boolean)
}

function folded(word: string): string {
  return word
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

/** Levenshtein's distance: how many letters differ, are missing or are too many. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
