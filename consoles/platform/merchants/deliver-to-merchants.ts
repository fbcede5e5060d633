import type { UpstreamEffect } from '@countersign/kernel/actions/define-action.ts'
import type { Upstreams } from '../upstreams.ts'

/** An effect at the merchants' system of record, which knows our key for as long as it says and can be asked about it. */
export function deliverToMerchants<Accepted>(
  deliver: UpstreamEffect<Accepted, Upstreams>['deliver'],
): UpstreamEffect<Accepted, Upstreams> {
  return {
    class: 'A',
    connector: 'merchants',
    deliver,
    readBack: (_accepted, { upstreams, key, signal }) => upstreams.merchants.operation(key, signal),
    keyRetentionMs: (_accepted, { upstreams, signal }) => upstreams.merchants.keyRetentionMs(signal),
  }
}
