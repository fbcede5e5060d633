import { accept, defineAction, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { deliverToEdge } from '../edge/deliver-to-edge.ts'
import { reasonOnDoor } from '../edge/door-reason.ts'
import { edgeOwner, secondAdministrator, unlessOurs } from '../edge/edge-owner.ts'
import type { Upstreams } from '../upstreams.ts'
import { ruleText, wouldHaveLimited } from './limit-preview.ts'
import { limitReasons } from './limit-reasons.ts'
import { type RateLimitToChange, rateLimit } from './rate-limit-entity.ts'

type Accepted = { readonly id: string; readonly reason: string }

/** P-05: ends a limit for good; its versions stay. */
export const withdrawRateLimit = defineAction<RateLimitToChange, z.ZodObject, Accepted, Upstreams>({
  name: 'platform.withdraw_rate_limit',
  risk: 'medium',
  movesMoney: false,
  target: rateLimit,
  input: z.object({}),
  reasons: limitReasons,
  approvals: { required: 0, eligibleRoles: ['platform/PLATFORM_ADMIN'], expiresInS: 24 * 3600 },
  approvalsWhere: secondAdministrator,
  attributes: ({ scope }) => ({ scope }),
  oneByOne: true,
  door: {
    method: 'DELETE',
    path: '/api/ops/rate-limits/:id',
    body: z.object({ reason: reasonOnDoor }),
    fields: { 'target.id': 'id', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ reason }, { id = '' }) => ({ targetId: id, input: {}, reason: String(reason) }),
    beside: ({ state }) => ({
      success: true,
      message:
        state === 'executed'
          ? say`Rate limit withdrawn`
          : state === 'pending'
            ? say`Withdrawing the rate limit waits for a second administrator`
            : say`Withdrawing the rate limit is under way`,
    }),
  },
  present: { title: say`Withdraw the limit`, tone: 'danger', ifWrong: say`Add another one like it.` },
  offeredOn: ({ state }) => state === 'active',
  decide(record, _input, { reason }) {
    const refused = unlessOurs(edgeOwner(record))
    if (refused) return refused
    if (record.state === 'withdrawn') return refuse('withdrawn', say`It is withdrawn already.`)
    return accept({ id: record.id, reason: reason?.code ?? 'other' })
  },
  preview: (record) => ({
    summary: say`This limit ends for good; others at the same paths go on.`,
    changes: [{ label: say`Limit at ${record.route}`, before: ruleText(record) }],
    effects: [say`What came beyond it is let through, as far as no other limit holds it.`],
    at_present: wouldHaveLimited(record, record.would_limit),
  }),
  effect: deliverToEdge(({ id, reason }, { upstreams, key, targetVersion, signal }) =>
    upstreams.edge.withdrawRateLimit(id, { reason }, { key, ifMatch: targetVersion, signal }),
  ),
})
