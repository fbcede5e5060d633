import { offeredBeforeApproval } from '../approvals/before-approval.ts'
import type { BoundAction } from '../console.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { latestSchedule } from '../schedule/schedule-fault.ts'
import { considerAction } from './consider-action.ts'
import type { DecideContext } from './define-action.ts'
import { eligiblePeople } from './eligible-people.ts'
import { fail, ok, type Result } from './failure.ts'
import { alreadyRequested, openRequests, pointingToEmergency } from './open-request.ts'
import { reasonOnWire } from './reason-on-wire.ts'
import { requestsBeside } from './requests-beside.ts'

/** `POST /v1/actions/{type}/preview`: what it will do, who must agree, and the digest that a confirmation carries. */
export async function previewAction(
  kernel: Kernel,
  principal: Principal,
  action: BoundAction,
  target: EntityRef,
  rawInput: unknown,
  reason?: DecideContext['reason'],
  /** The open request that this would be a further revision of. */
  revises?: string,
): Promise<Result<Record<string, unknown>>> {
  const considered = await considerAction(
    ...([kernel, principal, action, target, rawInput, reason && { ...reason, writing: true }] as const),
    undefined,
    revises,
  )
  if (!considered.ok) {
    return considered.refusedBy === 'decide'
      ? fail(await pointingToEmergency(kernel, action, target, considered.failure))
      : considered
  }
  const open = (await openRequests(kernel, target)).get(action.name)
  const other = open?.id === revises ? undefined : open
  const atOnce = await offeredBeforeApproval(kernel, principal, considered.value)
  if (other !== undefined && !(other.waits && Object.keys(atOnce).length > 0)) {
    return fail(alreadyRequested(action, other.id))
  }
  const { preview, rule, found, readAt } = considered.value
  const beside = await requestsBeside(kernel, principal, { action: action.name, target, request: revises })
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
    ...(rule.stepUp?.requestMaxAgeS === undefined ? {} : { max_age_s: rule.stepUp.requestMaxAgeS }),
    ...atOnce,
    // Asked for already, so not to be asked for again: what is left are the ways that need nobody first.
    ...(other === undefined ? {} : { open_request: other.id }),
    ...(beside.length === 0 ? {} : { beside }),
    reasons: considered.value.action.reasonsFor(found.state).map(reasonOnWire),
    ...(considered.value.action.connectorOf(considered.value.accepted) === null
      ? {}
      : { schedule_until: latestSchedule(rule, readAt).toISOString() }),
    target_version: found.version,
    policy_version: considered.value.policyVersion,
    fresh_at: readAt.toISOString(),
  })
}
