import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { freezeApprovals } from './freeze-approvals.ts'
import { freezeReasons } from './freeze-reasons.ts'
import type { Party } from './party.ts'
import { party } from './party-entity.ts'

/** A party's money stops moving, at Compliance and, through it, at CTS. */
export const freezeEntity = defineAction<Party, z.ZodObject, { id: string; reason: string }, Upstreams>({
  name: 'transfers.freeze_entity',
  risk: 'critical',
  movesMoney: true,
  target: party,
  input: z.object({}),
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
  decide(record, _input, { reason }) {
    if (record.frozen) return refuse('already_frozen', say`It is frozen already.`)
    return accept({ id: record.id, reason: reason?.code ?? OTHER.code })
  },
  preview: (record) => ({
    summary:
      record.kind === 'company'
        ? say`Every transfer of this company stops: none leaves, none is returned.`
        : say`Every transfer of this person stops: none leaves, none is returned.`,
    changes: [{ label: say`Party`, before: say`active`, after: say`frozen` }],
    effects: [
      say`Compliance records the freeze and tells CTS, which then refuses every transfer and return of this party.`,
      say`What waits goes on once it is unfrozen.`,
    ],
  }),
  effect: {
    class: 'A',
    connector: 'compliance',
    deliver: ({ id, reason }, { upstreams, key, targetVersion, signal }) =>
      upstreams.compliance.freeze(id, { reason }, { key, ifMatch: targetVersion, signal }),
    readBack: (_accepted, { upstreams, key, signal }) => upstreams.compliance.operation(key, signal),
    keyRetentionMs: (_accepted, { upstreams, signal }) => upstreams.compliance.keyRetentionMs(signal),
  },
})
