import canonicalizeModule from 'canonicalize'

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
