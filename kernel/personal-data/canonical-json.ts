import { createHash } from 'node:crypto'

/** A value that JSON can hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json | undefined }

/**
 * RFC 8785 canonical JSON: the same value always gives the same bytes, whatever the order of its members. Numbers and
 * strings are ECMAScript's own serialisation, as the RFC has it; members are sorted by UTF-16 code units.
 * @throws Error on text with a lone surrogate, which UTF-8 cannot carry, and on numbers that JSON has no form for
 */
export function canonicalBytes(value: Json): Buffer {
  const text = canonicalText(value)
  if (!text.isWellFormed()) throw new Error('text with a lone surrogate has no canonical form')
  return Buffer.from(text, 'utf8')
}

function canonicalText(value: Json): string {
  if (value === null || typeof value !== 'object') {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${value} has no form in JSON`)
    // JSON.stringify writes a lone surrogate as an escape; keep it, so that the check above sees it.
    if (typeof value === 'string' && !value.isWellFormed()) return value
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonicalText).join(',')}]`
  const members = Object.entries(value as { readonly [name: string]: Json | undefined })
    .filter((entry): entry is [string, Json] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`)
  return `{${members.join(',')}}`
}

export function sha256(...parts: readonly (Buffer | string)[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
