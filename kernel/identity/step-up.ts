import type { Failure } from '../actions/failure.ts'
import { english } from '../languages/make-teller.ts'
import { type Said, say } from '../languages/say.ts'
import type { Principal } from './principal.ts'

/**
 * Whether this person has proved who they are recently enough.
 *
 * @param maxAgeS undefined: it is not asked for
 * @returns the challenge of RFC 9470 §3, 401 with `insufficient_user_authentication` and `max_age`; undefined where it
 *   is fresh enough. A time that nobody knows is not.
 */
export function stepUpChallenge(
  principal: Principal,
  maxAgeS: number | undefined,
  now: Date,
): Failure | undefined {
  if (maxAgeS === undefined) return undefined
  const { authenticatedAt } = principal.credential
  if (authenticatedAt && now.getTime() - authenticatedAt.getTime() <= maxAgeS * 1000) return undefined
  const message = say`This needs a sign-in of the last ${inWords(maxAgeS)}. Sign in again and repeat it.`
  return {
    kind: 'unauthenticated',
    code: 'insufficient_user_authentication',
    message,
    extra: {
      max_age: maxAgeS,
      challenge: `Bearer error="insufficient_user_authentication", error_description="${english(message)}", max_age="${maxAgeS}"`,
    },
  }
}

function inWords(seconds: number): Said {
  return seconds % 60 === 0 ? say`${seconds / 60} min` : say`${seconds} s`
}
