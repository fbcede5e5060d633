import type { UpstreamEffect } from '@countersign/kernel/actions/define-action.ts'
import type { Upstreams } from '../upstreams.ts'

/** An effect at the treasury's system of record, which knows our key for as long as it says and can be asked about it. */
export function deliverToTreasury<Accepted>(
  deliver: UpstreamEffect<Accepted, Upstreams>['deliver'],
): UpstreamEffect<Accepted, Upstreams> {
  return {
    class: 'A',
    connector: 'treasury',
    deliver,
    readBack: (_accepted, { upstreams, key, signal }) => upstreams.treasury.operation(key, signal),
    keyRetentionMs: (_accepted, { upstreams, signal }) => upstreams.treasury.keyRetentionMs(signal),
  }
}
