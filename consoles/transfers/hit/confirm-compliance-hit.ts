import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { deliverToCompliance } from '../compliance/deliver-to-compliance.ts'
import { freezeApprovals } from '../party/freeze-approvals.ts'
import type { Upstreams } from '../upstreams.ts'
import { confirmReasons } from './confirm-reasons.ts'
import type { Hit } from './hit.ts'
import { hit } from './hit-entity.ts'
import { maskedHitTitle, shownListed, shownParty } from './hit-title.ts'
import { whilePartyFree } from './while-party-free.ts'

/** The same as {@link confirmHit} of a hit that Compliance raised: it is decided there, and told back. */
export const confirmComplianceHit = defineAction<Hit, z.ZodObject, { id: string; reason: string }, Upstreams>(
  {
    name: 'transfers.confirm_compliance_hit',
    risk: 'high',
    movesMoney: false,
    target: hit,
    input: z.object({}),
    reasons: confirmReasons,
    approvals: { ...freezeApprovals, leastRequired: 1 },
    oneByOne: true,
    excludes: ['transfers.clear_compliance_hit'],
    present: {
      title: say`Same party: confirm at Compliance`,
      tone: 'danger',
      help: say`Closes the hit as a true match. The party is frozen already and stays so.`,
    },
    offeredOn: ({ own, state, partyFrozen }) => own === undefined && state === 'open' && partyFrozen === true,
    decide(record, _input, { reason }) {
      const { id, own, state } = record
      if (own !== undefined)
        return refuse('ours', say`Our own screening raised this hit; it is confirmed here.`)
      if (state !== 'open') return refuse('already_decided', say`It is decided already.`)
      return whilePartyFree(record) ?? accept({ id, reason: reason?.code ?? OTHER.code })
    },
    preview: (record) => ({
      subject: maskedHitTitle(record),
      summary: say`${shownParty(record)} is ${shownListed(record)} of ${record.list}.`,
      changes: [{ label: say`Hit`, before: say`to be decided`, after: say`true match` }],
      effects: [
        say`The party stays frozen.`,
        say`Compliance confirms it and tells us; it then leaves the queue.`,
      ],
    }),
    effect: deliverToCompliance(({ id, reason }, { upstreams, key, targetVersion, signal }) =>
      upstreams.compliance.confirmHit(id, { reason }, { key, ifMatch: targetVersion, signal }),
    ),
  },
)
