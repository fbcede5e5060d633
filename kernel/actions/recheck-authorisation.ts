import { holdersOf, requirementOf } from '../approvals/approval-policy.ts'
import { basisFault } from '../approvals/basis-fault.ts'
import { withSumsThen } from '../approvals/rolling-sums.ts'
import type { Kernel } from '../kernel.ts'
import { say, type Text } from '../languages/say.ts'
import { LATE_MAX_S } from '../schedule/schedule-fault.ts'
import { readTarget } from './read-target.ts'
import { agreedVersion } from './request-record.ts'
import { decidedOtherwise, digestFault } from './revision-fault.ts'
import { openInput } from './seal-input.ts'
import type { Attempt, Because } from './settle-effect.ts'

/**
 * What was true at authorisation may have ceased to be, so it is looked at again each time before an effect that has
 * not been sent yet is sent: that it is what was signed, that the action may go before its approval where it did, expiry,
 * the roles of requester and approvers, the target's version, the policy.
 *
 * @returns why it is not to be sent any more, `altered` where no honest process wrote it so; `unreadable` when the target cannot be read now; undefined: it may be sent
 */
export async function recheckAuthorisation(
  kernel: Kernel,
  { record, action, revision }: Attempt,
): Promise<{ readonly stale: Because; readonly altered?: true } | 'unreadable' | undefined> {
  const fault = await digestFault(kernel, action, record)
  if (fault) return altered(fault)
  // What lifts an emergency was asked for by nobody; that it is to be lifted does not cease to be true.
  if (record.lifts !== null) return recheckTarget(kernel, { record, action, revision }, undefined)
  const formFault = basisFault(action, record)
  if (formFault) return altered(formFault)
  const { emergency } = record
  if (emergency && emergency.outcome !== null && emergency.outcome !== 'agreed') {
    return stale(
      'emergency_ended',
      emergency.outcome === 'rejected'
        ? say`the emergency was rejected before it took effect`
        : emergency.outcome === 'taken_back'
          ? say`the emergency was taken back before it took effect`
          : say`the emergency lapsed before it took effect`,
    )
  }
  const people = await recheckPeople(kernel, { record, action, revision })
  if ('stale' in people) return people
  return recheckTarget(kernel, { record, action, revision }, people)
}

/** Who stands behind an authorisation now: the requester's roles, and how many of those who agreed hold one of `eligible`. */
export type People = {
  readonly roles: readonly string[]
  /** Infinite where nobody had to be asked: an emergency, a broken glass. */
  readonly counting: (eligible: readonly string[]) => number
}

/** Expiry, and the roles of who asked and who agreed, as they are now. */
export async function recheckPeople(
  kernel: Kernel,
  { record, action, revision }: Pick<Attempt, 'record' | 'action' | 'revision'>,
): Promise<People | { readonly stale: Because }> {
  if (record.withdrawn) {
    return stale(
      'withdrawn',
      revision.scheduled_for === null
        ? say`it was stopped before this had begun`
        : say`who asked for it took it back before it was due`,
    )
  }
  if (revision.late_s !== null && revision.late_s > LATE_MAX_S) {
    return stale('too_late', say`its time has passed by more than ${LATE_MAX_S / 60} minutes`)
  }
  if (revision.expired)
    return stale('authorisation_expired', say`the authorisation expired at ${new Date(revision.expires_at)}`)
  const { rows } = await kernel.pool.query<{ requester_roles: string[] | null; approvers: string[][] }>(
    `SELECT kernel.current_roles($2) AS requester_roles,
            coalesce((SELECT jsonb_agg(kernel.current_roles(a.person_id))
                        FROM kernel.standing_approval a WHERE a.request_id = $1 AND a.revision = $3), '[]') AS approvers`,
    [record.part_of?.id ?? record.request_id, record.requested_by, revision.revision],
  )
  const { requester_roles, approvers = [] } = rows[0] ?? {}
  const roles = requester_roles ?? []
  if (!kernel.access.mayEver({ kind: record.requester_kind, roles }, action.name)) {
    return stale('requester_may_no_longer', say`the requester may no longer do this`)
  }
  const awaited = record.steps.some(({ basis }) => basis === 'quorum')
  if (awaited && holdersOf(approvers, revision.eligible_roles) < revision.required_approvals) {
    return stale('approver_lost_role', say`an approver no longer holds an eligible role`)
  }
  return {
    roles,
    counting: (eligible) => (awaited ? holdersOf(approvers, eligible) : Number.POSITIVE_INFINITY),
  }
}

/** The rest, which has to be read: the target, what the action's rules say of it now, and what the policy asks. */
async function recheckTarget(
  kernel: Kernel,
  { record, action, revision }: Pick<Attempt, 'record' | 'action' | 'revision'>,
  people: People | undefined,
): Promise<Awaited<ReturnType<typeof recheckAuthorisation>>> {
  const target = { kind: record.target_kind, id: record.target_id }
  const input = await openInput(kernel.sealer, action.inputSchema, revision.input, target)
  const reading = await readTarget(kernel, action, target, input, record.requested_by)
  if (!reading.ok) {
    return reading.failure.kind === 'not_found'
      ? stale('target_gone', say`the target no longer exists`)
      : 'unreadable'
  }
  const agreed = agreedVersion(record)
  if (reading.value.version !== agreed) {
    return stale(
      'target_changed',
      say`the target has changed (version ${agreed ?? ''}, now ${reading.value.version})`,
    )
  }
  const decided = await decidedOtherwise(kernel, action, record, reading.value.state)
  if (decided && 'refused' in decided) return stale(decided.refused.code, decided.refused.message)
  if (decided) return altered(decided.otherwise)
  if (!people) return undefined
  const policy = await kernel.policies.current(action.console)
  const requirement = requirementOf(
    policy,
    action,
    withSumsThen(action.attributes(reading.value.state, input), revision.evidence),
    people.roles,
  )
  if (requirement.forbidden) return stale('forbidden_by_policy', say`the approval policy now forbids this`)
  if (requirement.rule.required > people.counting(requirement.rule.eligibleRoles)) {
    return stale('policy_tightened', say`the approval policy now asks for more people`)
  }
  return undefined
}

function stale(code: string, sentence: Text): { readonly stale: Because } {
  return { stale: { code, sentence } }
}

/** No honest process wrote it so. */
function altered(sentence: Text): { readonly stale: Because; readonly altered: true } {
  return { stale: { code: 'request_altered', sentence }, altered: true }
}
