import type { ListQuery, ListReading } from '@countersign/kernel/entities/define-entity.ts'
import type { Gateways } from '../gateways/gateways-port.ts'
import type { Gateway } from './gateway.ts'
import type { GatewayMetrics } from './gateway-metrics.ts'

/** What of a list's figures has not come by then is left out. */
const READ_TIMEOUT_MS = 4_000
/** Figures of so many gateways are asked for at a time. */
const FIGURES_AT_A_TIME = 10

/** As a list shows it; without figures where they cannot be read now. */
export type ListedGateway = Gateway & {
  readonly last_hour?: GatewayMetrics
  /** What the gateway is called where its authorisations go; absent where that is not known now. */
  readonly instead?: string
}

/** A page of gateways, each with how payments have fared by it in the last hour. */
export async function withLastHour(
  { gateways, metrics }: Pick<Gateways, 'gateways' | 'metrics'>,
  query: ListQuery,
  asked?: AbortSignal,
): Promise<ListReading<ListedGateway>> {
  const inTime = AbortSignal.timeout(READ_TIMEOUT_MS)
  const signal = asked === undefined ? inTime : AbortSignal.any([asked, inTime])
  const page = await gateways(query, signal)
  if (page.status !== 'found') return page
  const figures = new Map<string, GatewayMetrics>()
  for (let at = 0; at < page.records.length; at += FIGURES_AT_A_TIME) {
    const readings = await Promise.all(
      page.records.slice(at, at + FIGURES_AT_A_TIME).map(({ id }) => metrics(id, {}, signal)),
    )
    for (const reading of readings) {
      if (reading.status === 'found') figures.set(reading.value.gateway_id, reading.value)
    }
  }
  const names = new Map(page.records.map(({ id, state }) => [id, state.name]))
  return {
    ...page,
    records: page.records.map((record) => {
      const last_hour = figures.get(record.id)
      const instead = names.get(record.state.override?.to ?? '')
      return {
        ...record,
        state: {
          ...record.state,
          ...(last_hour === undefined ? {} : { last_hour }),
          ...(instead === undefined ? {} : { instead }),
        },
      }
    }),
  }
}
