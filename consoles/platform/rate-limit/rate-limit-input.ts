import { say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'

const LIMIT_MAX = 1_000_000
const WINDOW_MAX_S = 86_400
const ROUTE_MAX_CHARACTERS = 200

const limitFault = written(say`must be 1 to ${LIMIT_MAX} requests; who is to send nothing is suspended`)
const windowFault = written(say`must be 1 to ${WINDOW_MAX_S} seconds`)
const burstFault = written(say`must be 0 to ${LIMIT_MAX} requests`)

/** What people give of a limit; each member says what is allowed where it is not. */
export const limitMembers = {
  limit: z
    .int(limitFault)
    .min(1, limitFault)
    .max(LIMIT_MAX, limitFault)
    .meta({ title: 'Requests in a window' }),
  window_s: z
    .int(windowFault)
    .min(1, windowFault)
    .max(WINDOW_MAX_S, windowFault)
    .meta({ title: 'Window in seconds' }),
  burst: z
    .int(burstFault)
    .min(0, burstFault)
    .max(LIMIT_MAX, burstFault)
    .meta({ title: 'So many more at once', description: 'Where fewer came before.' }),
} as const

// A path that is put in order before it is met has no empty segment and no dots alone: at such a one nothing would be limited.
export const routeMember = z
  .string()
  .max(ROUTE_MAX_CHARACTERS)
  .regex(
    /^(?!.*(?:\/\/|\/\.{1,2}(?:\/|$)))\/[A-Za-z0-9/_.-]*$/,
    written(say`must be how a path begins, such as /v1/payments: A to Z, a to z, 0 to 9, / _ . and -`),
  )
  .meta({ title: 'How the path begins', description: '/ is every request.' })
