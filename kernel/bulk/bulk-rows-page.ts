import { ROW_STATE_SQL, type RowState } from '../actions/request-record.ts'
import { type LastKnown, lastKnownOf } from '../entities/last-known.ts'
import type { Kernel } from '../kernel.ts'
import { fromWritten, type Text } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'

type RowRecord = {
  readonly position: number
  readonly kind: string
  readonly id: string
  readonly summary: Text
  readonly amount: Json
  readonly child_id: string | null
  readonly state: RowState
  readonly why: string | null
  readonly undone_by: string | null
}

/**
 * The records of a request over many, in its order, each with what became of it and by what name it was last known here.
 *
 * @param after a position; 0: from the first on
 * @returns as many as `limit`, as they are answered; `next` is null where these are the last
 */
export async function bulkRowsPage(
  kernel: Pick<Kernel, 'pool' | 'entities'>,
  requestId: string,
  asked: { readonly state: RowState | undefined; readonly after: number; readonly limit: number },
): Promise<{
  readonly rows: readonly Record<string, unknown>[]
  readonly next: { readonly position: number } | null
}> {
  const { rows } = await kernel.pool.query<RowRecord>(
    `SELECT position, kind, id, summary, amount, child_id, state, why, kernel.undone_by(child_id) AS undone_by FROM (
       SELECT r.position, r.target_kind AS kind, r.target_id AS id, r.preview -> 'summary' AS summary,
              r.attributes -> 'amount' AS amount, c.child_id, ${ROW_STATE_SQL} AS state,
              coalesce(c.why, (SELECT t.why FROM kernel.action_transition t
                                WHERE t.request_id = one.request_id AND t.step = one.transitions)) AS why
         FROM kernel.bulk_row r
         LEFT JOIN kernel.bulk_child c USING (request_id, position)
         LEFT JOIN kernel.action_request one ON one.request_id = c.child_id
        WHERE r.request_id = $1 AND r.position > $2) listed
      WHERE $3::text IS NULL OR state = $3
      ORDER BY position
      LIMIT $4`,
    [requestId, asked.after, asked.state ?? null, asked.limit + 1],
  )
  const page = rows.slice(0, asked.limit)
  const last = page.at(-1)
  const titles = await titlesOf(kernel, page)
  return {
    rows: page.map(({ position, kind, id, state, summary, amount, why, child_id, undone_by }) => {
      const title = titles.get(id)
      return {
        position,
        target: { kind, id, ...(title === undefined ? {} : { title }) },
        state,
        summary,
        ...(amount === null ? {} : { amount }),
        ...(why === null ? {} : { why: fromWritten(why) }),
        ...(child_id === null ? {} : { request: child_id }),
        ...(undone_by === null ? {} : { undone_by }),
      }
    }),
    next: rows.length > asked.limit && last ? { position: last.position } : null,
  }
}

/** By id; all rows of a request are of one kind. */
async function titlesOf(
  kernel: Pick<Kernel, 'pool' | 'entities'>,
  rows: readonly RowRecord[],
): Promise<ReadonlyMap<string, Text>> {
  const entity = kernel.entities.get(rows[0]?.kind ?? '')
  if (!entity) return new Map()
  const ids = rows.map(({ id }) => id)
  const known: ReadonlyMap<string, LastKnown> = await lastKnownOf(kernel, entity, ids)
  return new Map([...known].map(([id, { state }]) => [id, entity.present(state).title]))
}
