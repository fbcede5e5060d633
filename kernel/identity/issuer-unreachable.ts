import type { Failure } from '../actions/failure.ts'
import { say } from '../languages/say.ts'

const RETRY_AFTER_S = 5

/**
 * Nobody is let in, and nothing is refused for good, on account of an identity provider that does not answer.
 *
 * @param cause why it does not: for whoever operates the server, who finds it in its log; never for the caller
 */
export function issuerUnreachable(cause: unknown): Failure {
  return {
    kind: 'upstream_unavailable',
    code: 'issuer_unreachable',
    message: say`The identity provider cannot be reached. Try again shortly.`,
    retryAfterS: RETRY_AFTER_S,
    cause,
  }
}
