import type { Result } from './failure.ts'

/** Writers may meet on what each has decided on; each round, one of them gets through. */
const MEETINGS_MAX = 8

/** Decides again, on what is there by then, where somebody else has just written what this was decided on (one of `codes`). */
export async function againWhenMet<R extends Result<unknown>>(
  codes: readonly string[],
  decide: () => Promise<R>,
): Promise<R> {
  let result = await decide()
  for (let again = 1; again < MEETINGS_MAX && !result.ok && codes.includes(result.failure.code); again += 1) {
    result = await decide()
  }
  return result
}
