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
}

/** A record that changed, and when (ISO 8601, or a Date). */
export type Changed = { readonly id: string; readonly at: Date | string }

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
  await tx.query(
    `INSERT INTO recorded_event (upstream, type, occurred_at, subject_kind, subject_id, subject_version,
                                 refs, caused_by, data)
     SELECT $1, $2, c.at, $3, t.id, ${source.version}, ${source.refs}, $4, ${source.data}
     FROM ROWS FROM (jsonb_to_recordset($5) AS (id text, at timestamptz)) WITH ORDINALITY AS c (id, at, n)
     JOIN ${source.table} t ON t.id = c.id
     ORDER BY c.n`,
    [
      source.upstream,
      type,
      source.subjectKind,
      causedBy ?? null,
      JSON.stringify(changed.map(({ id, at }) => ({ id, at }))),
    ],
  )
}
