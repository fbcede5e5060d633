import type { EntityRef } from '../entities/entity-ref.ts'
import { refText } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'

/** What is kept here of a record and of the files and requests on it, and what has become of it. */
export type SubjectData = {
  /** Something may be sealed: there is a key. */
  readonly kept: boolean
  readonly notes: number
  readonly files: number
  /** Of those files, how many are under a legal hold. */
  readonly held: number
  /** RFC 3339; the longest term of its files, null where there is none. */
  readonly filesUntil: string | null
  /** The types of requests on it that are still open; what they say is sealed under its key too. */
  readonly open: readonly string[]
  /** RFC 3339, by subject (`party/pty_1`): when it was erased; who was not is absent. */
  readonly erased: Readonly<Record<string, string>>
}

/** Of more than so many it is enough to know that there are more. */
const COUNTED_MAX = 1_000

/** @param subjects whose data its fields are, beside its own */
export async function subjectDataOf(
  kernel: Pick<Kernel, 'pool'>,
  of: EntityRef,
  subjects: readonly EntityRef[],
): Promise<SubjectData> {
  const { rows } = await kernel.pool.query<{
    kept: boolean
    notes: number
    files: number
    held: number
    files_until: string | null
    open: string[]
    erased: Record<string, string>
  }>({
    name: 'subject-data',
    text: `WITH s AS (SELECT kind, id FROM kernel.subjects_of($1, $2))
           SELECT EXISTS (SELECT FROM kernel.subject_key k JOIN s ON k.subject = s.kind || '/' || s.id) AS kept,
                  (SELECT count(*)::integer FROM (SELECT FROM kernel.note n JOIN s USING (kind, id) LIMIT $4) n) AS notes,
                  f.files, f.held, f.files_until,
                  ARRAY(SELECT q.type FROM kernel.action_request q JOIN s ON q.target_kind = s.kind AND q.target_id = s.id
                         WHERE q.state IN ('pending', 'authorized', 'dispatching', 'outcome_unknown')
                         ORDER BY q.type LIMIT $4) AS open,
                  (SELECT coalesce(jsonb_object_agg(e.subject, kernel.rfc3339(e.at)), '{}')
                     FROM (SELECT subject, max(at) AS at FROM kernel.subject_erasure
                            WHERE subject = ANY ($3) GROUP BY subject) e) AS erased
             FROM (SELECT count(*)::integer AS files, count(*) FILTER (WHERE held)::integer AS held,
                          kernel.rfc3339(max(keep_until)) AS files_until
                     FROM (SELECT n.held, n.keep_until FROM kernel.evidence_now n JOIN s USING (kind, id)
                            WHERE n.state <> 'removed' LIMIT $4) n) f`,
    values: [of.kind, of.id, [of, ...subjects].map(refText), COUNTED_MAX],
  })
  const [row] = rows
  if (!row) throw new Error(`nothing was said of what is kept of ${refText(of)}`)
  const { files_until, ...rest } = row
  return { ...rest, filesUntil: files_until }
}
