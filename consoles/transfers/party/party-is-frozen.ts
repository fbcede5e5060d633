import type { Kernel } from '@countersign/kernel/kernel.ts'

/** Whether a party is frozen, as Compliance told of it last. */
export async function partyIsFrozen(pool: Kernel['pool'], party: string): Promise<boolean> {
  const { rows } = await pool.query<{ frozen: boolean }>({
    name: 'party-is-frozen',
    text: 'SELECT frozen FROM transfers.party WHERE id = $1',
    values: [party],
  })
  return rows[0]?.frozen ?? false
}
