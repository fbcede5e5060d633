import { eventually, type Product } from './product.ts'

/** K-16, written down a second time: what may follow what. */
const MAY_FOLLOW: Readonly<Record<string, readonly string[]>> = {
  nothing: ['denied', 'pending', 'authorized', 'executed'],
  pending: ['pending', 'rejected', 'cancelled', 'expired', 'authorized', 'executed'],
  authorized: ['stale', 'dispatching'],
  dispatching: ['executed', 'failed', 'outcome_unknown'],
  outcome_unknown: ['executed', 'failed'],
}
const EFFECTS_READ_MAX = 10_000

type Step = {
  request_id: string
  step: number
  from_state: string | null
  to_state: string
  revision: number
  state: string
  entries: number
}
type Request = {
  request_id: string
  state: string
  effect: string
  effect_key: string
  required: number
  approvers: number
  basis: string | null
  emergency: boolean
  glass_broken: boolean
}

/**
 * Looks at a product at rest, after whatever was done to it, for what may never be (design, "Invariants"). Reads the
 * rows as they are, and the sandbox's own count of what it was made to do.
 *
 * @returns one sentence for each thing that is broken
 */
export async function brokenInvariants(
  product: Pick<Product, 'superuser' | 'sandboxUrl'>,
): Promise<string[]> {
  await eventually('the log and the events to be placed', async () => {
    const { rows } = await product.superuser.query(
      `SELECT (SELECT count(*) FROM kernel.audit_pending) + (SELECT count(*) FROM kernel.event_pending) AS pending`,
    )
    return rows[0].pending === '0'
  })
  return [
    ...(await brokenSteps(product)),
    ...(await brokenEffects(product)),
    ...(await brokenEvidence(product)),
    ...(await brokenFences(product)),
    ...(await brokenLog(product)),
  ]
}

/** I3, I5: a chain of legal moves, each with its one audit entry. */
async function brokenSteps({ superuser }: Pick<Product, 'superuser'>): Promise<string[]> {
  const { rows } = await superuser.query<Step>(
    `SELECT t.request_id, t.step, t.from_state, t.to_state, t.revision, q.state,
            (SELECT count(*)::integer FROM kernel.audit_entry a
              WHERE a.action_request_id = t.request_id AND a.transition_to = t.to_state
                AND a.transition_from IS NOT DISTINCT FROM t.from_state
                AND a.transition_revision = t.revision) AS entries
       FROM kernel.action_transition t JOIN kernel.action_request q USING (request_id)
      ORDER BY t.request_id, t.step`,
  )
  const broken: string[] = []
  rows.forEach((row, index) => {
    const before = rows[index - 1]
    const follows = before?.request_id === row.request_id ? before : undefined
    const last = rows[index + 1]?.request_id !== row.request_id
    const name = `${row.request_id} step ${row.step}`
    if (row.step !== (follows?.step ?? 0) + 1) broken.push(`${name}: steps are missing before it`)
    if (row.from_state !== (follows?.to_state ?? null))
      broken.push(`${name}: does not begin where the last ended`)
    if (!MAY_FOLLOW[row.from_state ?? 'nothing']?.includes(row.to_state)) {
      broken.push(`${name}: ${row.to_state} may not follow ${row.from_state}`)
    }
    if (last && row.state !== row.to_state) broken.push(`${name}: the request says ${row.state}`)
    // An edit moves pending to pending with a revision of its own, so no two steps look alike.
    if (row.entries !== 1) broken.push(`${name}: ${row.entries} audit entries`)
  })
  const orphans = await superuser.query<{ entry_id: string }>(
    `SELECT a.entry_id FROM kernel.audit_entry a
      WHERE a.transition_to IS NOT NULL
        AND NOT EXISTS (SELECT FROM kernel.action_transition t
                         WHERE t.request_id = a.action_request_id AND t.to_state = a.transition_to
                           AND t.from_state IS NOT DISTINCT FROM a.transition_from
                           AND t.revision = a.transition_revision)`,
  )
  return [...broken, ...orphans.rows.map(({ entry_id }) => `audit entry ${entry_id}: there was no such move`)]
}

