import type { Transaction } from '../database/database.ts'
import type { OutsideParty } from '../upstreams.ts'

/** Counts what was performed where no key is known: the same thing performed again counts again. */
export async function countEffect(
  tx: Transaction,
  effect: {
    readonly upstream: OutsideParty
    /** What the caller would call one and the same order. */
    readonly order: string
    readonly operation: string
    readonly target: string
    readonly at: Date
    readonly result: unknown
  },
): Promise<void> {
  await tx.query(
    `INSERT INTO platform.effect AS known (upstream, key, operation, target, performed_at, result)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (upstream, key) DO UPDATE SET count = known.count + 1, performed_at = excluded.performed_at,
       result = excluded.result`,
    [
      effect.upstream,
      effect.order,
      effect.operation,
      effect.target,
      effect.at,
      JSON.stringify(effect.result),
    ],
  )
}
