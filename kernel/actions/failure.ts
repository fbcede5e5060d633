import { say, type Text } from '../languages/say.ts'

/** What is wrong with one field of a request, and what is allowed there. */
export type FieldError = {
  /** Path of the member, dotted: `reason.code`, `input.amount`. */
  readonly field: string
  readonly message: Text
  /** The allowed values, where they can be listed. */
  readonly allowed?: readonly string[]
}

/**
 * Why a request was not carried out. A value, not an exception: every caller sees that it can happen. HTTP's status for
 * each kind stands in `http/problem.ts` and nowhere else.
 */
export type Failure = {
  readonly kind:
    | 'unauthenticated'
    | 'forbidden'
    | 'invalid'
    | 'not_found'
    | 'method_not_allowed'
    | 'conflict'
    | 'gone'
    | 'key_reused'
    | 'in_flight'
    | 'too_large'
    | 'unsupported_media_type'
    | 'too_many_requests'
    | 'upstream_unavailable'
    | 'insufficient_storage'
  /** Machine-readable, stable: `transfer_not_settled`. */
  readonly code: string
  /** For a person: what happened, to what, what to do. */
  readonly message: Text
  /** What `message` says where a contract has a sentence of its own beside `error`; absent: the same. */
  readonly explanation?: Text
  /** Whoever asked for it reached for what they must never have: recorded as a security event. */
  readonly breach?: true
  readonly fields?: readonly FieldError[]
  readonly retryAfterS?: number
  /** A refusal that was decided and recorded earlier, under the same idempotency key. */
  readonly replayed?: boolean
  /** What was caught that led to it: logged, and sent to nobody. */
  readonly cause?: unknown
  /** Further members of the problem document. */
  readonly extra?: Readonly<Record<string, unknown>>
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure }

export function ok<T>(value: T): Result<T> {
  return { ok: true, value }
}

export function fail(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure }
}

export function invalid(...fields: readonly FieldError[]): Failure {
  const first = fields[0]
  return {
    kind: 'invalid',
    code: 'invalid_request',
    message: first ? say`${first.field}: ${first.message}` : say`The request is not valid.`,
    fields,
  }
}
