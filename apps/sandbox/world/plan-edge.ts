import type { z } from 'zod'
import type { NewAllowlist } from '../edge/allowlist.ts'
import type { NewRateLimit } from '../edge/rate-limit.ts'
import type { PlannedMerchant } from './plan-merchants.ts'
import type { Random } from './random.ts'

const DAY_MS = 86_400_000
const LIMITED_MERCHANTS = 14
const LISTED_MERCHANTS = 8

type Planned<T> = { readonly id: string; readonly at: Date; readonly facts: T }

export type PlannedEdge = {
  readonly limits: readonly Planned<z.infer<typeof NewRateLimit>>[]
  readonly lists: readonly Planned<z.infer<typeof NewAllowlist>>[]
  readonly raised: readonly { readonly id: string; readonly at: Date; readonly limit: number }[]
}

/** Limits on all together and on some merchants, and lists of some; networks are those set aside for examples. */
export function planEdge(random: Random, merchants: readonly PlannedMerchant[], now: Date): PlannedEdge {
  const daysAgo = (least: number, most: number) =>
    new Date(now.getTime() - random.whole(least * 1_440, most * 1_440) * (DAY_MS / 1_440))
  const own = merchants.filter(({ state }) => state !== 'pending')
  const limit = (route: string, limit: number, merchant_id?: string) => ({
    id: `rl_${random.digits(10)}`,
    at: daysAgo(60, 110),
    facts: {
      scope: merchant_id === undefined ? ('global' as const) : ('merchant' as const),
      ...(merchant_id === undefined ? {} : { merchant_id }),
      route,
      limit,
      window_s: 60,
      burst: limit / 5,
      reason: merchant_id === undefined ? 'What the platform takes' : 'As agreed with the merchant',
    },
  })
  const limits = [
    limit('/', 60_000),
    limit('/v1/payments', 30_000),
    ...own
      .slice(0, LIMITED_MERCHANTS)
      .map(({ id }) => limit('/v1/payments', random.pick([120, 300, 600, 1_200]), id)),
  ]
  const lists = own.slice(0, LISTED_MERCHANTS).map(({ id }, index) => ({
    id: `al_${random.digits(10)}`,
    at: daysAgo(60, 110),
    facts: {
      scope: 'merchant' as const,
      merchant_id: id,
      entries: [
        { name: 'Office', cidr: `198.51.100.${index * 16}/28` },
        { name: 'Servers', cidr: `203.0.113.${index * 8}/29` },
        ...(index % 2 === 0 ? [{ name: 'Servers by IPv6', cidr: `2001:db8:${index + 1}::/48` }] : []),
      ],
      reason: 'As agreed with the merchant',
    },
  }))
  const raised = limits
    .slice(2, 6)
    .map(({ id, facts }) => ({ id, at: daysAgo(2, 40), limit: facts.limit * 2 }))
  return { limits, lists, raised }
}
