import type { UpstreamEffect } from '@countersign/kernel/actions/define-action.ts'
import type { Upstreams } from '../upstreams.ts'

/** An effect at Compliance, which knows our key for as long as it says and can be asked about it. */
export function deliverToCompliance<Accepted>(
  deliver: UpstreamEffect<Accepted, Upstreams>['deliver'],
): UpstreamEffect<Accepted, Upstreams> {
  return {
    class: 'A',
    connector: 'compliance',
    deliver,
    readBack: (_accepted, { upstreams, key, signal }) => upstreams.compliance.operation(key, signal),
    keyRetentionMs: (_accepted, { upstreams, signal }) => upstreams.compliance.keyRetentionMs(signal),
  }
}
