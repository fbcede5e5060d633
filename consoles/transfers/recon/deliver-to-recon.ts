import type { UpstreamEffect } from '@countersign/kernel/actions/define-action.ts'
import type { Upstreams } from '../upstreams.ts'

/** An effect at Recon, which knows our key for as long as it says and can be asked about it. */
export function deliverToRecon<Accepted>(
  deliver: UpstreamEffect<Accepted, Upstreams>['deliver'],
): UpstreamEffect<Accepted, Upstreams> {
  return {
    class: 'A',
    connector: 'recon',
    deliver,
    readBack: (_accepted, { upstreams, key, signal }) => upstreams.recon.operation(key, signal),
    keyRetentionMs: (_accepted, { upstreams, signal }) => upstreams.recon.keyRetentionMs(signal),
  }
}
