import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { freezeApprovals } from '../party/freeze-approvals.ts'
import type { Upstreams } from '../upstreams.ts'
import { confirmReasons } from './confirm-reasons.ts'
import type { Hit } from './hit.ts'
import { hit } from './hit-entity.ts'
import { HIT_MATCHED, hitStream } from './hit-events.ts'
import { maskedHitTitle, shownListed, shownParty } from './hit-title.ts'
import type { HitRecord } from './own-hit.ts'
import { whilePartyFree } from './while-party-free.ts'

/** T-06: the party is who is listed, and is frozen already: agreed to by somebody else, as a freeze for it would be. */
export const confirmHit = defineAction<Hit, z.ZodObject, { record: HitRecord; reason: string }, Upstreams>({
  name: 'transfers.confirm_hit',
  risk: 'high',
  movesMoney: false,
  target: hit,
  input: z.object({}),
  reasons: confirmReasons,
  approvals: { ...freezeApprovals, leastRequired: 1 },
  excludes: ['transfers.clear_hit'],
  present: {
    title: say`Same party: confirm`,
    tone: 'danger',
    help: say`Closes the hit as a true match. The party is frozen already and stays so.`,
  },
  offeredOn: ({ own, state, partyFrozen }) => own !== undefined && state === 'open' && partyFrozen === true,
  decide(record, _input, { reason }) {
    const { own, state } = record
    if (own === undefined) return refuse('not_ours', say`Compliance raised this hit; it is decided there.`)
    if (state === 'superseded')
      return refuse('superseded', say`The same two were raised anew; decide on that hit.`)
    if (state !== 'open') return refuse('already_decided', say`It is decided already.`)
    return (
      whilePartyFree(record) ??
      accept({
        record: { ...own, version: own.version + 1, state: 'true_match' },
        reason: reason?.code ?? OTHER.code,
      })
    )
  },
  preview: (record) => ({
    subject: maskedHitTitle(record),
    summary: say`${shownParty(record)} is ${shownListed(record)} of ${record.list}.`,
    changes: [{ label: say`Hit`, before: say`to be decided`, after: say`true match` }],
    effects: [
      say`The party stays frozen.`,
      say`It leaves the queue, and stands in the history of this party and this entry.`,
    ],
  }),
  recorded: ({ record: { party_id, list_id, uid, rule_id }, reason }) => ({
    ...{ party_id, list: list_id, uid, rule_id, reason },
  }),
  eventTypes: [HIT_MATCHED],
  events: ({ record, reason }) => [
    {
      type: HIT_MATCHED,
      stream: hitStream(record.id),
      refs: [
        { kind: 'hit', id: record.id },
        { kind: 'party', id: record.party_id },
      ],
      payload: { version: record.version, state: record.state, reason, record },
    },
  ],
})
