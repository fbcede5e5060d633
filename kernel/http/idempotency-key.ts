import { fail, invalid, ok, type Result } from '../actions/failure.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { say } from '../languages/say.ts'

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/

/**
 * C-19: the key of an intent, as its header gives it. Where it is `honoured` and absent, each request is an intent of
 * its own and has a new key; where no key is taken, there is none.
 */
export function idempotencyKey(
  header: string | string[] | undefined,
  taken: 'required' | 'honoured' | undefined,
): Result<string | undefined> {
  if (taken === undefined) return ok(undefined)
  if (header === undefined && taken === 'honoured') return ok(uuidV7())
  if (typeof header === 'string' && IDEMPOTENCY_KEY.test(header)) return ok(header)
  return fail(
    invalid({
      field: 'Idempotency-Key',
      message:
        header === undefined
          ? say`is required: a new value for each intent, the same for its repetitions`
          : say`must be 1 to 255 printable ASCII characters without spaces`,
    }),
  )
}
