import { neededRoles, rolesThatMay } from '../access/roles-that-may.ts'
import { type OpenRequest, openRequests } from '../actions/open-request.ts'
import type { Found } from '../actions/read-target.ts'
import { reasonOnWire } from '../actions/reason-on-wire.ts'
import { undoableOn } from '../actions/undo-request.ts'
import { isSettled, requirementOf } from '../approvals/approval-policy.ts'
import { withRollingSums } from '../approvals/rolling-sums.ts'
import { prohibition } from '../approvals/rule-sentence.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say, type Text } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { EntityRef } from './entity-ref.ts'

export type Affordance = {
  readonly action: string
  readonly title: Text
  readonly tone: 'neutral' | 'danger'
  readonly allowed: boolean
  readonly reason?: Text
  readonly approvals: number
  /** The codes that make sense for this very record, where the action narrows them. */
  readonly reasons?: readonly ReturnType<typeof reasonOnWire>[]
  /** The open request that stands in the way of another. */
  readonly open_request?: string
  /** What was done last on the record that this takes back, and with which input. */
  readonly undoes?: { readonly id: string; readonly input: Json }
}

/**
 * What this person may do to this record now: the same policy and the same `decide` as the write path, so that the
 * screen cannot disagree with the server. Without a fresh reading nothing is allowed.
 */
export async function affordancesOf(
  kernel: Kernel,
  principal: Principal,
  target: EntityRef,
  found: Found | undefined,
): Promise<Affordance[]> {
  const actions = [...kernel.actions.values()].filter(
    (action) => action.targetKind === target.kind && (!found || action.offeredOn(found.state)),
  )
  const open =
    found && actions.length > 0 ? await openRequests(kernel, target) : new Map<string, OpenRequest>()
  const undoable = found && actions.length > 0 ? await undoableOn(kernel, principal, target) : undefined
  return Promise.all(
    actions.map(async (action) => {
      const undoes = undoable?.get(action.name)
      const base = { action: action.name, title: action.present.title, tone: action.present.tone }
      if (!found) {
        return {
          ...base,
          allowed: false,
          reason: say`The record cannot be read now; nothing is done on an older copy.`,
          approvals: action.approvals.required,
        }
      }
      const policy = await kernel.policies.current(action.console)
      const { attributes } = await withRollingSums(
        kernel,
        policy,
        action,
        action.attributes(found.state, {}),
        {
          requestedBy: principal.id,
          target,
        },
      )
      const requirement = requirementOf(policy, action, attributes, principal.roles)
      const approvals = requirement.forbidden ? 0 : requirement.rule.required
      if (!kernel.access.mayEver(principal, action.name)) {
        const reason = neededRoles(rolesThatMay(kernel, action.name, target))
        return { ...base, allowed: false, reason, approvals }
      }
      const decision = kernel.access.decide(principal, action.name, {
        type: 'Record',
        id: target.id,
        kind: target.kind,
        ...(found.tenantId === undefined ? {} : { tenant: found.tenantId }),
      })
      if (!decision.allowed)
        return {
          ...base,
          allowed: false,
          reason: say`Refused by the policy ${decision.policies.join(', ')}.`,
          approvals,
        }
      const openRequest = open.get(action.name)
      const atOnce =
        openRequest?.waits === true &&
        approvals > 0 &&
        principal.kind === 'person' &&
        action.emergency !== undefined
      if (openRequest !== undefined && !atOnce) {
        const reason = say`This has been requested already and is still open.`
        return { ...base, allowed: false, reason, approvals, open_request: openRequest.id }
      }
      if (requirement.forbidden && isSettled(requirement.by.when, attributes)) {
        return { ...base, allowed: false, reason: prohibition(kernel, requirement.by, action), approvals }
      }
      const decided = action.decide(
        found.state,
        {},
        {
          now: kernel.now(),
          reason: undefined,
          actor: { id: principal.id, roles: principal.roles },
        },
      )
      // A missing input is no reason to disable the button: the form asks for it.
      if (decided.decision === 'refuse' && !decided.fields) {
        return { ...base, allowed: false, reason: decided.message, approvals }
      }
      const reasons = action.reasonsFor(found.state)
      return {
        ...{ ...base, allowed: true, approvals },
        ...(reasons === action.reasons ? {} : { reasons: reasons.map(reasonOnWire) }),
        ...(undoes ? { undoes } : {}),
        // It waits for others; as an emergency it is still done at once.
        ...(openRequest === undefined ? {} : { open_request: openRequest.id }),
      }
    }),
  )
}
