import type { UpstreamEffect } from '@countersign/kernel/actions/define-action.ts'
import type { Upstreams } from '../upstreams.ts'

/** An effect at the gateways' system of record, which knows our key for as long as it says and can be asked about it. */
export function deliverToGateways<Accepted>(
  deliver: UpstreamEffect<Accepted, Upstreams>['deliver'],
): UpstreamEffect<Accepted, Upstreams> {
  return {
    class: 'A',
    connector: 'gateways',
    deliver,
    readBack: (_accepted, { upstreams, key, signal }) => upstreams.gateways.operation(key, signal),
    keyRetentionMs: (_accepted, { upstreams, signal }) => upstreams.gateways.keyRetentionMs(signal),
  }
}
