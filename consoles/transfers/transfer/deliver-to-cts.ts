import type { UpstreamEffect } from '@countersign/kernel/actions/define-action.ts'
import type { Upstreams } from '../upstreams.ts'

/** An effect at CTS, which knows our key for as long as it says and can be asked about it. */
export function deliverToCts<Accepted>(
  deliver: UpstreamEffect<Accepted, Upstreams>['deliver'],
): UpstreamEffect<Accepted, Upstreams> {
  return {
    class: 'A',
    connector: 'cts',
    deliver,
    readBack: (_accepted, { upstreams, key, signal }) => upstreams.cts.operation(key, signal),
    keyRetentionMs: (_accepted, { upstreams, signal }) => upstreams.cts.keyRetentionMs(signal),
  }
}
