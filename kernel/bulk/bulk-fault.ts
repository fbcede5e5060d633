import type { RequestRecord } from '../actions/request-record.ts'
import type { Kernel } from '../kernel.ts'
import { type Said, say } from '../languages/say.ts'
import { allBulkRows, rowsHash } from './bulk-rows.ts'

/**
 * Whether the list of a request over many records is the one that was signed. (Whether each row is what the action does
 * to its record is looked at before its effect is sent, as for a request of its own.)
 *
 * @returns why not; undefined where it is
 */
export async function bulkFault(
  kernel: Pick<Kernel, 'pool'>,
  record: RequestRecord,
): Promise<Said | undefined> {
  const signed = record.revision?.decided as { readonly rows?: string } | undefined
  const rows = await allBulkRows(kernel.pool, record.request_id)
  return rowsHash(rows) === signed?.rows ? undefined : say`its list is not the one that is stored`
}
