import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { deliverToGateways } from '../gateways/deliver-to-gateways.ts'
import type { Upstreams } from '../upstreams.ts'
import { overrideInForce } from './gateway.ts'
import { gateway, nameOfOther, type ReadGateway } from './gateway-entity.ts'
import { endOverrideReasons } from './override-reasons.ts'

/** Ends an override before its time: routing is by priority and weight again. It takes somebody's hand away, so nobody else has to agree. */
export const endGatewayOverride = defineAction<
  ReadGateway,
  z.ZodObject,
  { readonly id: string; readonly reason: string },
  Upstreams
>({
  name: 'platform.end_gateway_override',
  risk: 'medium',
  movesMoney: false,
  target: gateway,
  input: z.object({}),
  reasons: endOverrideReasons,
  approvals: { required: 0, eligibleRoles: ['platform/PLATFORM_ADMIN'], expiresInS: 24 * 3600 },
  door: {
    method: 'POST',
    path: '/api/ops/gateway-health/:gateway/override/end',
    body: z.object({ reason: z.string().trim().min(1).optional() }),
    fields: { 'target.id': 'gateway', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ reason }, { gateway: id = '' }) => ({
      ...{ targetId: id, input: {} },
      ...(reason === undefined ? {} : { reason: String(reason) }),
    }),
    beside: ({ state }) => ({
      success: true,
      message:
        state === 'executed'
          ? say`Routing override ended successfully`
          : say`The end of the routing override is under way`,
      note: say`Authorisations go by priority and weight again. Settlements and payouts were not affected.`,
    }),
  },
  present: {
    title: say`End override`,
    tone: 'neutral',
    help: say`Has its authorisations go by priority and weight again.`,
    ifWrong: say`Ask for an override anew.`,
  },
  containment: true,
  offeredOn: ({ override }) => override !== undefined,
  decide(record, _input, { now, reason }) {
    if (overrideInForce(record, now) === undefined) {
      return refuse('no_override', say`Nobody has overridden its routing, or that has ended by itself.`)
    }
    return accept({ id: record.id, reason: reason?.code ?? OTHER.code })
  },
  preview: ({ name, ...record }) => ({
    subject: name,
    summary: say`The authorisations whose turn is ${name} go by it again.`,
    changes: [
      {
        label: say`Authorisations`,
        before: say`${record.override?.percent ?? 0} % of them by ${nameOfOther({ name, ...record })}`,
        after: say`by ${name}, as priority and weight have it`,
      },
    ],
    effects: [say`Settlements and payouts go as they went.`],
  }),
  effect: deliverToGateways(({ id, reason }, { upstreams, key, targetVersion, signal }) =>
    upstreams.gateways.endOverride(id, { reason }, { key, ifMatch: targetVersion, signal }),
  ),
})
