import {
  accept,
  defineAction,
  OTHER,
  refuse,
  refuseFields,
} from '@countersign/kernel/actions/define-action.ts'
import type { FieldError } from '@countersign/kernel/actions/failure.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { say, type Text, written } from '@countersign/kernel/languages/say.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import { deliverToGateways } from '../gateways/deliver-to-gateways.ts'
import type { Upstreams } from '../upstreams.ts'
import { type BREAKER_STATES, type GATEWAY_STATUSES, type Gateway, overrideInForce } from './gateway.ts'
import { type OverridableGateway, overridableGateway, suitableFor } from './overridable-gateway.ts'
import { overrideReasons } from './override-reasons.ts'

/** How long an override may be in force before it is asked for anew. */
export const OVERRIDE_MAX_H = 24
const HOUR_MS = 3_600_000
const ANSWER_WITHIN_S = 4 * 3600

const input = z.object({
  to: entityId.meta({ title: 'Goes instead by' }),
  percent: z.int().min(1).max(100).meta({ title: 'Percent of its authorisations' }),
  until: instant.meta({ title: 'Until' }),
})

/** What is sent; `until` RFC 3339. */
export type OverrideOrder = {
  readonly id: string
  readonly to: string
  readonly percent: number
  readonly until: string
  readonly reason: string
}

/**
 * Has authorisations whose turn is a gateway's go by another one, for a time: a second administrator agrees, and it ends by itself.
 *
 * CRITICAL: P-11, it routes authorisations and nothing else. What is captured is settled when and as it would have been; settlement and
 * payouts ask no gateway, and the port has no member that reaches either.
 */
export const overrideGateway = defineAction<OverridableGateway, typeof input, OverrideOrder, Upstreams>({
  name: 'platform.override_gateway',
  risk: 'high',
  movesMoney: false,
  target: overridableGateway,
  input,
  reasons: overrideReasons,
  approvals: {
    required: 1,
    // Whatever the rules of the console say: two people route payments by hand, or nobody does.
    leastRequired: 1,
    eligibleRoles: ['platform/PLATFORM_ADMIN'],
    expiresInS: ANSWER_WITHIN_S,
    // A breaker that goes to and fro moves the record each minute, just when this is wanted. What was shown has to be so still.
    drift: {},
  },
  door: {
    method: 'POST',
    path: '/api/ops/gateway-health/:gateway/override',
    body: z.object({
      to: entityId,
      percent: z.int().min(1).max(100).optional(),
      until: instant,
      reason: z
        .string(written(say`Override reason is required for audit compliance`))
        .trim()
        .min(1, written(say`Override reason is required for audit compliance`)),
    }),
    fields: { 'target.id': 'gateway', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ to, percent = 100, until, reason }, { gateway = '' }) => ({
      ...{ targetId: gateway, input: { to, percent, until }, reason: String(reason) },
    }),
    beside: ({ id }) => ({
      success: true,
      message: say`Routing override requires dual approval`,
      approvalRequestId: id,
      // P-11: what settles and pays out asks no gateway.
      note: say`Another PLATFORM_ADMIN must approve this request. It routes authorisations only; settlements and payouts are not affected.`,
    }),
  },
  present: {
    title: say`Override routing`,
    tone: 'danger',
    help: say`Has its authorisations go by another gateway until a time, at most ${OVERRIDE_MAX_H} hours ahead. Settlements and payouts go as they went.`,
  },
  inverse: 'platform.end_gateway_override',
  offeredOn: ({ override }) => override === undefined,
  // Where they go is looked at for each gateway by itself.
  oneByOne: true,
  decide(gateway, { to, percent, until }, { now, reason }) {
    const standing = overrideInForce(gateway, now)
    if (standing !== undefined) {
      return refuse(
        'override_in_force',
        say`Until ${new Date(standing.until)} its authorisations go to ${nameOf(standing.to, gateway)} already. End that override first.`,
      )
    }
    const faults = [...unsuitable(gateway, to, now), ...outOfBounds(until, now)]
    if (faults.length > 0) return refuseFields(faults)
    return accept({
      ...{ id: gateway.id, to, percent, until: new Date(until).toISOString() },
      reason: reason?.code ?? OTHER.code,
    })
  },
  preview({ name, others = [], ...gateway }, { to, percent, until }) {
    const ends = new Date(until)
    const other = others.find(({ id }) => id === to)
    const instead = other?.name ?? to
    return {
      subject: name,
      summary: say`${percent} % of the authorisations whose turn is ${name} go by ${instead} until ${ends}.`,
      changes: [
        {
          label: say`Authorisations`,
          before: say`by ${name}, as priority and weight have it`,
          after: say`${percent} % of them by ${instead}`,
          to: { kind: 'gateway', id: to },
        },
        { label: say`Until`, after: say`${ends}` },
      ],
      effects: [
        say`It ends by itself then; and what ${instead} could not take goes by ${name} at once.`,
        say`Settlements and payouts go as they went.`,
      ],
      // Breakers move by themselves.
      at_present: [{ name, ...gateway }, ...(other ? [other] : [])].map((one) => howItIs(one)),
    }
  },
  recorded: ({ to, percent, until }) => ({ to, percent, until }),
  effect: deliverToGateways(({ id, ...order }, { upstreams, key, targetVersion, signal }) =>
    upstreams.gateways.override(id, order, { key, ifMatch: targetVersion, signal }),
  ),
})

function nameOf(id: string, { others = [] }: OverridableGateway): string {
  return others.find((other) => other.id === id)?.name ?? id
}

/** Why nothing can go there, with where it could. */
function unsuitable(gateway: OverridableGateway, to: string, now: Date): FieldError[] {
  const allowed = suitableFor(gateway, now).map(({ id }) => id)
  if (allowed.includes(to)) return []
  return [{ field: 'input.to', message: whyNot(gateway, to, now), allowed }]
}

function whyNot({ id, others = [] }: OverridableGateway, to: string, now: Date): Text {
  if (to === id) return say`is this gateway itself: name another one of its kind that takes payments`
  const other = others.find((one) => one.id === to)
  if (other === undefined) return say`is no other gateway of its kind`
  if (overrideInForce(other, now) !== undefined) {
    return say`has an override of its own: name one from which nothing is sent on`
  }
  return say`takes no payments now: name one of its kind that does`
}

function outOfBounds(until: string, now: Date): FieldError[] {
  const last = new Date(now.getTime() + OVERRIDE_MAX_H * HOUR_MS)
  const ends = new Date(until)
  if (ends > now && ends <= last) return []
  return [{ field: 'input.until', message: say`must be after ${now} and at the latest ${last}` }]
}

const STATUS_WORDS: Readonly<Record<(typeof GATEWAY_STATUSES)[number], Text>> = {
  operational: say`operational`,
  degraded: say`degraded`,
  maintenance: say`in maintenance`,
  down: say`down`,
}
const BREAKER_WORDS: Readonly<Record<(typeof BREAKER_STATES)[number], Text>> = {
  closed: say`breaker closed`,
  open: say`breaker open`,
  half_open: say`breaker half open`,
}

function howItIs({ name, status, breaker }: Pick<Gateway, 'name' | 'status' | 'breaker'>): Text {
  return say`${name}: ${STATUS_WORDS[status]}, ${BREAKER_WORDS[breaker.state]}`
}
