import type pg from 'pg'
import type { ApprovalRule } from '../actions/define-action.ts'
import type { RequestState } from '../actions/request-record.ts'
import type { BoundAction } from '../console.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { type ApprovalPolicy, holdersOf, type Requirement, requirementOf } from './approval-policy.ts'
import { sumName } from './rolling-sums.ts'

/** Requests read at a time; a replay goes over all of them, page by page. */
const PAGE = 500

/** How a request would have fared under other rules. */
export type Replayed = {
  readonly id: string
  readonly type: string
  readonly target: { readonly kind: string; readonly id: string }
  readonly requested_by: string
  /** RFC 3339, UTC. */
  readonly created_at: string
  readonly state: RequestState
  /** What it was asked under; null where it was denied. */
  readonly asked_under: {
    readonly required: number
    readonly eligible_roles: readonly string[]
    readonly agreed: number
  } | null
  /** What the draft asks for; null where it forbids. */
  readonly draft: { readonly required: number; readonly eligible_roles: readonly string[] } | null
  /** Undefined: nothing would have been decided otherwise. */
  readonly otherwise?: 'forbidden' | 'allowed' | 'more_people' | 'fewer_people' | 'other_people'
  /** Of those who agreed, how many would have counted under the draft. */
  readonly would_count: number
  /** False: the figures that conditions ask about were not kept, so every such condition was taken to hold. */
  readonly figures_known: boolean
}

/**
 * Asks a draft policy about the requests of the last days, oldest first, as the policy in force was asked then: with the
 * figures and the roles of that moment.
 *
 * @param pool a login that reads requests of every tenant (`auditor`)
 * @param draft the rules that would hold for these actions
 */
export async function* replayRequests(
  pool: pg.Pool,
  actions: ReadonlyMap<string, BoundAction>,
  draft: ApprovalPolicy,
  days: number,
): AsyncGenerator<Replayed> {
  let after: Pick<Row, 'sorted_at' | 'request_id'> | undefined
  for (;;) {
    const { rows } = await pool.query<Row>(
      `SELECT q.request_id, q.type, q.target_kind, q.target_id, q.requested_by, q.requested_roles, q.state,
              kernel.rfc3339(q.created_at) AS created_at, q.created_at::text AS sorted_at,
              v.required_approvals, v.eligible_roles, v.evidence -> 'attributes' AS attributes,
              coalesce((SELECT jsonb_agg(a.roles) FROM kernel.standing_approval a
                         WHERE a.request_id = q.request_id AND a.revision = q.revision), '[]') AS approvers
         FROM kernel.action_request q
         LEFT JOIN kernel.action_revision v USING (request_id, revision)
        WHERE q.type = ANY ($1) AND q.created_at > clock_timestamp() - make_interval(days => $2)
          AND ($3::timestamptz IS NULL OR (q.created_at, q.request_id) > ($3, $4))
        ORDER BY q.created_at, q.request_id
        LIMIT $5`,
      [[...actions.keys()], days, after?.sorted_at ?? null, after?.request_id ?? null, PAGE],
    )
    for (const row of rows) {
      const action = actions.get(row.type)
      if (action) yield replay(action, draft, row)
    }
    after = rows.at(-1)
    if (rows.length < PAGE) return
  }
}

function replay(action: BoundAction, draft: ApprovalPolicy, row: Row): Replayed {
  const requirement = requirementOf(draft, action, row.attributes ?? {}, row.requested_roles)
  const then =
    row.required_approvals === null || row.eligible_roles === null
      ? null
      : { required: row.required_approvals, eligible_roles: row.eligible_roles, agreed: row.approvers.length }
  const rule = requirement.forbidden ? null : requirement.rule
  return {
    id: row.request_id,
    type: row.type,
    target: { kind: row.target_kind, id: row.target_id },
    requested_by: row.requested_by,
    created_at: row.created_at,
    state: row.state,
    asked_under: then,
    draft: rule && { required: rule.required, eligible_roles: rule.eligibleRoles },
    otherwise: otherwise(then, requirement),
    would_count: rule ? holdersOf(row.approvers, rule.eligibleRoles) : 0,
    figures_known: row.attributes !== null && sumsKnown(draft, row.type, row.attributes),
  }
}

/** Sums were kept where the rules of that moment asked about them. */
function sumsKnown(draft: ApprovalPolicy, type: string, attributes: Readonly<Record<string, Json>>): boolean {
  return draft.rules.every(
    ({ action, when }) =>
      action !== type ||
      when?.sum_over === undefined ||
      (attributes.rolling as Record<string, Json> | undefined)?.[sumName(when.sum_over)] !== undefined,
  )
}

function otherwise(then: Replayed['asked_under'], requirement: Requirement): Replayed['otherwise'] {
  if (requirement.forbidden) return then === null ? undefined : 'forbidden'
  if (then === null) return 'allowed'
  const { rule } = requirement
  if (rule.required > then.required) return 'more_people'
  if (rule.required < then.required) return 'fewer_people'
  return rule.required > 0 && !sameRoles(rule, then.eligible_roles) ? 'other_people' : undefined
}

function sameRoles({ eligibleRoles }: ApprovalRule, others: readonly string[]): boolean {
  return [...eligibleRoles].sort().join() === [...others].sort().join()
}

type Row = {
  readonly request_id: string
  readonly type: string
  readonly target_kind: string
  readonly target_id: string
  readonly requested_by: string
  readonly requested_roles: readonly string[]
  readonly state: RequestState
  readonly created_at: string
  readonly sorted_at: string
  readonly required_approvals: number | null
  readonly eligible_roles: readonly string[] | null
  readonly attributes: Readonly<Record<string, Json>> | null
  readonly approvers: readonly (readonly string[])[]
}
