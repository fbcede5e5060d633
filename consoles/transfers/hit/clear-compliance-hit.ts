import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { clearReasons } from './clear-reasons.ts'
import type { Hit } from './hit.ts'
import { hit } from './hit-entity.ts'

/** The same as {@link clearHit} of a hit that Compliance raised: it is decided there, and told back. */
export const clearComplianceHit = defineAction<Hit, z.ZodObject, { id: string; reason: string }, Upstreams>({
  name: 'transfers.clear_compliance_hit',
  risk: 'medium',
  movesMoney: false,
  target: hit,
  input: z.object({}),
  reasons: clearReasons,
  approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
  present: {
    title: say`Not the same: clear at Compliance`,
    tone: 'neutral',
    help: say`Closes the hit as a false positive and counts against the rule that raised it.`,
  },
  offeredOn: ({ own, state }) => own === undefined && state === 'open',
  decide({ id, own, state }, _input, { reason }) {
    if (own !== undefined) return refuse('ours', say`Our own screening raised this hit; it is cleared here.`)
    if (state !== 'open') return refuse('already_decided', say`It is decided already.`)
    return accept({ id, reason: reason?.code ?? OTHER.code })
  },
  preview: ({ screened_name, party_kind, listed_name, list }) => ({
    summary: say`${party_kind === 'company' ? screened_name : redacted(screened_name, 'name')} is not ${listed_name} of ${list}.`,
    changes: [{ label: say`Hit`, before: say`to be decided`, after: say`cleared` }],
    effects: [say`Compliance clears it and tells us; it then leaves the queue.`],
  }),
  effect: {
    class: 'A',
    connector: 'compliance',
    deliver: ({ id, reason }, { upstreams, key, targetVersion, signal }) =>
      upstreams.compliance.clearHit(id, { reason }, { key, ifMatch: targetVersion, signal }),
    readBack: (_accepted, { upstreams, key, signal }) => upstreams.compliance.operation(key, signal),
    keyRetentionMs: (_accepted, { upstreams, signal }) => upstreams.compliance.keyRetentionMs(signal),
  },
})
