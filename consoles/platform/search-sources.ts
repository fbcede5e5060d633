import type { SearchSource } from '@countersign/kernel/search/search-source.ts'
import { EVENT_TYPES } from './contract.ts'

const of = (path: string) => `(e.payload #>> '{${path}}')`
/** The name of a company is no personal data. */
const record: Omit<SearchSource, 'kind' | 'types'> = {
  ...{
    console: 'platform',
    id: of('record,id'),
    version: `${of('version')}::bigint`,
    title: of('record,name'),
  },
  ...{ keys: [], names: [{ part: 'name', what: 'name', clear: of('record,name') }] },
}

/** How this console's records are found, and what they are called where only their ids are known: in filters, and in the log. */
export const searchSources: readonly SearchSource[] = [
  {
    ...record,
    kind: 'merchant',
    types: [EVENT_TYPES.merchantCreated, EVENT_TYPES.merchantActivated, EVENT_TYPES.merchantSuspended],
  },
  {
    ...record,
    kind: 'gateway',
    types: [
      EVENT_TYPES.gatewayCreated,
      EVENT_TYPES.gatewayStatusChanged,
      EVENT_TYPES.gatewayRoutingChanged,
      EVENT_TYPES.gatewayCredentialSet,
      EVENT_TYPES.gatewayBreakerOpened,
      EVENT_TYPES.gatewayBreakerHalfOpened,
      EVENT_TYPES.gatewayBreakerClosed,
      EVENT_TYPES.gatewayBreakerForced,
      EVENT_TYPES.gatewayBreakerReleased,
      EVENT_TYPES.gatewayOverrideSet,
      EVENT_TYPES.gatewayOverrideEnded,
      EVENT_TYPES.gatewayOverrideLapsed,
    ],
  },
]
