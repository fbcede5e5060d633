import type { Considered } from '../actions/consider-action.ts'
import { type Failure, invalid } from '../actions/failure.ts'
import { type Said, say } from '../languages/say.ts'

/** An effect that could not begin so long after its time (no worker was at work, say) is not begun any more. */
export const LATE_MAX_S = 15 * 60

/** Until when an effect may be scheduled: what was agreed to holds no longer than the approval policy says. */
export function latestSchedule(rule: Considered['rule'], now: Date): Date {
  return new Date(now.getTime() + (rule.expiresInS - LATE_MAX_S) * 1000)
}

/** Why this action cannot be carried out at that time; undefined where it can. */
export function scheduleFault(
  { action, accepted, rule }: Pick<Considered, 'action' | 'accepted' | 'rule'>,
  scheduledFor: string,
  now: Date,
  beforeApproval: boolean,
): Failure | undefined {
  const at = new Date(scheduledFor)
  const latest = latestSchedule(rule, now)
  if (action.connectorOf(accepted) === null) {
    return refused(say`is not for this action: it is done the moment it is agreed to`)
  }
  if (beforeApproval) return refused(say`is not for what is in force before others have agreed`)
  if (at <= now) return refused(say`the time is over already; choose one that is still to come`)
  return at > latest
    ? refused(say`the time is later than the approval policy lets an agreement hold; the latest`, [
        latest.toISOString(),
      ])
    : undefined
}

function refused(message: Said, allowed?: readonly string[]): Failure {
  return invalid({ field: 'scheduled_for', message, ...(allowed ? { allowed } : {}) })
}
