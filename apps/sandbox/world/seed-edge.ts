import type { Transaction } from '../database/database.ts'
import { addAllowlist } from '../edge/allowlist.ts'
import { addRateLimit, changeRateLimit } from '../edge/rate-limit.ts'
import { asPlanned } from './as-planned.ts'
import type { PlannedEdge } from './plan-edge.ts'

/** Sets the limits and lists of a world, and what was changed about them since. */
export async function seedEdge(tx: Transaction, { limits, lists, raised }: PlannedEdge): Promise<void> {
  for (const { id, at, facts } of limits) asPlanned(await addRateLimit(tx, { id, at }, facts))
  for (const { id, at, facts } of lists) asPlanned(await addAllowlist(tx, { id, at }, facts))
  for (const { id, at, limit } of raised) {
    asPlanned(await changeRateLimit(tx, { id, at }, { limit, reason: 'The merchant sells more' }))
  }
}

/** Of each payment that merchants were paid in the last day, the request that made it came to the edge. */
export async function seedTraffic(tx: Transaction): Promise<void> {
  await tx.query(
    `INSERT INTO edge.traffic (minute, merchant_id, route, requests)
     SELECT date_trunc('minute', t.created_at, 'UTC'), t.merchant_id, '/v1/payments', count(*)
     FROM merchants.transaction t, platform.world w
     WHERE t.created_at >= w.seeded_at - interval '1 day' GROUP BY 1, 2`,
  )
}
