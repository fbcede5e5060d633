import type { z } from 'zod'
import { needsOneOf } from '../access/forbidden.ts'
import { rolesThatMay } from '../access/roles-that-may.ts'
import { type ApprovalPolicy, type Requirement, requirementOf } from '../approvals/approval-policy.ts'
import { byConcernedPeople } from '../approvals/concerned-people.ts'
import { type RollingSum, withRollingSums } from '../approvals/rolling-sums.ts'
import { prohibition } from '../approvals/rule-sentence.ts'
import type { BoundAction } from '../console.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import { notFound } from '../entities/not-found.ts'
import { fieldErrors } from '../http/field-errors.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { canonicalBytes, type Json } from '../personal-data/canonical-json.ts'
import { digestText } from './action-digest.ts'
import { confirmedPreview } from './confirmed-preview.ts'
import type { Acceptance, DecideContext, PreviewBody } from './define-action.ts'
import { fail, invalid, ok, type Result } from './failure.ts'
import { noteMissing } from './note-missing.ts'
import { type Found, readTarget } from './read-target.ts'
import { unknownReason } from './unknown-reason.ts'
import { visibleRequest } from './visible-requests.ts'

/** Longer than any upstream stays away without people noticing. */
const LIFT_EXPIRES_S = 7 * 24 * 3600

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
  /** Of what those figures were added up. */
  readonly rolling: readonly RollingSum[]
  readonly rule: Extract<Requirement, { forbidden: false }>['rule']
  readonly preview: PreviewBody
  readonly previewDigest: string
  readonly readAt: Date
}

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
  /** `unasked`: the door takes none, so what stands in its place is held against no list. `writing`: its note is being written still. */
  reason:
    | (NonNullable<DecideContext['reason']> & { readonly unasked?: boolean; readonly writing?: boolean })
    | undefined,
  knownPolicy?: ApprovalPolicy,
  /** The request that this becomes a further revision of. */
  revising?: string,
): Promise<
  Result<Considered> & {
    /** Decided, so recorded; unlike a request that was malformed. */
    readonly refusedBy?: 'decide' | 'policy'
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
  const reading = await readTarget(kernel, action, target, parsed.data as Json, principal.id)
  if (!reading.ok) return reading
  const found = reading.value

  const entity = kernel.entities.get(target.kind)
  if (entity?.knownTo?.(found.state, principal, kernel) === false) return fail(notFound(target))
  // What it is on tells as well who knows of a request.
  if (target.kind === 'request' && !(await visibleRequest(kernel, principal, target.id))) {
    return fail(notFound(target))
  }
  const decision = kernel.access.decide(principal, action.name, {
    type: 'Record',
    id: target.id,
    kind: target.kind,
    ...(found.tenantId === undefined ? {} : { tenant: found.tenantId }),
  })
  if (!decision.allowed) {
    // Another tenant's record does not exist for this person.
    if (decision.policies.includes('kernel.tenants-stay-apart')) return fail(notFound(target))
    return { ...fail(needsOneOf(rolesThatMay(kernel, action.name, target))), refusedBy: 'policy', found }
  }

  if (reason && !reason.unasked) {
    const codes = action.reasonsFor(found.state)
    const code = codes.find((known) => known.code === reason.code)
    if (!code) {
      return fail(unknownReason(codes))
    }
    const unexplained = noteMissing(code, reason.note, reason.writing)
    if (unexplained) return fail(unexplained)
  }

  const context: DecideContext = { now: readAt, reason, actor: { id: principal.id, roles: principal.roles } }
  const decided = action.decide(found.state, parsed.data, context)
  if (decided.decision === 'refuse') {
    if (decided.fields) return fail(invalid(...decided.fields))
    if (decided.breach) {
      const { code, message, explanation, note } = decided
      const extra = note === undefined ? undefined : { note }
      return { ...fail({ ...{ kind: 'forbidden', code, message, explanation, extra }, breach: true }), found }
    }
    return {
      ...fail({ kind: 'conflict', code: decided.code, message: decided.message }),
      refusedBy: 'decide',
      found,
    }
  }

  const policy = knownPolicy ?? (await kernel.policies.current(action.console))
  const { attributes, sums } = await withRollingSums(
    kernel,
    policy,
    action,
    action.attributes(found.state, parsed.data),
    { requestedBy: principal.id, target, ...(revising === undefined ? {} : { but: revising }) },
  )
  const requirement = requirementOf(policy, action, attributes, principal.roles)
  if (requirement.forbidden) {
    return {
      ...fail({
        kind: 'forbidden',
        code: 'forbidden_by_policy',
        message: prohibition(kernel, requirement.by, action),
      }),
      refusedBy: 'policy',
      found,
    }
  }

  const { accepted } = decided as Acceptance<Json>
  const ruled = byConcernedPeople(kernel, action, { target, state: found.state, accepted }, requirement.rule)
  if (!ruled.ok) return { ...ruled, refusedBy: 'policy', found }
  const rule = ruled.value

  const preview = action.preview(found.state, parsed.data, context)
  const input = parsed.data as Json
  return ok({
    action,
    target,
    found,
    input,
    accepted,
    policyVersion: `${kernel.access.version}.${policy.version}`,
    attributes,
    rolling: sums,
    rule,
    preview,
    previewDigest: previewDigest(kernel, action, target, input, found, policy.version, rule, preview),
    readAt,
  })
}

/**
 * The same for what the kernel itself asks for, once people have settled that it is to be done: the target and the
 * action's own rules, with nobody's roles and nobody asked.
 */
export async function considerTarget(
  kernel: Kernel,
  action: BoundAction,
  target: EntityRef,
  reason: NonNullable<DecideContext['reason']>,
  actor: DecideContext['actor'],
): Promise<Result<Considered>> {
  const readAt = kernel.now()
  const reading = await readTarget(kernel, action, target)
  if (!reading.ok) return reading
  const found = reading.value
  const input = action.inputSchema.parse({}) as Json
  const context: DecideContext = { now: readAt, reason, actor }
  const decided = action.decide(found.state, input, context)
  if (decided.decision === 'refuse')
    return fail({ kind: 'conflict', code: decided.code, message: decided.message })
  const policy = await kernel.policies.current(action.console)
  const rule = { required: 0, eligibleRoles: [], expiresInS: LIFT_EXPIRES_S }
  const preview = action.preview(found.state, input, context)
  return ok({
    action,
    target,
    found,
    input,
    accepted: (decided as Acceptance<Json>).accepted,
    policyVersion: `${kernel.access.version}.${policy.version}`,
    attributes: action.attributes(found.state, input),
    rolling: [],
    rule,
    preview,
    previewDigest: previewDigest(kernel, action, target, input, found, policy.version, rule, preview),
    readAt,
  })
}

/** Keyed: what was typed is in it in clear, and beside it stands all the rest. */
function previewDigest(
  { sealer }: Pick<Kernel, 'sealer'>,
  action: BoundAction,
  target: EntityRef,
  input: Json,
  found: Found,
  policyVersion: string,
  rule: Considered['rule'],
  preview: PreviewBody,
): string {
  const shown = {
    type: action.name,
    target: { kind: target.kind, id: target.id },
    input,
    target_version: found.version,
    policy_version: policyVersion,
    required: rule.required,
    preview: confirmedPreview(preview),
  }
  return digestText(sealer.digestForInstallation(`preview ${canonicalBytes(shown).toString('utf8')}`))
}
