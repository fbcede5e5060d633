import { z } from 'zod'
import { Instant } from './fields.ts'
import { type Refusal, refuse } from './problem.ts'

const HOUR_MS = 3_600_000
const LENGTH_DEFAULT_MS = HOUR_MS
const LENGTH_MAX_MS = 24 * HOUR_MS

/** The query parameters of figures by the minute. */
export const WindowQuery = z.strictObject({ from: Instant.optional(), to: Instant.optional() })

export type TimeWindow = { readonly from: Date; readonly to: Date }

/** The time that is asked for, `to` not included: the hour before `to` or before now, if nothing else is said. */
export function timeWindow(query: z.output<typeof WindowQuery>, now: Date): TimeWindow | Refusal {
  const to = query.to === undefined ? now : new Date(query.to)
  const from = query.from === undefined ? new Date(to.getTime() - LENGTH_DEFAULT_MS) : new Date(query.from)
  const length = to.getTime() - from.getTime()
  if (length > 0 && length <= LENGTH_MAX_MS) return { from, to }
  const earliest = new Date(to.getTime() - LENGTH_MAX_MS)
  const message = `must be before to (${to.toISOString()}) and not before ${earliest.toISOString()}: 24 hours at most`
  return refuse('invalid_request', `from ${message}.`, [{ field: 'from', message }])
}
