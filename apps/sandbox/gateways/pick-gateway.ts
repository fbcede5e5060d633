import type { Queryable } from '../database/database.ts'
import type { Gateway } from './gateway.ts'

/**
 * The gateway that takes a payment: of those of its kind that are up, have a weight and whose breaker is not open, one of
 * the lowest priority, by weight; or where what is that one's turn is to go for a time, as long as it can go there. The same
 * payment would go the same way.
 */
export async function pickGateway(
  db: Queryable,
  kind: Gateway['kind'],
  payment: { readonly id: string; readonly at: Date },
): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `WITH able AS (
       SELECT id, weight, priority, min(priority) OVER () AS first FROM gateways.gateway
       WHERE kind = $1 AND weight > 0 AND status IN ('operational', 'degraded') AND breaker <> 'open'),
     turn AS (
       SELECT id, sum(weight) OVER (ORDER BY id) AS up_to, sum(weight) OVER () AS total FROM able WHERE priority = first),
     whose AS (
       SELECT id FROM turn WHERE merchants.chance($2, 0, 'gateway') * total < up_to ORDER BY id LIMIT 1)
     SELECT coalesce(instead.id, whose.id) AS id FROM whose
     JOIN gateways.gateway g USING (id)
     LEFT JOIN gateways.gateway instead
       ON instead.id = g.override_to AND g.override_until > $3
      AND merchants.chance($2, 0, 'override') * 100 < g.override_percent
      AND instead.status IN ('operational', 'degraded') AND instead.breaker <> 'open'`,
    [kind, payment.id, payment.at],
  )
  return rows[0]?.id
}
