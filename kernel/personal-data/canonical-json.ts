import { createHash } from 'node:crypto'
import canonicalizeModule from 'canonicalize'

/** A value that JSON can hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json | undefined }

// The package exports the function itself but declares it as a default export of an ES module.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined

/**
 * RFC 8785 (JCS) text of a JSON value: sorted members, no white space, shortest numbers.
 *
 * @throws Error when the value has no JSON form (undefined, a function, a number that is not finite)
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new Error('A value without a JSON form cannot be canonicalized.')
  return text
}

/**
 * The same value always gives the same bytes, whatever the order of its members.
 * @throws Error on text with a lone surrogate, which UTF-8 cannot carry
 */
export function canonicalBytes(value: Json): Buffer {
  const text = canonicalJson(value)
  // JSON writes a lone surrogate as an escape of its own, so it is looked for there as well.
  if (!text.isWellFormed() || /(?<!\\)(?:\\\\)*\\ud[89a-f][0-9a-f]{2}/i.test(text)) {
    throw new Error('text with a lone surrogate has no canonical form')
  }
  return Buffer.from(text, 'utf8')
}

export function sha256(...parts: readonly (Buffer | string)[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
