import { accept, defineAction, refuse, refuseField } from '@countersign/kernel/actions/define-action.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { consoleMember } from '../edge/console-member.ts'
import { deliverToEdge } from '../edge/deliver-to-edge.ts'
import { reasonOnDoor } from '../edge/door-reason.ts'
import { secondAdministrator, unlessOurs } from '../edge/edge-owner.ts'
import type { NewRateLimit } from '../edge/edge-port.ts'
import { type EdgeScope, edgeScope, ownerTitle } from '../edge/edge-scope.ts'
import { edgeScopeId } from '../edge/edge-scope-id.ts'
import type { Upstreams } from '../upstreams.ts'
import { limitEffects, ruleText, wouldHaveLimited } from './limit-preview.ts'
import { limitReasons } from './limit-reasons.ts'
import { RATE_LIMIT_SCOPES } from './rate-limit.ts'
import { limitMembers, routeMember } from './rate-limit-input.ts'

const input = z.object({ route: routeMember, ...limitMembers, burst: limitMembers.burst.default(0) })
type Accepted = NewRateLimit & { readonly reason: string }

/** P-05: limits what a merchant, all together, or each operator of this console may send to a route. */
export const addRateLimit = defineAction<EdgeScope, typeof input, Accepted, Upstreams>({
  name: 'platform.add_rate_limit',
  risk: 'medium',
  movesMoney: false,
  target: edgeScope,
  input,
  reasons: limitReasons,
  approvals: { required: 0, eligibleRoles: ['platform/PLATFORM_ADMIN'], expiresInS: 24 * 3600 },
  approvalsWhere: secondAdministrator,
  attributes: ({ owner }) => ({ scope: owner.scope }),
  concurrent: true,
  oneByOne: true,
  door: {
    method: 'POST',
    path: '/api/ops/rate-limits',
    body: z
      .object({
        scope: z.enum(RATE_LIMIT_SCOPES),
        merchant_id: entityId.optional(),
        console: consoleMember.optional(),
        ...input.shape,
        reason: reasonOnDoor,
      })
      .refine(({ scope, merchant_id }) => (scope === 'merchant') === (merchant_id !== undefined), {
        path: ['merchant_id'],
        message: written(say`must be there for the scope merchant, and only for that`),
      })
      .refine(({ scope, console }) => scope === 'console' || console === undefined, {
        path: ['console'],
        message: written(say`must be left out, unless the scope is console`),
      }),
    fields: { 'target.id': 'merchant_id', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ scope, merchant_id, console = 'platform', reason, ...rule }) => ({
      targetId: edgeScopeId({ scope, merchant_id, console } as Parameters<typeof edgeScopeId>[0]),
      input: rule,
      reason: String(reason),
    }),
    beside: ({ state }) => ({
      success: true,
      message:
        state === 'executed'
          ? say`Rate limit added`
          : state === 'pending'
            ? say`Adding the rate limit waits for a second administrator`
            : say`Adding the rate limit is under way`,
    }),
  },
  present: {
    title: say`Add a rate limit`,
    tone: 'neutral',
    help: say`Limits how many requests are let through on paths that begin so.`,
    ifWrong: say`Change the limit, or withdraw it, on its page.`,
  },
  decide({ owner, merchant, limits }, { route, limit, window_s, burst }, { reason }) {
    const refused = unlessOurs(owner)
    if (refused) return refused
    if (owner.scope === 'merchant' && merchant === null) {
      return refuseField('target.id', say`must be the id of a merchant: nobody knows ${owner.merchant_id}`)
    }
    const same = limits.find((one) => one.route === route && one.window_s === window_s)
    if (same) {
      return refuse(
        'limit_exists',
        say`${same.id} limits ${ruleText(same)} at ${route} already. Change that one.`,
      )
    }
    return accept({ ...owner, route, limit, window_s, burst, reason: reason?.code ?? 'other' })
  },
  preview: ({ owner, merchant, would_limit }, rule) => ({
    subject: ownerTitle(owner, merchant?.name),
    summary: say`At ${rule.route} is let through: ${ruleText(rule)}.`,
    changes: [{ label: say`Limit at ${rule.route}`, after: ruleText(rule) }],
    effects: limitEffects(owner),
    at_present: wouldHaveLimited(owner, would_limit),
  }),
  effect: deliverToEdge((limit, { upstreams, key, signal }) =>
    upstreams.edge.addRateLimit(limit, { key, ifMatch: null, signal }),
  ),
})
