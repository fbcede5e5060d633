import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { deliverToCompliance } from '../compliance/deliver-to-compliance.ts'
import type { Upstreams } from '../upstreams.ts'
import { certainTakesTwo, clearReasons, clearReasonsOf, scopeOfClearing } from './clear-reasons.ts'
import type { Hit } from './hit.ts'
import { hit } from './hit-entity.ts'
import { maskedHitTitle, shownListed, shownParty } from './hit-title.ts'
import { sameIdentifiers } from './same-identifiers.ts'

/** The same as {@link clearHit} of a hit that Compliance raised: it is decided there, and told back. */
export const clearComplianceHit = defineAction<Hit, z.ZodObject, { id: string; reason: string }, Upstreams>(
  {
    name: 'transfers.clear_compliance_hit',
    risk: 'medium',
    movesMoney: false,
    target: hit,
    input: z.object({}),
    reasons: clearReasonsOf,
    attributes: scopeOfClearing,
    approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
    approvalsWhere: certainTakesTwo,
    oneByOne: true,
    present: {
      title: say`Not the same: clear at Compliance`,
      tone: 'neutral',
      help: say`Closes the hit as a false positive and counts against the rule that raised it.`,
      ifWrong: say`Tell Compliance, who raised it: it is opened again there.`,
    },
    offeredOn: ({ own, state }) => own === undefined && state === 'open',
    decide({ id, own, state }, _input, { reason }) {
      if (own !== undefined)
        return refuse('ours', say`Our own screening raised this hit; it is cleared here.`)
      if (state !== 'open') return refuse('already_decided', say`It is decided already.`)
      return accept({ id, reason: reason?.code ?? OTHER.code })
    },
    preview: (record) => ({
      subject: maskedHitTitle(record),
      summary: say`${shownParty(record)} is not ${shownListed(record)} of ${record.list}.`,
      changes: [{ label: say`Hit`, before: say`to be decided`, after: say`cleared` }],
      effects: [say`Compliance clears it and tells us; it then leaves the queue.`],
      warnings: sameIdentifiers(record),
    }),
    effect: deliverToCompliance(({ id, reason }, { upstreams, key, targetVersion, signal }) =>
      upstreams.compliance.clearHit(id, { reason }, { key, ifMatch: targetVersion, signal }),
    ),
  },
  clearReasons,
)
