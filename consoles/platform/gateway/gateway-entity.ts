import {
  defineEntity,
  type EntityPresentation,
  type EntityType,
} from '@countersign/kernel/entities/define-entity.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { BREAKER_STATES, GATEWAY_KINDS, GATEWAY_STATUSES } from './gateway.ts'
import { breakerOnDoor, gatewayOnDoor, ROUTES_ONLY } from './gateway-on-door.ts'
import type { Incident } from './incident.ts'
import { type ListedGateway, withLastHour } from './with-last-hour.ts'

/** Of a gateway's incidents the newest are looked at; more than so many open at a time nobody tells apart. */
const INCIDENTS_LOOKED_AT = 50

/** With its incidents that are open; absent where they were not asked for, or cannot be read now. */
export type ReadGateway = ListedGateway & { readonly incidents?: readonly Incident[] | 'unreadable' }

type Banners = NonNullable<ReturnType<EntityPresentation<ReadGateway>>['banners']>

/** Read where it lives, each time: an override is decided on what is so now. */
export const gateway: EntityType<ReadGateway, Upstreams> = {
  kind: 'gateway',
  console: 'platform',
  async read(id, { gateways }, { signal }) {
    const [reading, incidents] = await Promise.all([
      gateways.gateway(id, signal),
      gateways.incidents({ limit: INCIDENTS_LOOKED_AT, filters: { gateway_id: id } }, signal),
    ])
    if (reading.status !== 'found') return reading
    const open =
      incidents.status === 'found'
        ? incidents.records.map(({ state }) => state).filter(({ state }) => state !== 'resolved')
        : 'unreadable'
    const { override } = reading.state
    const other = override && (await gateways.gateway(override.to, signal))
    const instead = other?.status === 'found' ? { instead: other.state.name } : {}
    return { ...reading, state: { ...reading.state, incidents: open, ...instead } }
  },
  present: (record) => ({
    title: record.name,
    state: record.status,
    data: {
      ...{ name: record.name, kind: record.kind, priority: record.priority, weight: record.weight },
      ...{ status_since: record.status_since, status_reason: record.status_reason ?? null },
      breaker: breakerOnDoor(record),
      override: record.override ? { ...record.override, to_name: nameOfOther(record) } : null,
      incidents: Array.isArray(record.incidents)
        ? record.incidents.map(({ id, severity, title, state, opened_at }) => ({
            ...{ id, severity, title, state, opened_at },
          }))
        : null,
      created_at: record.created_at,
    },
    banners: [
      ...overrideBanner(record),
      ...statusBanner(record),
      ...breakerBanner(record),
      ...incidentBanners(record),
    ],
    related:
      record.override === undefined
        ? []
        : [
            {
              ...{ kind: 'gateway', id: record.override.to, title: nameOfOther(record) },
              relation: say`Authorisations go to`,
            },
          ],
  }),
  list: {
    filters: z.object({
      kind: z.enum(GATEWAY_KINDS).optional(),
      status: z.enum(GATEWAY_STATUSES).optional(),
      breaker: z.enum(BREAKER_STATES).optional(),
    }),
    page: (query, { gateways }, signal) => withLastHour(gateways, query, signal),
    register: {
      title: say`Gateway health`,
      note: ROUTES_ONLY,
      columns: [
        { key: 'name', title: say`Gateway`, type: 'text', stays: true, value: ({ name }) => name },
        { key: 'kind', title: say`Payments by`, type: 'code', value: ({ kind }) => kind },
        {
          key: 'breaker',
          title: say`Breaker`,
          type: 'code',
          stays: true,
          value: ({ breaker }) => breaker.state,
        },
        {
          ...{ key: 'success', title: say`Success in the last hour, %`, type: 'text', stays: true },
          value: ({ last_hour: figures }) => inPercent(figures?.success_rate),
        },
        {
          ...{ key: 'p95', title: say`95 in 100 within, ms`, type: 'text' },
          value: ({ last_hour: figures }) => figures?.p95_ms ?? null,
        },
        {
          ...{ key: 'volume', title: say`Payments in the last hour`, type: 'text' },
          value: ({ last_hour: figures }) => figures?.volume ?? null,
        },
        {
          ...{ key: 'override', title: say`Goes instead by`, type: 'text' },
          value: (record) => (record.override === undefined ? null : nameOfOther(record)),
        },
        { key: 'status_since', title: say`So since`, type: 'time', value: (one) => one.status_since },
      ],
      filters: [
        { key: 'kind', title: say`Payments by` },
        { key: 'status', title: say`State` },
        { key: 'breaker', title: say`Breaker` },
      ],
    },
    door: {
      path: '/api/ops/gateway-health/status',
      summary: 'How each gateway is, and how payments have fared by it in the last hour',
      member: 'data',
      item: gatewayOnDoor,
      beside: {
        success: true,
        note: ROUTES_ONLY,
      },
    },
  },
}

