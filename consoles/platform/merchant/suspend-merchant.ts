import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { deliverToMerchants } from '../merchants/deliver-to-merchants.ts'
import type { Upstreams } from '../upstreams.ts'
import type { Merchant } from './merchant.ts'
import { merchant } from './merchant-entity.ts'
import { suspendReasons } from './suspend-reasons.ts'

/**
 * Closes a merchant's checkout, API and webhooks at once; it stops harm, so nobody else has to agree.
 *
 * P-11: it affects operational access only. Settlements, ledger and balances are no part of what is sent, and what is due to a suspended
 * merchant is settled at its time.
 */
export const suspendMerchant = defineAction<
  Merchant,
  z.ZodObject,
  { readonly id: string; readonly reason: string },
  Upstreams
>({
  name: 'platform.suspend_merchant',
  risk: 'high',
  movesMoney: false,
  target: merchant,
  input: z.object({}),
  reasons: suspendReasons,
  approvals: { required: 0, eligibleRoles: ['platform/PLATFORM_ADMIN'], expiresInS: 24 * 3600 },
  door: {
    method: 'PUT',
    path: '/api/ops/merchants/:id/suspend',
    body: z.object({
      reason: z
        .string(written(say`Suspension reason is required for audit compliance`))
        .trim()
        .min(1, written(say`Suspension reason is required for audit compliance`)),
    }),
    fields: { 'target.id': 'id', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ reason }, { id = '' }) => ({ targetId: id, input: {}, reason: String(reason) }),
    beside: ({ state }) => ({
      success: true,
      message:
        state === 'executed'
          ? say`Merchant suspended successfully`
          : say`Suspension of the merchant is under way`,
      // P-11: what is due to a suspended merchant is settled at its time.
      note: say`Suspension affects checkout, API access and webhooks. Scheduled settlements will continue.`,
    }),
  },
  present: {
    title: say`Suspend`,
    tone: 'danger',
    help: say`Closes checkout, API and webhooks. Scheduled settlements go on.`,
  },
  inverse: 'platform.activate_merchant',
  containment: true,
  offeredOn: ({ state }) => state !== 'suspended',
  decide({ id, state }, _input, { reason }) {
    if (state === 'suspended') return refuse('already_suspended', say`It is suspended already.`)
    if (state === 'pending') {
      return refuse('merchant_not_active', say`It has not been activated yet: there is nothing to close.`)
    }
    return accept({ id, reason: reason?.code ?? OTHER.code })
  },
  preview: () => ({
    summary: say`Nobody can pay this merchant until it is activated again.`,
    changes: [{ label: say`Merchant`, before: say`active`, after: say`suspended` }],
    effects: [
      say`Its checkout takes no payment, its calls of the API are refused and no webhook is sent to it.`,
      say`Scheduled settlements go on; its balance stays as it is.`,
    ],
  }),
  effect: deliverToMerchants(({ id, reason }, { upstreams, key, targetVersion, signal }) =>
    upstreams.merchants.suspend(id, { reason }, { key, ifMatch: targetVersion, signal }),
  ),
})
