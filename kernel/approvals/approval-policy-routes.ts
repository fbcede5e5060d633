import { z } from 'zod'
import { fail, invalid, ok, type Result } from '../actions/failure.ts'
import { visibleTypes } from '../actions/visible-requests.ts'
import { namesOf } from '../alerts/people-on-call.ts'
import { mayReadConsole } from '../entities/may-hear-of.ts'
import { notFound } from '../entities/not-found.ts'
import { cursorParameter, encodeCursor, limitParameter } from '../http/cursor.ts'
import { fieldErrors } from '../http/field-errors.ts'
import { type GovernedDoor, type Route, route } from '../http/route.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say, type Text, written } from '../languages/say.ts'
import { type ApprovalPolicyRule, approvalPolicyRule, withDeclared } from './approval-policy.ts'
import { policyStream } from './approval-policy-entity.ts'
import { breakGlassChange } from './break-glass-change.ts'
import { changeApprovalPolicy } from './change-approval-policy.ts'
import { checkRules } from './check-rules.ts'
import { type Replayed, replayRequests } from './replay-requests.ts'
import { ruleChanges } from './rule-sentence.ts'
import { allDeclared, type RuledAction, ruledActions } from './ruled-actions.ts'

const VERSIONS_DEFAULT = 20
const SIMULATED_MAX_DAYS = 366
/** What a browser waits for; the command `countersign policy simulate` has no such limit. */
const SIMULATED_MAX_REQUESTS = 20_000
/** Listed in the answer; all are counted. */
const LISTED_MAX_REQUESTS = 200

const consoleName = z.object({
  console: z.string().regex(/^[a-z]{1,32}$/, written(say`must be the name of a console`)),
})

const simulation = z.strictObject({
  rules: z.array(approvalPolicyRule).max(200),
  days: z.int().min(1).max(SIMULATED_MAX_DAYS),
})

/** K-14: how the rules of a console came to be, and what others would have decided. Changing them is an action. */
export function approvalPolicyRoutes(kernel: Kernel): Route[] {
  const versions = route({
    method: 'GET',
    url: '/v1/approval-policies/:console/versions',
    summary:
      'How the approval rules of a console came to be, newest first: who, when, by which request, what changed',
    access: { permission: 'kernel:read' },
    params: consoleName,
    query: z.strictObject({
      cursor: cursorParameter(z.strictObject({ before: z.int32().min(1) })).optional(),
      limit: limitParameter(VERSIONS_DEFAULT),
    }),
    async handle({ principal, params, query }) {
      const actions = readable(kernel, principal, params.console)
      if (!actions.ok) return actions
      const { rows } = await kernel.pool.query<Version>(
        `SELECT e.version, kernel.rfc3339(e.recorded_at) AS at, e.actor_id, p.display_name AS name, e.request_id,
                e.payload -> 'rules' AS rules, coalesce(e.payload -> 'break_glass', '[]') AS break_glass,
                coalesce((SELECT jsonb_agg(jsonb_build_object('id', a.person_id, 'name', coalesce(b.display_name, a.person_id))
                                           ORDER BY a.at)
                            FROM kernel.action_request q
                            JOIN kernel.standing_approval a USING (request_id, revision)
                            LEFT JOIN kernel.person b ON b.person_id = a.person_id
                           WHERE q.request_id = e.request_id), '[]') AS agreed
           FROM kernel.event e LEFT JOIN kernel.person p ON p.person_id = e.actor_id
          WHERE e.stream = $1 AND ($2::integer IS NULL OR e.version < $2)
          ORDER BY e.version DESC LIMIT $3`,
        [policyStream(params.console), query.cursor?.before ?? null, query.limit + 1],
      )
      const page = rows.slice(0, query.limit)
      const names = await namesOf(kernel.pool, [...new Set(rows.flatMap(({ break_glass }) => break_glass))])
      const last = page.at(-1)
      return ok({
        body: {
          versions: page.map((version, at) => onWire(version, rows[at + 1], actions.value, names)),
          next_cursor: rows.length > query.limit && last ? encodeCursor({ before: last.version }) : null,
        },
      })
    },
  })

  const simulate = route({
    method: 'POST',
    url: '/v1/approval-policies/:console/simulate',
    summary:
      'What a draft of the approval rules would have decided otherwise in the last days; changes nothing',
    access: { governed: () => simulating },
    params: consoleName,
    body: simulation,
    async handle({ principal, params, body }) {
      const actions = readable(kernel, principal, params.console)
      if (!actions.ok) return actions
      const parsed = simulation.safeParse(body)
      if (!parsed.success) return fail(invalid(...fieldErrors(parsed.error.issues)))
      const { rules, days } = parsed.data
      const wrong = checkRules(rules, actions.value, 'rules')
      if (wrong.length > 0) return fail(invalid(...wrong))
      return ok({ body: await simulated(kernel, principal, actions.value, rules, days) })
    },
  })
  return [versions, simulate]
}

