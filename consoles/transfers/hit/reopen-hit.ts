import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import type { Hit } from './hit.ts'
import { hit } from './hit-entity.ts'
import { HIT_REOPENED, hitStream } from './hit-events.ts'
import { maskedHitTitle } from './hit-title.ts'
import type { EarlierHit, HitRecord } from './own-hit.ts'

type Raised = Pick<EarlierHit, 'id' | 'raised_at'>
const isNewer = (one: Raised, other: Raised) => {
  const later = new Date(one.raised_at).getTime() - new Date(other.raised_at).getTime()
  return later > 0 || (later === 0 && one.id > other.id)
}

/** It was cleared and should not have been: it is open again, and due as before. */
export const reopenHit = defineAction<Hit, z.ZodObject, { record: HitRecord }, Upstreams>({
  name: 'transfers.reopen_hit',
  risk: 'low',
  movesMoney: false,
  target: hit,
  input: z.object({}),
  reasons: [
    { code: 'cleared_by_mistake', title: say`It was cleared by mistake` },
    { code: 'new_evidence', title: say`Something new is known`, noteRequired: true },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
  present: { title: say`Reopen`, tone: 'neutral', help: say`The hit is in the queue again.` },
  inverse: 'transfers.clear_hit',
  offeredOn: ({ own, state }) => own !== undefined && state === 'cleared',
  decide({ own, state, history = [] }) {
    if (own === undefined) {
      return refuse('not_ours', say`Compliance raised this hit; it is decided there.`)
    }
    if (state !== 'cleared') return refuse('not_cleared', say`It is not cleared.`)
    const [newest] = history
    if (newest !== undefined && isNewer(newest, own)) {
      return refuse(
        'raised_anew',
        newest.state === 'cleared'
          ? say`The same two were raised anew since, as they now are, and cleared: reopen the hit ${newest.id}.`
          : say`The same two were raised anew since, as they now are: decide on the hit ${newest.id}.`,
      )
    }
    return accept({ record: { ...own, version: own.version + 1, state: 'open' } })
  },
  preview: (record) => ({
    subject: maskedHitTitle(record),
    summary: say`The hit is open again.`,
    changes: [{ label: say`Hit`, before: say`cleared`, after: say`to be decided` }],
    effects: [say`It is in the queue of compliance hits, as late as it would be had it not been cleared.`],
  }),
  eventTypes: [HIT_REOPENED],
  events: ({ record }) => [
    {
      type: HIT_REOPENED,
      stream: hitStream(record.id),
      refs: [
        { kind: 'hit', id: record.id },
        { kind: 'party', id: record.party_id },
      ],
      payload: { version: record.version, state: record.state, record },
    },
  ],
})
