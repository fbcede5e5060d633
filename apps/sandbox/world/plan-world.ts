import type { Day } from '../cts/banking-calendar.ts'
import { type PlannedFreeze, type PlannedHit, planFreezes, planHits } from './plan-hits.ts'
import { type PlannedParty, planParties } from './plan-parties.ts'
import { type PlannedStatement, planStatements } from './plan-statements.ts'
import { type PlannedTransfer, planTransfers } from './plan-transfers.ts'
import { seededRandom } from './random.ts'

export type PlannedWorld = {
  readonly parties: readonly PlannedParty[]
  readonly transfers: readonly PlannedTransfer[]
  readonly freezes: readonly PlannedFreeze[]
  readonly hits: readonly PlannedHit[]
  readonly statements: readonly PlannedStatement[]
}

/**
 * The world of a seed as it stood at the beginning of `today` (UTC): the same seed and day give the same world.
 * Each part draws from a source of its own, so that a change to one leaves the others as they were.
 */
export function planWorld(seed: string, today: Day): PlannedWorld {
  const parties = planParties(seededRandom(`${seed} parties`), today)
  const transfers = planTransfers(seededRandom(`${seed} transfers`), parties, today)
  const freezes = planFreezes(transfers, today)
  const hits = planHits(seededRandom(`${seed} hits`), parties, freezes, today)
  const statements = planStatements(seededRandom(`${seed} statements`), transfers, today)
  return { parties, transfers, freezes, hits, statements }
}
