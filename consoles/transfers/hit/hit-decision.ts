import { openNote } from '@countersign/kernel/actions/seal-input.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { Text } from '@countersign/kernel/languages/say.ts'
import type { Sealed } from '@countersign/kernel/personal-data/sealing.ts'
import type { Hit } from './hit.ts'
import { hitStream } from './hit-events.ts'

/** Why a hit stands as it is decided: what was asked for, by whom, and what they said. */
export type HitDecision = {
  readonly request: string
  readonly action: Text
  readonly reason: Text
  readonly note?: string | undefined
  readonly by: string
  /** RFC 3339: when it was carried out. */
  readonly at: string
}

type Row = {
  readonly request: string
  readonly type: string
  readonly target_kind: string
  readonly target_id: string
  readonly reason_code: string
  readonly reason_note: Sealed | null
  readonly by: string
  readonly at: string
}

/**
 * The request that decided a hit as it stands now: one on the hit itself, or the freeze of its party, or its end. Compliance names the
 * key of the write that it decided for, so what it decided by itself is nobody's here, whatever was asked for before. Undefined where
 * nobody here decided it, and while what is heard of it is not yet how it stands.
 */
export async function decisionOf(
  { pool, sealer, actions }: Pick<Kernel, 'pool' | 'sealer' | 'actions'>,
  { id, state }: Pick<Hit, 'id' | 'state'>,
): Promise<HitDecision | undefined> {
  const { rows } = await pool.query<Row>({
    name: 'decision-of-hit',
    text: `SELECT q.request_id AS request, q.type, q.target_kind, q.target_id, v.reason_code, v.reason_note,
                  coalesce(p.display_name, q.requested_by) AS by, kernel.rfc3339(q.state_at) AS at
             FROM (SELECT request_id, causation_id, payload ->> 'decided_for' AS decided_for, payload ->> 'state' AS state
                     FROM kernel.event WHERE stream = $1 ORDER BY version DESC LIMIT 1) e
             JOIN kernel.action_request q ON q.request_id = coalesce(e.request_id, e.decided_for::uuid,
                    (SELECT o.request_id FROM kernel.outbox o WHERE o.effect_key = e.causation_id))
             JOIN kernel.action_revision v ON v.request_id = q.request_id AND v.revision = q.revision
             LEFT JOIN kernel.person p ON p.person_id = q.requested_by
            WHERE e.state = $2 AND e.state IN ('cleared', 'true_match')`,
    values: [hitStream(id), state],
  })
  const [row] = rows
  if (row === undefined) return undefined
  const action = actions.get(row.type)
  const note = await openNote(sealer, row.reason_note, { kind: row.target_kind, id: row.target_id })
  return {
    ...{ request: row.request, by: row.by, at: row.at },
    action: action?.present.title ?? row.type,
    reason: action?.reasons.find(({ code }) => code === row.reason_code)?.title ?? row.reason_code,
    ...(note === undefined ? {} : { note }),
  }
}
