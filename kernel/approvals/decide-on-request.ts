import { z } from 'zod'
import { DIGEST_TEXT } from '../actions/action-digest.ts'
import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite, type WriteParts } from '../actions/commit-write.ts'
import { type Failure, fail, invalid, ok, type Result } from '../actions/failure.ts'
import { type Answer, abandonSubmission, beginSubmission, keyReused } from '../actions/idempotency.ts'
import { fieldErrors, forbidden, readTarget } from '../actions/preview-action.ts'
import { recordDenial } from '../actions/record-denial.ts'
import { localEvents, requestEvent } from '../actions/request-events.ts'
import { loadRequest, type RequestRecord } from '../actions/request-record.ts'
import { requestResource } from '../actions/request-resource.ts'
import { NOTE_MAX_CHARACTERS } from '../actions/submit-action.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { canonicalBytes, type Json, sha256 } from '../personal-data/canonical-json.ts'
import { freeText } from '../personal-data/free-text.ts'

/** Two deciders may meet; each round, one of them gets through. */
const MEETINGS_MAX = 8
/** A role that the requester granted counts only after this long. */
const GRANTED_BY_REQUESTER_H = 24

const reason = z.union([
  freeText(NOTE_MAX_CHARACTERS).min(1, 'a reason is required'),
  z.strictObject({
    code: z.string().max(64).optional(),
    note: freeText(NOTE_MAX_CHARACTERS).min(1, 'a reason is required'),
  }),
])
const noteOf = (given: z.output<typeof reason>) => (typeof given === 'string' ? given : given.note)

const bodies = {
  approve: z.strictObject({
    digest: z.string().regex(DIGEST_TEXT, 'must be the digest of the revision you read, "sha256:…"'),
    note: freeText(NOTE_MAX_CHARACTERS).optional(),
  }),
  reject: z.strictObject({ reason }),
  cancel: z.strictObject({ reason }),
}

export type RequestDecision = {
  readonly principal: Principal
  readonly origin: RequestOrigin
  readonly requestId: string
  readonly what: 'approve' | 'reject' | 'cancel'
  readonly door: string
  readonly key: string
  readonly rawBody: Json
}

/**
 * One person's word on a request: the same path as a new action. The request is read, decided on in code, and written
 * only if it has not moved meanwhile; the triggers check the same from the rows.
 *
 * Statuses: 403 own request, not eligible; 409 edited, decided, not pending; 410 expired, by the database's clock.
 */
export async function decideOnRequest(kernel: Kernel, decision: RequestDecision): Promise<Result<Answer>> {
  const { principal, origin, what, door, key } = decision
  const first = await mayDecide(kernel, decision)
  if (!first.ok) return first

  const requestDigest = sha256(canonicalBytes({ door, id: decision.requestId, body: decision.rawBody }))
  const submitted = { actor: principal.id, door, key }
  const begun = await beginSubmission(kernel.pool, { ...submitted, digest: requestDigest })
  if (!begun.ok) return begun
  if (begun.value.replayed) return ok(begun.value.answer)

  let decided = false
  try {
    const parsed = bodies[what].safeParse(decision.rawBody)
    if (!parsed.success) return fail(invalid(...fieldErrors(parsed.error.issues)))
    const body = parsed.data as { digest?: string; note?: string; reason?: z.output<typeof reason> }
    const said = {
      digest: body.digest,
      note: body.reason === undefined ? body.note : noteOf(body.reason),
    }
    let record = first.value
    for (let meeting = 0; meeting < MEETINGS_MAX; meeting += 1) {
      const written = await decideOnce(kernel, decision, record, said, requestDigest)
      if (written.ok) {
        decided = true
        return written
      }
      if (written.failure.code !== 'moved' && written.failure.code !== 'illegal_transition') {
        if (written.failure.kind === 'forbidden') {
          await recordDenial(kernel, principal, origin, {
            action: `${record.type}:decide`,
            movesMoney: record.moves_money,
            code: written.failure.code,
            resource: `request/${record.request_id}`,
          })
        }
        return written
      }
      const again = await loadRequest(kernel.pool, decision.requestId)
      if (!again) throw new Error(`request ${decision.requestId} has vanished`)
      record = again
    }
    return fail({
      kind: 'conflict',
      code: 'busy',
      message: 'Others are deciding on this request at the same moment. Try again.',
      retryAfterS: 1,
    })
  } finally {
    if (!decided) await abandonSubmission(kernel.pool, { ...submitted, holder: begun.value.holder })
  }
}

