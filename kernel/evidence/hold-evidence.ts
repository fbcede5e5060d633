import { z } from 'zod'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import { say } from '../languages/say.ts'
import { type EvidenceSubject, evidenceEntityType, evidenceStream, notTheirs } from './evidence-entity.ts'

/** A legal hold: the file stays beyond its term, until two people let it go (K-35). */
export const holdEvidence = defineAction<
  EvidenceSubject,
  z.ZodObject,
  { id: string; of: EntityRef },
  unknown
>({
  name: 'kernel.hold_evidence',
  risk: 'low',
  movesMoney: false,
  target: evidenceEntityType,
  input: z.object({}),
  reasons: [
    { code: 'litigation', title: say`Litigation or arbitration`, noteRequired: true },
    { code: 'regulator', title: say`Asked for by a regulator`, noteRequired: true },
    { code: 'investigation', title: say`Under investigation`, noteRequired: true },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: {
    title: say`Hold`,
    tone: 'neutral',
    help: say`It is kept beyond its term until the hold is released.`,
  },
  inverse: 'kernel.release_evidence',
  decide(evidence, _input, { actor }) {
    if (notTheirs(evidence, actor))
      return refuse('not_your_console', say`That is for the people of its console.`)
    if (evidence.state === 'removed')
      return refuse('evidence_removed', say`Its term was over; it is removed.`)
    if (evidence.held) return refuse('already_held', say`It is held already.`)
    return accept({ id: evidence.id, of: evidence.of })
  },
  preview: (evidence) => ({
    summary: say`The file is kept beyond ${evidence.keepUntil}, until the hold is released.`,
    changes: [{ label: say`Legal hold`, before: say`no`, after: say`yes` }],
    effects: [],
  }),
  eventTypes: ['kernel.evidence.held'],
  events: ({ id, of }) => [
    {
      type: 'kernel.evidence.held',
      stream: evidenceStream(id),
      refs: [of, { kind: 'evidence', id }],
      payload: { evidence: id },
    },
  ],
})
