import { type PlannedEdge, planEdge } from './plan-edge.ts'
import { type PlannedGateways, planGateways } from './plan-gateways.ts'
import { type PlannedFreeze, type PlannedHit, planFreezes, planHits } from './plan-hits.ts'
import { type PlannedMerchant, planMerchants } from './plan-merchants.ts'
import { type PlannedParty, planParties } from './plan-parties.ts'
import { type PlannedStatement, planStatements } from './plan-statements.ts'
import { type PlannedTransfer, planTransfers } from './plan-transfers.ts'
import { seededRandom } from './random.ts'

const HOUR_MS = 3_600_000

export type PlannedWorld = {
  readonly parties: readonly PlannedParty[]
  readonly transfers: readonly PlannedTransfer[]
  readonly freezes: readonly PlannedFreeze[]
  readonly hits: readonly PlannedHit[]
  readonly statements: readonly PlannedStatement[]
  readonly merchants: readonly PlannedMerchant[]
  readonly gateways: PlannedGateways
  readonly edge: PlannedEdge
}

/**
 * The world of a seed as it stands in the hour of `now`: the same seed and hour give the same world, and on the same day
 * (UTC) the same records, of which about a third has only just come.
 * Each part draws from a source of its own, so that a change to one leaves the others as they were.
 */
export function planWorld(seed: string, at: Date): PlannedWorld {
  const now = new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS)
  const today = now.toISOString().slice(0, 10)
  const parties = planParties(seededRandom(`${seed} parties`), today)
  const transfers = planTransfers(seededRandom(`${seed} transfers`), parties, now)
  const freezes = planFreezes(transfers, today)
  const hits = planHits(seededRandom(`${seed} hits`), parties, freezes, now)
  const statements = planStatements(seededRandom(`${seed} statements`), transfers, now)
  const merchants = planMerchants(seededRandom(`${seed} merchants`), now)
  const gateways = planGateways(seededRandom(`${seed} gateways`), now)
  const edge = planEdge(seededRandom(`${seed} edge`), merchants, now)
  return { parties, transfers, freezes, hits, statements, merchants, gateways, edge }
}