/** Role × action first; who may decide on nothing learns nothing, not even whether the request exists. */
async function mayDecide(kernel: Kernel, decision: RequestDecision): Promise<Result<RequestRecord>> {
  const { principal, origin, requestId, what } = decision
  const deciding = [...kernel.actions.keys()].map((type) => `${type}:decide`)
  const mayAny =
    what === 'cancel'
      ? [...kernel.actions.keys()].some((type) => kernel.access.mayEver(principal, type))
      : deciding.some((permission) => kernel.access.mayEver(principal, permission))
  const deny = async (permission: string, movesMoney: boolean, failure: Failure) => {
    await recordDenial(kernel, principal, origin, {
      action: permission,
      movesMoney,
      code: failure.code,
      resource: `request/${requestId}`,
    })
    return fail(failure)
  }
  if (!mayAny) {
    const failure: Failure = {
      kind: 'forbidden',
      code: 'forbidden',
      message:
        what === 'cancel'
          ? 'None of your roles requests actions.'
          : 'None of your roles decides on requests.',
    }
    return deny(`requests:${what}`, true, failure)
  }
  const record = await loadRequest(kernel.pool, requestId)
  if (!record) {
    return fail({ kind: 'not_found', code: 'not_found', message: `There is no request "${requestId}".` })
  }
  const permission = what === 'cancel' ? record.type : `${record.type}:decide`
  if (!kernel.access.mayEver(principal, permission)) {
    return deny(permission, record.moves_money, forbidden(kernel, permission))
  }
  return ok(record)
}

async function decideOnce(
  kernel: Kernel,
  decision: RequestDecision,
  record: RequestRecord,
  said: { digest?: string; note?: string },
  requestDigest: Buffer,
): Promise<Result<Answer>> {
  const { principal, origin, what } = decision
  const { revision } = record
  const action = kernel.actions.get(record.type)
  if (!action || !revision) return fail(notPending(record))
  if (record.state !== 'pending') return fail(notPending(record))
  if (revision.expired) {
    return fail({
      kind: 'gone',
      code: 'request_expired',
      message: `This request expired at ${revision.expires_at}. Ask for it again.`,
    })
  }
  const target = { kind: record.target_kind, id: record.target_id }

  if (what === 'cancel') {
    if (record.requested_by !== principal.id) {
      return fail({
        kind: 'forbidden',
        code: 'not_the_requester',
        message: 'Only who asked for it can cancel it.',
      })
    }
    return write(kernel, decision, record, requestDigest, {
      transition: { to_state: 'cancelled' },
      event: requestEvent('cancelled', record.request_id, action, target, principal.id, origin, {}),
      events: [],
      note: said.note,
      state: 'cancelled',
    })
  }

  const eligible = await eligibility(kernel, principal, record)
  if (!eligible.ok) return eligible
  const { rows } = await kernel.pool.query<{ counting: number }>(
    'SELECT kernel.counting_approvals($1, $2) AS counting',
    [record.request_id, revision.revision],
  )
  const counting = rows[0]?.counting ?? 0

  if (what === 'reject') {
    return write(kernel, decision, record, requestDigest, {
      approval: await approvalPart(
        kernel,
        decision,
        record,
        'reject',
        said.note,
        revision.evidence,
        eligible.value,
      ),
      transition: { to_state: 'rejected' },
      event: requestEvent('rejected', record.request_id, action, target, principal.id, origin, {}),
      events: [],
      note: said.note,
      state: 'rejected',
    })
  }

  if (said.digest !== revision.digest) {
    return fail({
      kind: 'conflict',
      code: 'digest_differs',
      message: 'The request has changed since you read it. Read it again before you sign.',
      extra: { digest: revision.digest, revision: revision.revision },
    })
  }
  const reading = await readTarget(kernel, action, target)
  if (!reading.ok) return reading
  const found = reading.value
  if (found.version !== revision.target_version) {
    return fail({
      kind: 'conflict',
      code: 'target_changed',
      message:
        `The ${target.kind} has changed since this was asked for (version ${revision.target_version}, now ` +
        `${found.version}). It has to be asked for again.`,
      extra: { requested_version: revision.target_version, current_version: found.version },
    })
  }
  const evidence: Json = {
    preview: action.preview(found.state, revision.input, {
      now: kernel.now(),
      reason: { code: revision.reason_code },
      actor: { id: record.requested_by, roles: [] },
    }) as unknown as Json,
    target_version: found.version,
    read_at: kernel.now().toISOString(),
    policy_version: revision.policy_version,
  }
  const approval = await approvalPart(
    kernel,
    decision,
    record,
    'approve',
    said.note,
    evidence,
    eligible.value,
  )
  if (counting + 1 < revision.required_approvals) {
    return write(kernel, decision, record, requestDigest, {
      approval,
      event: requestEvent('approved', record.request_id, action, target, principal.id, origin, {
        given: counting + 1,
        required: revision.required_approvals,
      }),
      events: [],
      note: said.note,
      state: 'pending',
    })
  }
  const local = revision.effect === 'local'
  const state = local ? 'executed' : 'authorized'
  return write(kernel, decision, record, requestDigest, {
    approval,
    transition: { to_state: state, basis: 'quorum' },
    ...(local ? {} : { outbox: { revision: revision.revision } }),
    event: requestEvent(state, record.request_id, action, target, principal.id, origin, {
      given: counting + 1,
      required: revision.required_approvals,
      basis: 'quorum',
    }),
    events: local
      ? localEvents(action, revision.decided, record.request_id, record.requested_by, origin, found.stream)
      : [],
    note: said.note,
    state,
  })
}

