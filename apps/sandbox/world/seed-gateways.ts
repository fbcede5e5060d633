import type { Transaction } from '../database/database.ts'
import { setStatus } from '../gateways/change-gateway.ts'
import { openIncident, updateIncident } from '../gateways/incident.ts'
import { openGateways } from '../gateways/open-gateways.ts'
import { asPlanned } from './as-planned.ts'
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
    asPlanned(await openIncident(tx, { id, at: first.at }, { ...facts, message: first.message }))
    for (const { at, ...update } of later) asPlanned(await updateIncident(tx, { id, at }, update))
  }
  const { id, at, reason } = degraded
  asPlanned(await setStatus(tx, { id, at }, { status: 'degraded', reason }))
}
