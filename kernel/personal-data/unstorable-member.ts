import { unstorableText } from '../audit/storable-text.ts'
import { type Said, say } from '../languages/say.ts'

/** Nothing that is declared comes near it; what is deeper is meant to exhaust whoever walks through it. */
export const JSON_DEPTH_MAX = 64
/** Of a place in a body, in an answer: names of members may be of any length. */
const PLACE_MAX_CHARACTERS = 200

type Problem = { readonly field: string; readonly message: Said }

/**
 * The first member that cannot be kept as it is, by its path: text that no store can hold, a number that is not finite
 * (JSON's `1e400`, RFC 8259 §6), lists and objects nested more than {@link JSON_DEPTH_MAX} deep.
 */
export function unstorableMember(value: unknown, path: string, depth = 0): Problem | undefined {
  if (typeof value === 'string') {
    const unstorable = unstorableText(value)
    return unstorable === undefined ? undefined : problemAt(path, unstorable)
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : problemAt(path, say`must be a number that can be held`)
  }
  if (value === null || typeof value !== 'object') return undefined
  if (depth >= JSON_DEPTH_MAX)
    return problemAt(path, say`must not be nested more than ${JSON_DEPTH_MAX} levels deep`)
  for (const [name, member] of Object.entries(value)) {
    if (unstorableText(name) !== undefined) return problemAt(path, say`has a member whose name is not text`)
    const found = unstorableMember(member, path === '' ? name : `${path}.${name}`, depth + 1)
    if (found) return found
  }
  return undefined
}

function problemAt(path: string, message: Said): Problem {
  return { field: placeOf(path), message }
}

function placeOf(path: string): string {
  if (path === '') return 'body'
  return path.length > PLACE_MAX_CHARACTERS ? `${path.slice(0, PLACE_MAX_CHARACTERS)}…` : path
}
