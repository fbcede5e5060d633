import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { deliverToMerchants } from '../merchants/deliver-to-merchants.ts'
import type { Upstreams } from '../upstreams.ts'
import type { Merchant } from './merchant.ts'
import { merchant } from './merchant-entity.ts'

/** Opens a merchant's checkout, API and webhooks: of one that waits for it, or that was suspended. */
export const activateMerchant = defineAction<Merchant, z.ZodObject, { readonly id: string }, Upstreams>({
  name: 'platform.activate_merchant',
  risk: 'medium',
  movesMoney: false,
  target: merchant,
  input: z.object({}),
  reasons: [
    { code: 'checks_passed', title: say`Checks passed` },
    { code: 'review_ended', title: say`Review ended without findings` },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: ['platform/PLATFORM_ADMIN'], expiresInS: 24 * 3600 },
  door: {
    method: 'PUT',
    path: '/api/ops/merchants/:id/activate',
    body: z.object({ reason: z.string().trim().min(1).optional() }),
    fields: { 'target.id': 'id', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ reason }, { id = '' }) => ({
      ...{ targetId: id, input: {} },
      ...(reason === undefined ? {} : { reason: String(reason) }),
    }),
    beside: ({ state }) => ({
      success: true,
      message:
        state === 'executed'
          ? say`Merchant activated successfully`
          : say`Activation of the merchant is under way`,
      note: say`Activation opens checkout, API access and webhooks.`,
    }),
  },
  present: {
    title: say`Activate`,
    tone: 'neutral',
    help: say`Opens checkout, API and webhooks, as far as the merchant has them.`,
  },
  inverse: 'platform.suspend_merchant',
  offeredOn: ({ state }) => state !== 'active',
  decide({ id, state }) {
    return state === 'active' ? refuse('already_active', say`There is nothing to activate.`) : accept({ id })
  },
  preview: ({ state }) => ({
    summary: say`This merchant can be paid.`,
    changes: [
      {
        label: say`Merchant`,
        before: state === 'suspended' ? say`suspended` : say`waits for its activation`,
        after: say`active`,
      },
    ],
    effects: [say`Its checkout, its calls of the API and its webhooks are open.`],
  }),
  effect: deliverToMerchants(({ id }, { upstreams, key, targetVersion, signal }) =>
    upstreams.merchants.activate(id, { key, ifMatch: targetVersion, signal }),
  ),
})
