import type { PublishedEvent } from '../events/read-events.ts'
import type { Misbehaviour } from '../misbehaviour/misbehaviour.ts'
import type { Upstream } from '../upstreams.ts'

/** The requests to send, each a list of events as JSON, and the sequence up to which all is then delivered. */
export type DeliveryPlan = {
  readonly requests: readonly (readonly string[])[]
  readonly through: number
}

/** Lets misbehaviour lose, repeat and reorder what would be one request with the events in order. */
export function planDelivery(
  upstream: Upstream,
  events: readonly PublishedEvent[],
  misbehaviour: Misbehaviour,
): DeliveryPlan {
  const through = events.at(-1)?.sequence ?? 0
  const kept = events.filter(() => !misbehaviour.strikes(upstream, 'drop_webhook')).map(({ json }) => json)
  const repeated = kept.filter(() => misbehaviour.strikes(upstream, 'duplicate_webhook'))
  const reordered = kept.length > 1 && misbehaviour.strikes(upstream, 'reorder_webhook')
  // Newest first, one request each, so that the order is lost between requests as well as within one.
  const requests = reordered ? kept.map((event) => [event]).reverse() : [kept, repeated]
  return { requests: requests.filter((request) => request.length > 0), through }
}
