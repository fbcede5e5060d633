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
import { isOwnHit, theirs } from '../hit/own-hit.ts'
import type { Upstreams } from '../upstreams.ts'
import { freezeApprovals } from './freeze-approvals.ts'
import { namedHitChanges, namedIn } from './named-hit.ts'
import type { Party } from './party.ts'
import { party } from './party-entity.ts'

const input = z.object({
  override_hit_id: entityId.optional().meta({
    title: 'Hit that was a false positive',
    description:
      'Optional: the hit, by its id as its page has it. It is cleared, and an override is recorded against its rule.',
  }),
})

/** A party's money moves again; of a false positive, an override is recorded against the rule that raised it. */
export const unfreezeEntity = defineAction<
  Party,
  typeof input,
  { id: string; reason: string; override_hit_id?: string },
  Upstreams
>({
  name: 'transfers.unfreeze_entity',
  risk: 'critical',
  movesMoney: true,
  target: party,
  input,
  reasons: [
    { code: 'false_positive', title: say`It was not the listed person` },
    { code: 'cleared', title: say`Investigated and cleared` },
    { code: 'order_lifted', title: say`The order was lifted`, noteRequired: true },
    { code: 'emergency_ended', title: say`An emergency freeze was not agreed to` },
    OTHER,
  ],
  approvals: freezeApprovals,
  door: {
    method: 'POST',
    path: '/entity/unfreeze',
    body: z.object({ entityId: z.string(), reason: z.string().min(1, written(say`a reason is required`)) }),
    fields: { 'target.id': 'entityId', 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: (body) => ({
      targetId: String(body.entityId),
      input: {},
      reason: String(body.reason),
    }),
  },
  present: { title: say`Unfreeze`, tone: 'danger', help: say`Transfers of this party go on.` },
  inverse: 'transfers.freeze_entity',
  decide(record, { override_hit_id }, { reason }) {
    if (!record.frozen) return refuse('not_frozen', say`It is not frozen.`)
    const ours = (record.hits ?? []).map(({ id }) => id).filter(isOwnHit)
    if (override_hit_id !== undefined && isOwnHit(override_hit_id) && !ours.includes(override_hit_id)) {
      return refuseField('input.override_hit_id', say`is no hit of this party that was not cleared`, ours)
    }
    return accept({
      id: record.id,
      reason: reason?.code ?? OTHER.code,
      ...(override_hit_id === undefined ? {} : { override_hit_id }),
    })
  },
  preview: (record, { override_hit_id }) => ({
    summary:
      record.kind === 'company'
        ? say`Transfers of this company go on.`
        : say`Transfers of this person go on.`,
    changes: [
      { label: say`Party`, before: say`frozen`, after: say`active` },
      ...(override_hit_id === undefined
        ? []
        : namedHitChanges(namedIn(record, override_hit_id), override_hit_id)),
    ],
    effects: [
      say`Compliance lifts the freeze and tells CTS.`,
      ...(override_hit_id === undefined
        ? []
        : [say`The hit is cleared, and an override is recorded against the rule that raised it.`]),
    ],
  }),
  effect: deliverToCompliance(({ id, reason, override_hit_id }, { upstreams, key, targetVersion, signal }) =>
    upstreams.compliance.unfreeze(
      id,
      { reason, ...theirs({ override_hit_id }) },
      { key, ifMatch: targetVersion, signal },
    ),
  ),
})
