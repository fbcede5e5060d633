import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite, type WriteParts } from '../actions/commit-write.ts'
import { ok, type Result } from '../actions/failure.ts'
import { type Answer, replayedAnswer } from '../actions/idempotency.ts'
import type { RequestDigest } from '../actions/request-digest.ts'
import type { RequestRecord } from '../actions/request-record.ts'
import { requestResource } from '../actions/request-resource.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { canonicalBytes, type Json, sha256 } from '../personal-data/canonical-json.ts'
import type { Sealed } from '../personal-data/sealing.ts'

/** Who decides, through which door, under which key. */
export type Deciding = {
  readonly principal: Principal
  readonly origin: RequestOrigin
  readonly what: 'approve' | 'reject' | 'cancel' | 'renew'
  readonly door: string
  readonly key: string
}

/** What they said with it, where it is said: the revision that they read, and the preview of it. */
export type Said = {
  readonly digest?: string | undefined
  readonly note?: string | undefined
  readonly previewDigest?: string | undefined
}

/** What somebody says with their word on a request, sealed under the key of its target. */
export async function sealedNote(
  { sealer }: Pick<Kernel, 'sealer'>,
  record: Pick<RequestRecord, 'target_kind' | 'target_id'>,
  note: string | undefined,
): Promise<Sealed | null> {
  if (note === undefined) return null
  const target = { kind: record.target_kind, id: record.target_id }
  const [sealed] = await sealer.seal(target, [{ text: note, class: 'free_text' }])
  return sealed ?? null
}

/** The signature of this person on the current revision; its note sealed under the key of the target. */
export async function approvalPart(
  kernel: Kernel,
  { principal }: Deciding,
  record: RequestRecord,
  decision: 'approve' | 'reject',
  note: string | undefined,
  evidence: Json,
  roles: readonly string[],
): Promise<NonNullable<WriteParts['approval']>> {
  const { revision } = record
  if (!revision) throw new Error(`request ${record.request_id} has no revision`)
  return {
    revision: revision.revision,
    person_id: principal.id,
    decision,
    digest: revision.digest.slice('sha256:'.length),
    roles,
    note: await sealedNote(kernel, record, note),
    evidence,
    evidence_hash: sha256(canonicalBytes(evidence)).toString('hex'),
    authenticated_at: principal.credential.authenticatedAt?.toISOString() ?? null,
  }
}

/** The decision with everything that follows from it, in one transaction; `moved` where the request has moved since. */
export async function writeDecision(
  kernel: Kernel,
  { principal, origin, door, key, what }: Deciding,
  record: RequestRecord,
  requestDigest: RequestDigest,
  change: {
    readonly approval?: WriteParts['approval']
    /** A further term of an emergency, and the end of one. */
    readonly renewal?: WriteParts['renewal']
    /** Of what waits for its time: it is not to come. */
    readonly withdrawal?: WriteParts['withdrawal']
    readonly emergencyEnd?: WriteParts['emergency_end']
    readonly transition?: { readonly to_state: string; readonly basis?: 'quorum'; readonly note?: Json }
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
      digest: requestDigest.kept,
      status,
      answer: await answerBody(kernel, principal, record, what, change.state, change.emergencyEnd?.outcome),
      request_id: record.request_id,
    },
    expect: {
      request_id: record.request_id,
      transitions: record.transitions,
      approvals: record.approvals.length,
    },
    ...(change.approval ? { approval: change.approval } : {}),
    ...(change.renewal ? { renewal: change.renewal } : {}),
    ...(change.withdrawal ? { withdrawal: change.withdrawal } : {}),
    ...(change.emergencyEnd ? { emergency_end: change.emergencyEnd } : {}),
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
      ...(change.approval || change.renewal || change.withdrawal
        ? [{ ...who, kind: 'approval' as const, reason, outcome: what }]
        : []),
      ...(change.transition
        ? [
            {
              ...who,
              kind: 'action' as const,
              ...(change.approval ? {} : { reason }),
              outcome: change.transition.to_state,
              transition: { from: record.state, to: change.transition.to_state, revision },
              ...(change.transition.to_state === 'executed' && record.revision
                ? kernel.actions.get(record.type)?.recorded(record.revision.decided)
                : {}),
            },
          ]
        : []),
    ),
  })
  if (!committed.ok) return committed
  if (committed.value.replayed) return replayedAnswer(committed.value, requestDigest)
  if (change.transition) kernel.observeMove({ action: record.type, state: change.transition.to_state })
  return ok({ status, body: committed.value.answer, replayed: false, requestId: record.request_id })
}

/** The request resource as this decision leaves it, without anybody's note: what is recorded must hold no free text. */
async function answerBody(
  kernel: Kernel,
  principal: Principal,
  record: RequestRecord,
  what: Deciding['what'],
  state: string,
  emergencyEnd: string | undefined,
): Promise<object> {
  const { transitions, evidence, input, personal, ...resource } = await requestResource(
    kernel,
    withoutNotes(record),
    principal,
  )
  const at = kernel.now().toISOString()
  const given = record.approvals.map((approval) => ({
    person: { id: approval.person_id, name: approval.name ?? approval.person_id },
    decision: approval.decision,
    ...(approval.void ? { void: true } : {}),
    at: approval.at,
  }))
  return {
    ...resource,
    state,
    ...(state === record.state ? {} : { state_at: at }),
    ...(what === 'cancel' && resource.schedule !== undefined ? { schedule: 'withdrawn' } : {}),
    basis: resource.basis ?? (state === 'authorized' || state === 'executed' ? 'quorum' : null),
    ...(resource.emergency
      ? { emergency: { ...resource.emergency, ...(emergencyEnd ? { approval: emergencyEnd } : {}) } }
      : {}),
    approvals: {
      ...(resource.approvals as object),
      given:
        what === 'cancel' || what === 'renew'
          ? given
          : [...given, { person: { id: principal.id, name: principal.name }, decision: what, at }],
    },
  }
}

function withoutNotes(record: RequestRecord): RequestRecord {
  return {
    ...record,
    revision: record.revision && { ...record.revision, reason_note: null },
    withdrawn: record.withdrawn && { ...record.withdrawn, note: null },
    approvals: record.approvals.map((approval) => ({ ...approval, note: null })),
  }
}
