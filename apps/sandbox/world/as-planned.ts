import { isRefusal } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'

/** @throws Error where something of the world was refused: the plan is wrong, and not the world */
export function asPlanned(outcome: Outcome): void {
  if (isRefusal(outcome)) throw new Error(`something of the planned world was refused: ${outcome.detail}`)
}