/** I1, I2: at most one effect, none without its basis, one where the request says that it was executed. */
async function brokenEffects({
  superuser,
  sandboxUrl,
}: Pick<Product, 'superuser' | 'sandboxUrl'>): Promise<string[]> {
  const { rows } = await superuser.query<Request>(
    `SELECT q.request_id, q.state, v.effect, v.effect_key, v.required_approvals AS required,
            (SELECT count(DISTINCT a.person_id)::integer
               FROM kernel.action_approval a JOIN kernel.action_revision s USING (request_id, revision)
              WHERE a.request_id = coalesce((SELECT c.request_id FROM kernel.bulk_child c WHERE c.child_id = q.request_id),
                                            q.request_id)
                AND (a.request_id <> q.request_id OR a.revision = v.revision) AND a.decision = 'approve'
                AND a.digest = s.digest AND a.at <= s.expires_at
                AND NOT EXISTS (SELECT FROM kernel.voided_approval x
                                 WHERE (x.request_id, x.revision, x.person_id) = (a.request_id, a.revision, a.person_id))
                AND a.person_id <> q.requested_by) AS approvers,
            (SELECT t.basis FROM kernel.action_transition t
              WHERE t.request_id = q.request_id AND t.revision = v.revision AND t.to_state = 'authorized') AS basis,
            EXISTS (SELECT FROM kernel.emergency e JOIN kernel.emergency_term t USING (request_id)
                     WHERE e.request_id = q.request_id AND t.term = 1 AND t.person_id = q.requested_by)
              OR EXISTS (SELECT FROM kernel.emergency_lift l JOIN kernel.emergency_end x USING (request_id)
                          WHERE l.lift_id = q.request_id AND x.outcome <> 'agreed') AS emergency,
            EXISTS (SELECT FROM kernel.break_glass b WHERE b.request_id = q.request_id) AS glass_broken
       FROM kernel.action_request q JOIN kernel.action_revision v USING (request_id, revision)
      WHERE v.effect = 'upstream' AND v.connector <> 'bulk'`,
  )
  const answer = await fetch(`${sandboxUrl}/_sandbox/effects?limit=${EFFECTS_READ_MAX}`)
  const { effects } = (await answer.json()) as { effects: { key: string; count: number }[] }
  const counts = new Map<string, number>()
  for (const { key, count } of effects) counts.set(key, (counts.get(key) ?? 0) + count)
  return rows.flatMap(({ request_id, state, effect_key, required, approvers, basis, ...rests }) => {
    const based =
      basis === 'quorum'
        ? approvers >= required
        : basis === 'emergency'
          ? rests.emergency
          : basis === 'break_glass' && rests.glass_broken
    const count = counts.get(effect_key) ?? 0
    const may =
      state === 'executed' ? [1] : state === 'outcome_unknown' || state === 'dispatching' ? [0, 1] : [0]
    return [
      ...(may.includes(count) ? [] : [`${request_id} is ${state} and had ${count} effects`]),
      ...(count > 0 && !based
        ? [`${request_id} had its effect on the basis ${basis}, with ${approvers} of ${required} approvals`]
        : []),
    ]
  })
}

/** I8: where it is demanded, nothing was sent before the witness had a checkpoint that covers its authorisation. */
async function brokenEvidence({ superuser }: Pick<Product, 'superuser'>): Promise<string[]> {
  const { rows } = await superuser.query<{ request_id: string; fence: string; begun: string }>(
    `SELECT a.request_id, a.fence, kernel.rfc3339(a.started_at) AS begun
       FROM kernel.effect_attempt a
       JOIN kernel.action_revision v USING (request_id, revision)
       JOIN kernel.action_request q USING (request_id)
      WHERE v.evidence_first AND NOT q.containment
        AND NOT EXISTS (SELECT FROM kernel.audit_entry e
                          JOIN kernel.audit_leaf l USING (seq)
                          JOIN kernel.audit_checkpoint c ON c.tree_size > l.leaf_index
                         WHERE e.action_request_id = a.request_id AND e.transition_to = 'authorized'
                           AND e.transition_revision = a.revision AND c.at <= a.started_at)`,
  )
  return rows.map(
    ({ request_id, fence, begun }) =>
      `${request_id}: attempt ${fence} began at ${begun}, before the witness had its authorisation`,
  )
}

/** I10: what settled an effect was written under its newest fence. */
async function brokenFences({ superuser }: Pick<Product, 'superuser'>): Promise<string[]> {
  const { rows } = await superuser.query<{ request_id: string; fence: string; settled_under: string | null }>(
    `SELECT o.request_id, o.fence, max(t.fence) AS settled_under
       FROM kernel.outbox o LEFT JOIN kernel.effect_outcome t USING (request_id, revision)
      WHERE o.settled_at IS NOT NULL
      GROUP BY o.request_id, o.revision, o.fence
     HAVING max(t.fence) IS DISTINCT FROM o.fence`,
  )
  return rows.map(
    ({ request_id, fence, settled_under }) =>
      `${request_id}: settled under fence ${settled_under}, the newest is ${fence}`,
  )
}

/**
 * I6 and its like for events: each committed row has exactly one place or waits for it, and places have no gaps. All of one
 * moment: whoever watches upstreams and alerts goes on writing.
 */
async function brokenLog({ superuser }: Pick<Product, 'superuser'>): Promise<string[]> {
  const { rows } = await superuser.query<Record<string, string>>(
    `SELECT (SELECT count(*) FROM kernel.audit_entry) AS entries,
            (SELECT count(*) FROM kernel.audit_pending) AS waiting_entries,
            (SELECT count(*) FROM kernel.audit_leaf) AS leaves,
            (SELECT count(DISTINCT entry_id) FROM (SELECT entry_id FROM kernel.audit_leaf
                                                   UNION ALL SELECT entry_id FROM kernel.audit_pending) AS each) AS known_entries,
            (SELECT coalesce(max(leaf_index) + 1, 0) FROM kernel.audit_leaf) AS leaves_reach,
            (SELECT count(*) FROM kernel.event) AS events,
            (SELECT count(*) FROM kernel.event_pending) AS waiting_events,
            (SELECT count(*) FROM kernel.event_order) AS places,
            (SELECT count(DISTINCT seq) FROM (SELECT seq FROM kernel.event_order
                                              UNION ALL SELECT seq FROM kernel.event_pending) AS each) AS known_events,
            (SELECT coalesce(max(position), 0) FROM kernel.event_order) AS events_reach`,
  )
  const counted = (name: string) => Number(rows[0]?.[name])
  const whole = (all: string, placed: string, waiting: string, known: string, reach: string) =>
    counted(placed) + counted(waiting) === counted(all) &&
    counted(known) === counted(all) &&
    counted(reach) === counted(placed)
  const told = JSON.stringify(rows[0])
  return [
    ...(whole('entries', 'leaves', 'waiting_entries', 'known_entries', 'leaves_reach')
      ? []
      : [`not every audit entry has one leaf, without gaps: ${told}`]),
    ...(whole('events', 'places', 'waiting_events', 'known_events', 'events_reach')
      ? []
      : [`not every event has one place, without gaps: ${told}`]),
  ]
}
