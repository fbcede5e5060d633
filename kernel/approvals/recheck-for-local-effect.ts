import { fail, ok, type Result } from '../actions/failure.ts'
import type { RequestRecord } from '../actions/request-record.ts'
import type { BoundAction } from '../console.ts'
import type { Kernel } from '../kernel.ts'
import { type Said, say } from '../languages/say.ts'
import { holdersOf, requirementOf } from './approval-policy.ts'
import { withSumsThen } from './rolling-sums.ts'

/**
 * A local effect happens in the transaction of the last approval, with no dispatch before which things are looked at
 * again; so the requester's roles and the policy are looked at here. (What an approval counts for is the database's to
 * say, in either case.)
 *
 * @param approvers the roles of each who agrees, the last one among them
 */
export async function recheckForLocalEffect(
  kernel: Kernel,
  action: BoundAction,
  record: RequestRecord,
  state: unknown,
  approvers: readonly (readonly string[])[],
): Promise<Result<undefined>> {
  const { rows } = await kernel.pool.query<{ roles: string[] | null }>(
    'SELECT kernel.current_roles($1) AS roles',
    [record.requested_by],
  )
  const roles = rows[0]?.roles ?? []
  if (!kernel.access.mayEver({ kind: record.requester_kind, roles }, action.name)) {
    return lapsed('requester_may_no_longer', say`Who asked for this may no longer do it.`)
  }
  const policy = await kernel.policies.current(action.console)
  const attributes = withSumsThen(
    action.attributes(state, record.revision?.input),
    record.revision?.evidence ?? null,
  )
  const requirement = requirementOf(policy, action, attributes, roles)
  if (requirement.forbidden) {
    return lapsed('forbidden_by_policy', say`The approval policy has come to forbid this.`)
  }
  if (requirement.rule.required > holdersOf(approvers, requirement.rule.eligibleRoles)) {
    return lapsed(
      'policy_tightened',
      say`The approval policy now asks for ${requirement.rule.required} people.`,
    )
  }
  return ok(undefined)
}

function lapsed(code: string, message: Said): Result<never> {
  return fail({ kind: 'conflict', code, message: say`${message} It has to be asked for again.` })
}
