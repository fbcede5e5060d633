import { accept, defineAction, refuse, refuseField } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { deliverToEdge } from '../edge/deliver-to-edge.ts'
import { reasonOnDoor } from '../edge/door-reason.ts'
import { edgeOwner, secondAdministrator, unlessOurs } from '../edge/edge-owner.ts'
import type { Upstreams } from '../upstreams.ts'
import { limitEffects, ruleText, wouldHaveLimited } from './limit-preview.ts'
import { limitReasons } from './limit-reasons.ts'
import type { RateLimitRule } from './rate-limit.ts'
import { type RateLimitToChange, rateLimit } from './rate-limit-entity.ts'
import { limitMembers } from './rate-limit-input.ts'

const input = z.object({
  limit: limitMembers.limit.optional(),
  window_s: limitMembers.window_s.optional(),
  burst: limitMembers.burst.optional(),
})
type Accepted = RateLimitRule & { readonly id: string; readonly reason: string }

/** P-05: changes how much a limit lets through; whom and what it limits stays, or it would be another one. */
export const changeRateLimit = defineAction<RateLimitToChange, typeof input, Accepted, Upstreams>({
  name: 'platform.change_rate_limit',
  risk: 'medium',
  movesMoney: false,
  target: rateLimit,
  input,
  reasons: limitReasons,
  approvals: { required: 0, eligibleRoles: ['platform/PLATFORM_ADMIN'], expiresInS: 24 * 3600 },
  approvalsWhere: secondAdministrator,
  attributes: ({ scope }) => ({ scope }),
  oneByOne: true,
  door: {
    method: 'PUT',
    path: '/api/ops/rate-limits/:id',
    body: z.object({ ...input.shape, reason: reasonOnDoor }),
    fields: { 'target.id': 'id', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ reason, ...change }, { id = '' }) => ({
      ...{ targetId: id, input: change, reason: String(reason) },
    }),
    beside: ({ state }) => ({
      success: true,
      message:
        state === 'executed'
          ? say`Rate limit changed`
          : state === 'pending'
            ? say`Changing the rate limit waits for a second administrator`
            : say`Changing the rate limit is under way`,
    }),
  },
  present: {
    title: say`Change the limit`,
    tone: 'neutral',
    ifWrong: say`Change it again: the new one counts at once.`,
  },
  offeredOn: ({ state }) => state === 'active',
  decide(record, change, { reason }) {
    const refused = unlessOurs(edgeOwner(record))
    if (refused) return refused
    if (record.state === 'withdrawn')
      return refuse('withdrawn', say`It is withdrawn for good. Add another one.`)
    if (Object.values(change).every((one) => one === undefined)) {
      return refuseField(
        'input.limit',
        say`must differ from what is in force, or the window must, or how many more at once`,
      )
    }
    const { limit, window_s, burst } = changed(record, change)
    if (limit === record.limit && window_s === record.window_s && burst === record.burst) {
      return refuse('nothing_changed', say`It is so already.`)
    }
    return accept({ id: record.id, limit, window_s, burst, reason: reason?.code ?? 'other' })
  },
  preview: (record, change) => ({
    summary: say`At ${record.route} is let through: ${ruleText(changed(record, change))}.`,
    changes: [
      {
        label: say`Limit at ${record.route}`,
        before: ruleText(record),
        after: ruleText(changed(record, change)),
      },
    ],
    effects: limitEffects(record),
    at_present: wouldHaveLimited(record, record.would_limit),
  }),
  effect: deliverToEdge(({ id, ...change }, { upstreams, key, targetVersion, signal }) =>
    upstreams.edge.changeRateLimit(id, change, { key, ifMatch: targetVersion, signal }),
  ),
})

function changed(record: RateLimitRule, change: z.output<typeof input>): RateLimitRule {
  return {
    limit: change.limit ?? record.limit,
    window_s: change.window_s ?? record.window_s,
    burst: change.burst ?? record.burst,
  }
}
