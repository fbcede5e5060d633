import type { BoundAction } from '../console.ts'
import type { RequestOrigin } from '../identity/principal.ts'

/**
 * The input with the address that it is asked from, where the action takes that (`askedFrom`). What the caller says of it counts for
 * nothing. What is no object is left as it is: the schema refuses it.
 */
export function withAskedFrom(
  { askedFrom }: Pick<BoundAction, 'askedFrom'>,
  input: unknown,
  { ip }: Pick<RequestOrigin, 'ip'>,
): unknown {
  if (askedFrom === undefined) return input
  const given = input ?? {}
  return typeof given === 'object' ? { ...given, [askedFrom]: ip } : input
}
