import type { Transaction } from '../database/database.ts'
import { setStatus } from '../gateways/change-gateway.ts'
import { openIncident, updateIncident } from '../gateways/incident.ts'
import { openGateways } from '../gateways/open-gateways.ts'
import { isRefusal } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import type { PlannedGateways } from './plan-gateways.ts'

/** Takes the gateways of a world through what has befallen them. */
export async function seedGateways(
  tx: Transaction,
  { gateways, incidents, degraded }: PlannedGateways,
): Promise<void> {
  await openGateways(tx, gateways)
  for (const { id, updates, ...facts } of incidents) {
    const [first, ...later] = updates
    if (!first) continue
    must(await openIncident(tx, { id, at: first.at }, { ...facts, message: first.message }))
    for (const { at, ...update } of later) must(await updateIncident(tx, { id, at }, update))
  }
  const { id, at, reason } = degraded
  must(await setStatus(tx, { id, at }, { status: 'degraded', reason }))
}

function must(outcome: Outcome): void {
  if (isRefusal(outcome)) throw new Error(`what was planned for a gateway was refused: ${outcome.detail}`)
}
