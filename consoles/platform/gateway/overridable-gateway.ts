import type { EntityType } from '@countersign/kernel/entities/define-entity.ts'
import type { Upstreams } from '../upstreams.ts'
import { type Gateway, overrideInForce, takesPayments } from './gateway.ts'
import { gateway } from './gateway-entity.ts'

/** Of one kind; more than so many nobody runs. */
const GATEWAYS_OF_KIND_MAX = 200

/** With the others of its kind, where an override of it is being decided. */
export type OverridableGateway = Gateway & { readonly others?: readonly Gateway[] }

/**
 * A gateway as an override of it is decided on: where its authorisations would go is no part of its record. It is read so whenever that
 * is decided: as it is asked for, agreed to, and about to be sent.
 */
export const overridableGateway: EntityType<OverridableGateway, Upstreams> = {
  ...gateway,
  async read(id, { gateways }, { signal, input }) {
    const reading = await gateways.gateway(id, signal)
    if (reading.status !== 'found' || input === undefined) return reading
    const { kind } = reading.state
    const listed = await gateways.gateways({ limit: GATEWAYS_OF_KIND_MAX, filters: { kind } }, signal)
    if (listed.status === 'unreadable') return listed
    // Without a place there is none to be unknown.
    const records = listed.status === 'found' ? listed.records : []
    return {
      ...reading,
      state: {
        ...reading.state,
        others: records.map(({ state }) => state).filter((other) => other.id !== id),
      },
    }
  },
}

/** Where its authorisations may go: what would be sent on from there would not stay. */
export function suitableFor({ others = [] }: OverridableGateway, now: Date): readonly Gateway[] {
  return others.filter((other) => takesPayments(other) && overrideInForce(other, now) === undefined)
}