/** The roles under which this person may sign; or why not. */
async function eligibility(
  kernel: Kernel,
  principal: Principal,
  record: RequestRecord,
): Promise<Result<readonly string[]>> {
  const { revision } = record
  const decision = kernel.access.decide(principal, `${record.type}:decide`, {
    type: 'ActionRequest',
    id: record.request_id,
    requestedBy: record.requested_by,
    requesterKind: 'person',
  })
  if (principal.id === record.requested_by || principal.id === revision?.created_by) {
    return fail({
      kind: 'forbidden',
      code: 'own_request',
      message: 'You asked for this yourself. Somebody else has to decide on it.',
    })
  }
  if (!decision.allowed) return fail(forbidden(kernel, `${record.type}:decide`))
  const roles = principal.roles.filter((role) => revision?.eligible_roles.includes(role))
  if (roles.length === 0) {
    return fail({
      kind: 'forbidden',
      code: 'not_eligible',
      message: `This is decided by ${revision?.eligible_roles.join(' or ')}.`,
      extra: { required_roles: revision?.eligible_roles },
    })
  }
  const granted = await kernel.pool.query(
    `SELECT FROM kernel.role_grant
      WHERE person_id = $1 AND granted_by = $2 AND role = ANY ($3)
        AND granted_at > clock_timestamp() - make_interval(hours => $4)`,
    [principal.id, record.requested_by, revision?.eligible_roles ?? [], GRANTED_BY_REQUESTER_H],
  )
  if ((granted.rowCount ?? 0) > 0) {
    return fail({
      kind: 'forbidden',
      code: 'granted_by_requester',
      message: `The requester gave you this role within the last ${GRANTED_BY_REQUESTER_H} hours.`,
    })
  }
  return ok(roles)
}

async function approvalPart(
  kernel: Kernel,
  { principal }: RequestDecision,
  record: RequestRecord,
  decision: 'approve' | 'reject',
  note: string | undefined,
  evidence: Json,
  roles: readonly string[],
): Promise<NonNullable<WriteParts['approval']>> {
  const { revision } = record
  if (!revision) throw new Error(`request ${record.request_id} has no revision`)
  const target = { kind: record.target_kind, id: record.target_id }
  const [sealed] =
    note === undefined ? [] : await kernel.sealer.seal(target, [{ text: note, class: 'free_text' }])
  return {
    revision: revision.revision,
    person_id: principal.id,
    decision,
    digest: revision.digest.slice('sha256:'.length),
    roles,
    note: (sealed as unknown as Json) ?? null,
    evidence,
    evidence_hash: sha256(canonicalBytes(evidence)).toString('hex'),
    authenticated_at: principal.credential.authenticatedAt.toISOString(),
  }
}

