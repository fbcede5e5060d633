import { randomUUID } from 'node:crypto'
import type { Transaction } from '../database/database.ts'
import type { Upstream } from '../upstreams.ts'

/** How the events about one kind of record are drawn from its table; the fragments are SQL over alias `t`. */
export type EventSource = {
  readonly upstream: Upstream
  readonly subjectKind: string
  readonly table: string
  readonly version: string
  readonly data: string
  readonly refs: string
  /** Further tables; `c` holds the ids of the changed records. */
  readonly join?: string
}

/** A record that changed, and when (ISO 8601, or a Date). */
export type Changed = {
  readonly id: string
  readonly at: Date | string
  /** What the event is about that the record does not name any more. */
  readonly about?: readonly { readonly kind: string; readonly id: string }[]
}

/**
 * Records one event per changed record, holding the whole record as it now is. They are published when the
 * transaction commits.
 *
 * @param causedBy the Idempotency-Key of the write that caused them, if any
 */
export async function recordEvents(
  tx: Transaction,
  source: EventSource,
  type: string,
  changed: readonly Changed[],
  causedBy?: string,
): Promise<void> {
  if (changed.length === 0) return
  const batch = tx.batches.get(source.upstream) ?? { id: randomUUID(), size: 0 }
  const { rowCount } = await tx.query(
    `WITH c AS (
       SELECT * FROM ROWS FROM (jsonb_to_recordset($1) AS (id text, at timestamptz, about jsonb))
                     WITH ORDINALITY AS c (id, at, about, n))
     INSERT INTO platform.event (batch, n, id, type, occurred_at, subject_kind, subject_id, subject_version, refs,
                                 caused_by, data)
     SELECT $2, $3::integer + row_number() OVER (ORDER BY c.n),
            'evt_' || replace(gen_random_uuid()::text, '-', ''), $4, c.at, $5, t.id, ${source.version},
            ${source.refs} || coalesce(c.about, '[]'::jsonb), $6, ${source.data}
     FROM c JOIN ${source.table} t ON t.id = c.id ${source.join ?? ''}`,
    [
      JSON.stringify(changed.map(({ id, at, about }) => ({ id, at, about }))),
      batch.id,
      batch.size,
      type,
      source.subjectKind,
      causedBy ?? null,
    ],
  )
  batch.size += rowCount ?? 0
  if (batch.size > 0) tx.batches.set(source.upstream, batch)
}
