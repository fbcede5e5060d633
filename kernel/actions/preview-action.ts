import type { z } from 'zod'
import { type ApprovalPolicy, type Requirement, requirementOf } from '../approvals/approval-policy.ts'
import { readAuditLogState } from '../audit/audit-log-state.ts'
import type { BoundAction } from '../console.ts'
import type { Reading } from '../entities/define-entity.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import { readStream } from '../events/read-stream.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { canonicalBytes, type Json, sha256 } from '../personal-data/canonical-json.ts'
import { findWorkItem } from '../queues/queue-query.ts'
import { digestText } from './action-digest.ts'
import type { Acceptance, DecideContext, PreviewBody, ReadContext, ReasonCode } from './define-action.ts'
import { type Failure, type FieldError, fail, invalid, ok, type Result } from './failure.ts'
import { alreadyRequested, openRequests } from './open-request.ts'
import { loadRequest, REQUEST_ID } from './request-record.ts'

/** An upstream that has not answered a read by then counts as unreadable. */
const READ_TIMEOUT_MS = 4_000

export type Found = Extract<Reading<unknown>, { status: 'found' }>

/** What is known once an action has been decided on fresh state; the same for a preview and for a confirmation. */
export type Considered = {
  readonly action: BoundAction
  readonly target: EntityRef
  readonly found: Found
  readonly input: Json
  readonly accepted: Json
  readonly policyVersion: string
  /** The figures that the approval policy was asked with. */
  readonly attributes: Readonly<Record<string, Json>>
  readonly rule: Extract<Requirement, { forbidden: false }>['rule']
  readonly preview: PreviewBody
  readonly previewDigest: string
  readonly readAt: Date
}

/** A refusal by the action's own `decide`: decided, so recorded; unlike a request that was malformed. */
export type Refused = { readonly refusedBy: 'decide' | 'policy'; readonly failure: Failure }

/**
 * Steps 3 to 6 of the write path: parse, fresh read, decide, requirement. Pure but for the read.
 *
 * @returns the consideration; or a failure, with `refusedBy` where the action was understood and refused
 */
export async function considerAction(
  kernel: Kernel,
  principal: Principal,
  action: BoundAction,
  target: EntityRef,
  rawInput: unknown,
  reason: DecideContext['reason'] | undefined,
  knownPolicy?: ApprovalPolicy,
): Promise<
  Result<Considered> & {
    readonly refusedBy?: Refused['refusedBy']
    readonly found?: Found
    /** What was wrong with the input, where it could not be understood. */
    readonly inputIssues?: z.core.$ZodIssue[]
  }
> {
  const parsed = action.inputSchema.safeParse(rawInput ?? {})
  if (!parsed.success) {
    const { issues } = parsed.error
    return { ...fail(invalid(...fieldErrors(issues, 'input'))), inputIssues: issues }
  }

  const readAt = kernel.now()
  const reading = await readTarget(kernel, action, target)
  if (!reading.ok) return reading
  const found = reading.value

  const decision = kernel.access.decide(principal, action.name, {
    type: 'Record',
    id: target.id,
    kind: target.kind,
    ...(found.tenantId === undefined ? {} : { tenant: found.tenantId }),
  })
  if (!decision.allowed) {
    // Another tenant's record does not exist for this person.
    if (decision.policies.includes('kernel.tenants-stay-apart')) return fail(notFound(target))
    return { ...fail(forbidden(kernel, action.name)), refusedBy: 'policy', found }
  }

  if (reason) {
    const codes = action.reasonsFor(found.state)
    const code = codes.find((known) => known.code === reason.code)
    if (!code) {
      const allowed = codes.map((known) => known.code)
      return fail(invalid({ field: 'reason.code', message: `must be one of the action's codes`, allowed }))
    }
    if (code.noteRequired && !reason.note?.trim()) {
      return fail(
        invalid({ field: 'reason.note', message: `a note is required with the code "${code.code}"` }),
      )
    }
  }

  const context: DecideContext = { now: readAt, reason, actor: { id: principal.id, roles: principal.roles } }
  const decided = action.decide(found.state, parsed.data, context)
  if (decided.decision === 'refuse') {
    if (decided.fields) return fail(invalid(...decided.fields))
    return {
      ...fail({ kind: 'conflict', code: decided.code, message: decided.message }),
      refusedBy: 'decide',
      found,
    }
  }

  const policy = knownPolicy ?? (await kernel.policies.current(action.console))
  const attributes = action.attributes(found.state, parsed.data)
  const requirement = requirementOf(policy, action, attributes, principal.roles)
  if (requirement.forbidden) {
    return {
      ...fail({
        kind: 'forbidden',
        code: 'forbidden_by_policy',
        message: 'The approval policy forbids this outright.',
      }),
      refusedBy: 'policy',
      found,
    }
  }

  const preview = action.preview(found.state, parsed.data, context)
  const input = parsed.data as Json
  return ok({
    action,
    target,
    found,
    input,
    accepted: (decided as Acceptance<Json>).accepted,
    policyVersion: `${kernel.access.version}.${policy.version}`,
    attributes,
    rule: requirement.rule,
    preview,
    previewDigest: previewDigest(action, target, input, found, policy.version, requirement.rule, preview),
    readAt,
  })
}

