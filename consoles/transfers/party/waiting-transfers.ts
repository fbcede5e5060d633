import type { Kernel } from '@countersign/kernel/kernel.ts'
import { counted, say, type Text } from '@countersign/kernel/languages/say.ts'
import type { WireMoney } from '@countersign/kernel/money/money.ts'

/** Transfers of a party that have not left yet: counted up to a bound, and what they come to by currency. */
export type WaitingTransfers = { readonly count: number; readonly sums: readonly WireMoney[] }

/** Nobody needs to know of how many more than this exactly. */
const COUNTED_MAX = 1_000

/** As CTS told of them last: a freeze is not kept waiting for it. */
export async function waitingTransfers(pool: Kernel['pool'], party: string): Promise<WaitingTransfers> {
  const { rows } = await pool.query<{ currency: string; amount: string; count: number }>({
    name: 'waiting-transfers-of-party',
    text: `SELECT w.currency, sum(w.amount)::text AS amount, count(*)::integer AS count
             FROM (SELECT t.record #>> '{amount,currency}' AS currency, (t.record #>> '{amount,amount}')::numeric AS amount
                     FROM transfers.transfer t
                    WHERE t.state = 'created'
                      AND (t.record #>> '{originator,party_id}' = $1 OR t.record #>> '{receiver,party_id}' = $1)
                    LIMIT ${COUNTED_MAX}) w
            GROUP BY w.currency ORDER BY w.currency`,
    values: [party],
  })
  return {
    count: rows.reduce((all, { count }) => all + count, 0),
    sums: rows.map(({ amount, currency }) => ({ amount, currency })),
  }
}

/** @param waiting undefined on a copy: nobody has counted them */
export function saidWaiting(waiting: WaitingTransfers | undefined): Text[] {
  if (waiting === undefined) return []
  const { count, sums } = waiting
  if (count === 0) return [say`No transfer of it waits to leave now.`]
  return [
    count < COUNTED_MAX
      ? say`${counted(count, 'one {# transfer waits} other {# transfers wait}')} to leave now: ${sums}.`
      : say`At least ${count} transfers wait to leave now.`,
  ]
}