export const gatewayEntity = defineEntity(gateway)

/** Of the gateway where its authorisations go; its id where its name is not known now. */
export function nameOfOther({ override, instead }: ListedGateway): string {
  return instead ?? override?.to ?? ''
}

/** With two decimals at most. */
function inPercent(rate: number | undefined): number | null {
  return rate === undefined ? null : Math.round(rate * 10_000) / 100
}

function overrideBanner(record: ReadGateway): Banners {
  const { override } = record
  if (override === undefined) return []
  const until = new Date(override.until)
  const text = say`Override until ${until}: ${override.percent} % of its authorisations go to ${nameOfOther(record)}. It ends by itself; settlements and payouts go as they went.`
  return [{ tone: 'warning', text }]
}

function statusBanner({ status, status_reason: reason = '' }: ReadGateway): Banners {
  switch (status) {
    case 'operational':
      return []
    case 'degraded':
      return [{ tone: 'warning', text: say`Degraded: ${reason}` }]
    case 'maintenance':
      return [{ tone: 'warning', text: say`In maintenance, no payment goes by it: ${reason}` }]
    case 'down':
      return [{ tone: 'danger', text: say`Down, no payment goes by it: ${reason}` }]
    default:
      return status satisfies never
  }
}

function breakerBanner({ breaker }: ReadGateway): Banners {
  const { state, forced, next_probe_at: probe, forced_until: until } = breaker
  if (forced === 'closed' && until !== undefined) {
    const text = say`Somebody has forced its breaker closed until ${new Date(until)}: payments go by it however they fare.`
    return [{ tone: 'warning', text }]
  }
  if (state === 'half_open') {
    return [{ tone: 'info', text: say`Its breaker is half open: it is being tried.` }]
  }
  if (state !== 'open') return []
  if (forced === 'open' && until !== undefined) {
    const text = say`Somebody has forced its breaker open until ${new Date(until)}: no payment goes by it.`
    return [{ tone: 'danger', text }]
  }
  return [
    {
      tone: 'danger',
      text:
        probe === undefined
          ? say`Its breaker is open: no payment goes by it.`
          : say`Its breaker is open: no payment goes by it. It is tried again at ${new Date(probe)}.`,
    },
  ]
}

function incidentBanners({ incidents = [] }: ReadGateway): Banners {
  if (incidents === 'unreadable') {
    return [{ tone: 'info', text: say`Whether an incident is open cannot be read now.` }]
  }
  return incidents.map(({ severity, title }) => {
    switch (severity) {
      case 'critical':
        return { tone: 'danger', text: say`Critical incident: ${title}` } as const
      case 'major':
        return { tone: 'warning', text: say`Major incident: ${title}` } as const
      case 'minor':
        return { tone: 'info', text: say`Minor incident: ${title}` } as const
      default:
        return severity satisfies never
    }
  })
}
