import pg from 'pg'
import type { Product } from './product.ts'

/** What CTS has on file of the receiver's account of a transfer once a bank's correction of it was answered. */
export async function correctedOnFile(
  product: Product,
  { id, receiver }: { readonly id: string; readonly receiver: { readonly party_id: string } },
  account: string,
): Promise<void> {
  const database = new pg.Client({ connectionString: product.sandboxDatabaseUrl })
  await database.connect()
  await database.query(
    `INSERT INTO cts.account_on_file AS f (party_id, data, corrected_at, transfer_id)
     VALUES ($1, jsonb_build_object('account', $2::text), now(), $3)
     ON CONFLICT (party_id) DO UPDATE SET data = excluded.data, version = f.version + 1`,
    [receiver.party_id, account, id],
  )
  await database.end()
}
