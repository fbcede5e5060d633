import type { RequestRecord } from '../actions/request-record.ts'
import type { BoundAction } from '../console.ts'
import { type Said, say } from '../languages/say.ts'

/** A critical action on another system; never the kernel's own rules, which only people together change. */
export function mayBeBroken(action: Pick<BoundAction, 'risk' | 'console' | 'connectors'>): boolean {
  return action.risk === 'critical' && action.console !== 'kernel' && action.connectors.length > 0
}

/**
 * Why an action is not one that goes before its approval in the way in which this one did; undefined where it is, or where
 * people agreed first. A request's own rows say so; what the action declares is the word that counts.
 */
export function basisFault(
  action: Pick<BoundAction, 'name' | 'risk' | 'console' | 'connectors' | 'emergency' | 'inverse'>,
  { steps, emergency }: Pick<RequestRecord, 'steps' | 'emergency'>,
): Said | undefined {
  const was = (by: 'emergency' | 'break_glass') => steps.some(({ basis }) => basis === by)
  if (was('emergency') && (!action.emergency || emergency?.inverse !== action.inverse))
    return say`${action.name} is in force as an emergency, and has no such form`
  if (was('break_glass') && !mayBeBroken(action))
    return say`${action.name} was carried out by broken glass, and is no action for that`
  return undefined
}