/** Whoever asks for a change of rules, or agrees to one, may see first what it would have done. */
const simulating: GovernedDoor = {
  name: 'approval_policy:simulate',
  permissions: [changeApprovalPolicy.name, `${changeApprovalPolicy.name}:decide`],
  movesMoney: false,
}

function readable(kernel: Kernel, principal: Principal, console: string): Result<readonly RuledAction[]> {
  const actions = mayReadConsole(kernel, principal, console) ? ruledActions(kernel, console) : []
  return actions.length === 0 ? fail(notFound({ kind: 'approval_policy', id: console })) : ok(actions)
}

async function simulated(
  kernel: Kernel,
  principal: Principal,
  actions: readonly RuledAction[],
  rules: readonly ApprovalPolicyRule[],
  days: number,
) {
  const visible = new Set(visibleTypes(kernel, principal))
  const draft = withDeclared(rules, allDeclared(actions))
  const replayed = new Map(
    actions.flatMap(({ type }) => {
      const action = kernel.actions.get(type)
      return action ? [[type, action] as const] : []
    }),
  )
  const tally = { replayed: 0, figures_unknown: 0, decided_otherwise: 0 }
  const requests: (Replayed & { title: Text })[] = []
  let upTo: string | null = null
  for await (const request of replayRequests(kernel.pool, replayed, draft, days)) {
    if (tally.replayed === SIMULATED_MAX_REQUESTS) {
      upTo = request.created_at
      break
    }
    tally.replayed += 1
    if (!request.figures_known) tally.figures_unknown += 1
    if (!request.otherwise) continue
    tally.decided_otherwise += 1
    // All of them count; those that this person may not read are not named.
    if (visible.has(request.type) && requests.length < LISTED_MAX_REQUESTS) {
      requests.push({ ...request, title: replayed.get(request.type)?.present.title ?? request.type })
    }
  }
  return { days, policy_version: draft.version, ...tally, up_to: upTo, requests }
}

function onWire(
  version: Version,
  before: Version | undefined,
  actions: readonly RuledAction[],
  names: Readonly<Record<string, string>>,
) {
  const { version: revision, at, actor_id, name, request_id, agreed, break_glass } = version
  return {
    revision,
    at,
    by: actor_id === null ? null : { id: actor_id, name: name ?? actor_id },
    agreed,
    request_id,
    rules: version.rules,
    break_glass,
    changes: [
      ...ruleChanges(before?.rules ?? [], version.rules, actions),
      ...breakGlassChange(before?.break_glass ?? [], break_glass, names),
    ],
  }
}

type Version = {
  readonly version: number
  readonly at: string
  readonly actor_id: string | null
  readonly name: string | null
  readonly request_id: string | null
  readonly rules: readonly ApprovalPolicyRule[]
  readonly break_glass: readonly string[]
  readonly agreed: readonly { readonly id: string; readonly name: string }[]
}
