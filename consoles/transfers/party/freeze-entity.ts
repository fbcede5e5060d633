import {
  accept,
  defineAction,
  OTHER,
  refuse,
  refuseField,
} from '@countersign/kernel/actions/define-action.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { deliverToCompliance } from '../compliance/deliver-to-compliance.ts'
import { theirs } from '../hit/own-hit.ts'
import type { Upstreams } from '../upstreams.ts'
import { freezeApprovals } from './freeze-approvals.ts'
import { freezeReasons } from './freeze-reasons.ts'
import { namedHitChanges, namedIn } from './named-hit.ts'
import type { Party } from './party.ts'
import { party } from './party-entity.ts'
import { saidWaiting } from './waiting-transfers.ts'

const input = z.object({
  hit_id: entityId.optional().meta({
    title: 'Hit that is a true match',
    description:
      'Optional: the open hit for which it is frozen. It is closed as a true match once the freeze is carried out.',
  }),
})

/** A party's money stops moving, at Compliance and, through it, at CTS. */
export const freezeEntity = defineAction<
  Party,
  typeof input,
  { id: string; reason: string; hit_id?: string },
  Upstreams
>({
  name: 'transfers.freeze_entity',
  risk: 'critical',
  movesMoney: true,
  target: party,
  input,
  reasons: freezeReasons,
  approvals: freezeApprovals,
  door: {
    method: 'POST',
    path: '/entity/freeze',
    body: z.object({ entityId: z.string(), reason: z.string().min(1, written(say`a reason is required`)) }),
    fields: { 'target.id': 'entityId', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: (body) => ({
      targetId: String(body.entityId),
      input: {},
      reason: String(body.reason),
    }),
  },
  present: {
    title: say`Freeze`,
    tone: 'danger',
    help: say`Nothing of this party moves until it is unfrozen.`,
  },
  inverse: 'transfers.unfreeze_entity',
  containment: true,
  emergency: { limitS: 4 * 3600, stepUpS: 300, liftReason: 'emergency_ended' },
  decide(record, { hit_id }, { reason }) {
    if (record.frozen) return refuse('already_frozen', say`It is frozen already.`)
    const open = (record.hits ?? []).filter(({ state }) => state === 'open').map(({ id }) => id)
    if (hit_id !== undefined && !open.includes(hit_id)) {
      return refuseField('input.hit_id', say`is no open hit of this party`, open)
    }
    return accept({
      id: record.id,
      reason: reason?.code ?? OTHER.code,
      ...(hit_id === undefined ? {} : { hit_id }),
    })
  },
  preview: (record, { hit_id }) => ({
    summary:
      record.kind === 'company'
        ? say`Every transfer of this company stops: none leaves, none is returned.`
        : say`Every transfer of this person stops: none leaves, none is returned.`,
    changes: [
      { label: say`Party`, before: say`active`, after: say`frozen` },
      ...(hit_id === undefined ? [] : namedHitChanges(namedIn(record, hit_id), hit_id)),
    ],
    effects: [
      say`Compliance records the freeze and tells CTS, which then refuses every transfer and return of this party.`,
      say`What waits goes on once it is unfrozen.`,
      ...(hit_id === undefined ? [] : [say`The hit is closed as a true match.`]),
    ],
    at_present: saidWaiting(record.waiting),
  }),
  effect: deliverToCompliance(({ id, reason, hit_id }, { upstreams, key, targetVersion, signal }) =>
    upstreams.compliance.freeze(
      id,
      { reason, ...theirs({ hit_id }) },
      { key, ifMatch: targetVersion, signal },
    ),
  ),
})
