import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { certainTakesTwo, clearReasons, clearReasonsOf, scopeOfClearing } from './clear-reasons.ts'
import type { Hit } from './hit.ts'
import { hit } from './hit-entity.ts'
import { HIT_CLEARED, hitStream } from './hit-events.ts'
import { maskedHitTitle, shownListed, shownParty } from './hit-title.ts'
import type { HitRecord } from './own-hit.ts'
import { sameIdentifiers } from './same-identifiers.ts'

/** Somebody has looked: the party is not who is listed. It counts as an override of the rule that raised the hit. */
export const clearHit = defineAction<Hit, z.ZodObject, { record: HitRecord; reason: string }, Upstreams>(
  {
    name: 'transfers.clear_hit',
    risk: 'medium',
    movesMoney: false,
    target: hit,
    input: z.object({}),
    reasons: clearReasonsOf,
    attributes: scopeOfClearing,
    approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
    approvalsWhere: certainTakesTwo,
    present: {
      title: say`Not the same: clear`,
      tone: 'neutral',
      help: say`Closes the hit as a false positive and counts against the rule that raised it.`,
    },
    inverse: 'transfers.reopen_hit',
    offeredOn: ({ own, state }) => own !== undefined && state === 'open',
    decide({ own, state }, _input, { reason }) {
      if (own === undefined) {
        return refuse('not_ours', say`Compliance raised this hit; it is decided there.`)
      }
      if (state === 'superseded')
        return refuse('superseded', say`The same two were raised anew; decide on that hit.`)
      if (state !== 'open') return refuse('already_decided', say`It is decided already.`)
      return accept({
        record: { ...own, version: own.version + 1, state: 'cleared' },
        reason: reason?.code ?? OTHER.code,
      })
    },
    preview: (record) => ({
      subject: maskedHitTitle(record),
      summary: say`${shownParty(record)} is not ${shownListed(record)} of ${record.list}.`,
      changes: [{ label: say`Hit`, before: say`to be decided`, after: say`cleared` }],
      effects: [
        say`It leaves the queue, and stands in the history of this party and this entry.`,
        say`The same two are raised again only when one of them changes.`,
      ],
      warnings: sameIdentifiers(record),
    }),
    recorded: ({ record: { party_id, list_id, uid, rule_id }, reason }) => ({
      ...{ party_id, list: list_id, uid, rule_id, reason },
    }),
    eventTypes: [HIT_CLEARED],
    events: ({ record, reason }) => [
      {
        type: HIT_CLEARED,
        stream: hitStream(record.id),
        refs: [
          { kind: 'hit', id: record.id },
          { kind: 'party', id: record.party_id },
        ],
        payload: { version: record.version, state: record.state, reason, record },
      },
    ],
  },
  clearReasons,
)
