import type { Incident } from '../gateways/incident.ts'
import type { NewGateway } from '../gateways/open-gateways.ts'
import type { Random } from './random.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** In service for longer than any payment of the world is old. */
const IN_SERVICE_DAYS = 400
const RESOLVED_INCIDENTS = 8

type PlannedIncident = Pick<Incident, 'id' | 'gateway_id' | 'severity' | 'title'> & {
  /** Oldest first; the first opens it. */
  readonly updates: readonly {
    readonly at: Date
    readonly state: Incident['state']
    readonly message: string
  }[]
}

export type PlannedGateways = {
  readonly gateways: readonly NewGateway[]
  readonly incidents: readonly PlannedIncident[]
  readonly degraded: { readonly id: string; readonly at: Date; readonly reason: string }
}

/** Invented acquirers: three for cards, one for each of the other ways to pay. */
const GATEWAYS = [
  ['gw_north', 'Northgate Cards', 'card', 1, 50],
  ['gw_south', 'Southbank Cards', 'card', 1, 30],
  ['gw_west', 'Westway Cards', 'card', 1, 20],
  ['gw_quay', 'Quayside Transfers', 'bank_transfer', 1, 100],
  ['gw_purse', 'Pursewise Wallets', 'wallet', 1, 100],
] as const

const TROUBLES = [
  [
    'Authorisations time out',
    'The acquirer’s host does not answer in time.',
    'A host of theirs was restarted.',
  ],
  ['Many payments are declined', 'Banks decline more than they use to.', 'A rule of theirs was taken back.'],
  ['Answers are slow', 'One answer in twenty takes seconds.', 'Traffic was moved to another site of theirs.'],
  ['Certificate has changed', 'Connections fail until it is known here.', 'The new certificate is trusted.'],
] as const

/** Gateways, what has befallen them over ninety days, and what does now: one answers slowly, with an incident open. */
export function planGateways(random: Random, now: Date): PlannedGateways {
  const gateways = GATEWAYS.map(([id, name, kind, priority, weight]) => ({
    id,
    name,
    kind,
    priority,
    weight,
    at: new Date(now.getTime() - (IN_SERVICE_DAYS + random.whole(0, 300)) * DAY_MS),
    secret: `sk_${random.digits(32)}`,
  }))
  const resolved = Array.from({ length: RESOLVED_INCIDENTS }, (_, index): PlannedIncident => {
    const opened =
      now.getTime() - (3 + index * 10 + random.whole(0, 8)) * DAY_MS - random.whole(0, 1_000) * MINUTE_MS
    const [title, message, mended] = random.pick(TROUBLES)
    const after = (least: number, most: number) => random.whole(least, most) * MINUTE_MS
    const identified = opened + after(4, 40)
    const resolvedAt = identified + after(10, 240)
    return {
      id: `inc_${random.digits(10)}`,
      gateway_id: random.pick(gateways).id,
      severity: random.pick(['minor', 'minor', 'major', 'critical']),
      title,
      updates: [
        { at: new Date(opened), state: 'investigating', message },
        { at: new Date(identified), state: 'identified', message: 'They know the cause and are at it.' },
        { at: new Date(resolvedAt), state: 'resolved', message: mended },
      ],
    }
  })
  const [title, message] = TROUBLES[2]
  const began = new Date(now.getTime() - random.whole(50, 170) * MINUTE_MS)
  const open: PlannedIncident = {
    id: `inc_${random.digits(10)}`,
    gateway_id: 'gw_west',
    severity: 'major',
    title,
    updates: [{ at: began, state: 'investigating', message }],
  }
  return {
    gateways,
    incidents: [...resolved, open],
    degraded: { id: 'gw_west', at: new Date(began.getTime() + 5 * MINUTE_MS), reason: title },
  }
}