/** `POST /v1/actions/{type}/preview`: what it will do, who must agree, and the digest that a confirmation carries. */
export async function previewAction(
  kernel: Kernel,
  principal: Principal,
  action: BoundAction,
  target: EntityRef,
  rawInput: unknown,
  reason?: DecideContext['reason'],
): Promise<Result<Record<string, unknown>>> {
  const considered = await considerAction(kernel, principal, action, target, rawInput, reason)
  if (!considered.ok) return considered
  const open = (await openRequests(kernel, target)).get(action.name)
  if (open !== undefined) return fail(alreadyRequested(action, open))
  const { preview, rule, found, readAt } = considered.value
  return ok({
    preview_digest: considered.value.previewDigest,
    ...preview,
    approvals: {
      required: rule.required,
      eligible_roles: rule.eligibleRoles,
      expires_in_s: rule.expiresInS,
      eligible_people:
        rule.required === 0 ? [] : await eligiblePeople(kernel, rule.eligibleRoles, principal.id),
    },
    reasons: considered.value.action.reasonsFor(found.state).map(reasonOnWire),
    target_version: found.version,
    policy_version: considered.value.policyVersion,
    fresh_at: readAt.toISOString(),
  })
}

export function reasonOnWire({ code, title, noteRequired }: ReasonCode): {
  code: string
  title: string
  note_required: boolean
} {
  return { code, title, note_required: noteRequired === true }
}

/** The record as it is now, or why it cannot be decided on. */
export async function readTarget(
  kernel: Kernel,
  action: Pick<BoundAction, 'read'>,
  target: EntityRef,
): Promise<Result<Found>> {
  const reading = await action.read(target.id, readContext(kernel))
  switch (reading.status) {
    case 'found':
      return ok(reading)
    case 'missing':
      return fail(notFound(target))
    case 'unreadable':
      return fail({
        kind: 'upstream_unavailable',
        code: 'upstream_unreadable',
        message: `${reading.source} cannot be read now (${reading.why}), and nothing is decided on an older copy. Try again shortly.`,
        retryAfterS: 5,
        extra: { source: reading.source },
      })
    default:
      return reading satisfies never
  }
}

/** What a reading may use besides its upstream. */
export function readContext(kernel: Kernel): ReadContext {
  return {
    decidersOf: (console) =>
      Object.fromEntries(
        [...kernel.actions.values()]
          .filter((action) => action.console === console)
          .map(({ name }) => [name, kernel.access.rolesFor(`${name}:decide`)]),
      ),
    events: (stream) => readStream(kernel.pool, stream),
    request: (id) => (REQUEST_ID.test(id) ? loadRequest(kernel.pool, id) : Promise.resolve(undefined)),
    auditLog: () => readAuditLogState(kernel.pool),
    workItem: (queue, itemId) => findWorkItem(kernel, queue, itemId),
    signal: AbortSignal.timeout(READ_TIMEOUT_MS),
  }
}

export function notFound(target: EntityRef): Failure {
  return {
    kind: 'not_found',
    code: 'not_found',
    message: `There is no ${target.kind} "${target.id}".`,
  }
}

/** 403 with what would be needed, one of the permissions; says nothing of the target. */
export function forbidden(kernel: Kernel, ...permissions: readonly string[]): Failure {
  const roles = [...new Set(permissions.flatMap((permission) => kernel.access.rolesFor(permission)))]
  return {
    kind: 'forbidden',
    code: 'forbidden',
    message:
      roles.length > 0 ? `This needs the role ${roles.join(' or ')}.` : 'No role that exists may do this.',
    extra: { required_roles: roles },
  }
}

/** K-13: where the reason is at fault, its codes are listed with it. */
export function withReasonCodes(
  action: Pick<BoundAction, 'reasons'>,
  reasonField: string | undefined,
  errors: readonly FieldError[],
): FieldError[] {
  return errors.map((error) =>
    error.field === reasonField || error.field === 'reason' || error.field === 'reason.code'
      ? {
          ...error,
          message: 'a reason is required: a code of the action',
          allowed: action.reasons.map(({ code }) => code),
        }
      : error,
  )
}

export function fieldErrors(
  issues: readonly {
    path: PropertyKey[]
    message: string
    code?: string
    keys?: string[]
    values?: unknown[]
  }[],
  prefix = '',
): { field: string; message: string; allowed?: string[] }[] {
  return issues.flatMap((issue) => {
    const path = [...(prefix ? [prefix] : []), ...issue.path.map(String)]
    if (issue.code === 'unrecognized_keys') {
      return (issue.keys ?? []).map((key) => ({
        field: [...path, key].join('.'),
        message: 'is not a member of this request',
      }))
    }
    const allowed = issue.code === 'invalid_value' ? issue.values?.map(String) : undefined
    return [{ field: path.join('.') || 'body', message: issue.message, ...(allowed ? { allowed } : {}) }]
  })
}

function previewDigest(
  action: BoundAction,
  target: EntityRef,
  input: Json,
  found: Found,
  policyVersion: string,
  rule: Considered['rule'],
  preview: PreviewBody,
): string {
  return digestText(
    sha256(
      canonicalBytes({
        type: action.name,
        target: { kind: target.kind, id: target.id },
        input,
        target_version: found.version,
        policy_version: policyVersion,
        required: rule.required,
        preview: preview as unknown as Json,
      }),
    ),
  )
}

/** People known to hold an eligible role now, at most this many named. */
const ELIGIBLE_PEOPLE_SHOWN = 20

export async function eligiblePeople(
  kernel: Kernel,
  roles: readonly string[],
  requester: string,
): Promise<{ id: string; name: string }[]> {
  const { rows } = await kernel.pool.query<{ id: string; name: string | null }>(
    `SELECT person_id AS id, display_name AS name
       FROM kernel.person
      WHERE kind = 'person' AND disabled_at IS NULL AND person_id <> $2
        AND kernel.current_roles(person_id) && $1
      ORDER BY display_name, person_id
      LIMIT $3`,
    [roles, requester, ELIGIBLE_PEOPLE_SHOWN],
  )
  return rows.map((row) => ({ id: row.id, name: row.name ?? row.id }))
}
