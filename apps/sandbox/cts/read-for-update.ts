import type { Transaction } from '../database/database.ts'
import type { Transfer } from './transfer.ts'

/** The transfer as it is, which nobody changes before this transaction ends. */
export async function readForUpdate(tx: Transaction, id: string): Promise<Transfer | undefined> {
  const { rows } = await tx.query<{ transfer: Transfer }>(
    'SELECT cts.transfer_json(t) AS transfer FROM cts.transfer t WHERE id = $1 FOR UPDATE',
    [id],
  )
  return rows[0]?.transfer
}