async function write(
  kernel: Kernel,
  { principal, origin, door, key, what }: RequestDecision,
  record: RequestRecord,
  requestDigest: Buffer,
  change: {
    readonly approval?: WriteParts['approval']
    readonly transition?: { readonly to_state: string; readonly basis?: 'quorum' }
    readonly outbox?: WriteParts['outbox']
    readonly event: WriteParts['events'][number]
    readonly events: WriteParts['events']
    readonly note: string | undefined
    readonly state: string
  },
): Promise<Result<Answer>> {
  const target = { kind: record.target_kind, id: record.target_id }
  const revision = record.revision?.revision ?? 1
  const step = record.transitions + 1
  const who = {
    actor: { id: principal.id, roles: principal.roles },
    action: record.type,
    target,
    actionRequestId: record.request_id,
    ...originFacts(origin),
    ...(record.tenant_id === null ? {} : { tenantId: record.tenant_id }),
  }
  const reason = { code: what, note: change.note }
  const status = 200
  const committed = await commitWrite(kernel.pool, {
    tenant_id: record.tenant_id,
    idempotency: {
      actor_id: principal.id,
      door,
      key,
      digest: requestDigest.toString('hex'),
      status,
      answer: await answerBody(kernel, principal, record, what, change.state),
      request_id: record.request_id,
    },
    expect: {
      request_id: record.request_id,
      transitions: record.transitions,
      approvals: record.approvals.length,
    },
    ...(change.approval ? { approval: change.approval } : {}),
    ...(change.transition
      ? {
          transitions: [
            { step, revision, from_state: record.state, ...change.transition, actor_id: principal.id },
          ],
        }
      : {}),
    ...(change.outbox ? { outbox: change.outbox } : {}),
    events: [change.event, ...change.events],
    audit: auditOf(
      kernel,
      ...(change.approval ? [{ ...who, kind: 'approval' as const, reason, outcome: what }] : []),
      ...(change.transition
        ? [
            {
              ...who,
              kind: 'action' as const,
              ...(change.approval ? {} : { reason }),
              outcome: change.transition.to_state,
              transition: { from: record.state, to: change.transition.to_state, revision },
            },
          ]
        : []),
    ),
  })
  if (!committed.ok) return committed
  if (committed.value.replayed) {
    if (committed.value.digest !== requestDigest.toString('hex')) return fail(keyReused())
    return ok({
      status: committed.value.status,
      body: committed.value.answer,
      replayed: true,
      requestId: null,
    })
  }
  return ok({ status, body: committed.value.answer, replayed: false, requestId: record.request_id })
}

/** The request resource as this decision leaves it, without anybody's note: what is recorded must hold no free text. */
async function answerBody(
  kernel: Kernel,
  principal: Principal,
  record: RequestRecord,
  what: RequestDecision['what'],
  state: string,
): Promise<object> {
  const { transitions, evidence, input, ...resource } = await requestResource(
    kernel,
    withoutNotes(record),
    principal,
  )
  const at = kernel.now().toISOString()
  const given = record.approvals.map((approval) => ({
    person: { id: approval.person_id, name: approval.name ?? approval.person_id },
    decision: approval.decision,
    at: approval.at,
  }))
  return {
    ...resource,
    state,
    state_at: at,
    basis: state === 'authorized' || state === 'executed' ? 'quorum' : null,
    approvals: {
      ...(resource.approvals as object),
      given:
        what === 'cancel'
          ? given
          : [...given, { person: { id: principal.id, name: principal.name }, decision: what, at }],
    },
  }
}

function withoutNotes(record: RequestRecord): RequestRecord {
  return {
    ...record,
    revision: record.revision && { ...record.revision, reason_note: null },
    approvals: record.approvals.map((approval) => ({ ...approval, note: null })),
  }
}

function notPending(record: RequestRecord): Failure {
  const by = record.steps.at(-1)
  return {
    kind: record.state === 'expired' ? 'gone' : 'conflict',
    code: record.state === 'expired' ? 'request_expired' : 'not_pending',
    message: `This request is ${record.state} (${by?.actor_name ?? by?.actor_id ?? 'the system'}, ${record.state_at}).`,
    extra: { state: record.state },
  }
}
