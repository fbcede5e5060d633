import type { Queryable } from '../database/database.ts'
import type { Gateway } from './gateway.ts'

/**
 * The gateway that takes a payment: of those of its kind that are up, have a weight and whose breaker is not open, one of
 * the lowest priority, by weight. The same payment would go the same way.
 */
export async function pickGateway(
  db: Queryable,
  kind: Gateway['kind'],
  paymentId: string,
): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `WITH able AS (
       SELECT id, weight, priority, min(priority) OVER () AS first FROM gateways.gateway
       WHERE kind = $1 AND weight > 0 AND status IN ('operational', 'degraded') AND breaker <> 'open'),
     turn AS (
       SELECT id, sum(weight) OVER (ORDER BY id) AS up_to, sum(weight) OVER () AS total FROM able WHERE priority = first)
     SELECT id FROM turn WHERE merchants.chance($2, 0, 'gateway') * total < up_to ORDER BY id LIMIT 1`,
    [kind, paymentId],
  )
  return rows[0]?.id
}
