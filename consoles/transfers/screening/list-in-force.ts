import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { ListId } from './list-names.ts'
import { LIST_TAKEN, listStream } from './list-taken.ts'
import type { ListVersion } from './sanctions-list.ts'

/** The version of a list that was taken into force last. */
export async function listInForce(
  pool: Kernel['pool'],
  list: ListId,
): Promise<Pick<ListVersion, 'version' | 'published'> | undefined> {
  const { rows } = await pool.query<Pick<ListVersion, 'version' | 'published'>>({
    name: 'list-in-force',
    text: `SELECT payload ->> 'version' AS version, payload ->> 'published' AS published FROM kernel.event
            WHERE stream = $1 AND type = $2 ORDER BY version DESC LIMIT 1`,
    values: [listStream(list), LIST_TAKEN],
  })
  return rows[0]
}
