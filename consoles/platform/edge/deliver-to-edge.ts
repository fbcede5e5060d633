import type { UpstreamEffect } from '@countersign/kernel/actions/define-action.ts'
import type { Upstreams } from '../upstreams.ts'

/** An effect at the edge, which knows our key for as long as it says and can be asked about it. */
export function deliverToEdge<Accepted>(
  deliver: UpstreamEffect<Accepted, Upstreams>['deliver'],
): UpstreamEffect<Accepted, Upstreams> {
  return {
    class: 'A',
    connector: 'edge',
    deliver,
    readBack: (_accepted, { upstreams, key, signal }) => upstreams.edge.operation(key, signal),
    keyRetentionMs: (_accepted, { upstreams, signal }) => upstreams.edge.keyRetentionMs(signal),
  }
}
