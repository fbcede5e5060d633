import { z } from 'zod'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import { say } from '../languages/say.ts'
import { type EvidenceSubject, evidenceEntityType, evidenceStream, notTheirs } from './evidence-entity.ts'

/** Ends a legal hold; where the term is over, the file goes. Containing is fast, releasing is slow: another person agrees. */
export const releaseEvidence = defineAction<
  EvidenceSubject,
  z.ZodObject,
  { id: string; of: EntityRef },
  unknown
>({
  name: 'kernel.release_evidence',
  risk: 'medium',
  movesMoney: false,
  target: evidenceEntityType,
  input: z.object({}),
  reasons: [
    { code: 'matter_closed', title: say`The matter is closed`, noteRequired: true },
    { code: 'held_by_mistake', title: say`Held by mistake`, noteRequired: true },
  ],
  approvals: {
    required: 1,
    leastRequired: 1,
    // Whoever policy lets decide (kernel/access/with-deciders.ts).
    eligibleRoles: [],
    expiresInS: 24 * 3600,
  },
  present: {
    title: say`Release hold`,
    tone: 'danger',
    help: say`Past its term the file is removed within the hour.`,
  },
  inverse: 'kernel.hold_evidence',
  decide(evidence, _input, { actor }) {
    if (notTheirs(evidence, actor))
      return refuse('not_your_console', say`That is for the people of its console.`)
    if (!evidence.held) return refuse('not_held', say`It is not held.`)
    return accept({ id: evidence.id, of: evidence.of })
  },
  preview: (evidence) => ({
    summary: say`The file is kept until ${evidence.keepUntil} and no longer.`,
    changes: [{ label: say`Legal hold`, before: say`yes`, after: say`no` }],
    effects: [say`A file whose term is over is removed; its checksum and its history stay.`],
  }),
  eventTypes: ['kernel.evidence.hold_released'],
  events: ({ id, of }) => [
    {
      type: 'kernel.evidence.hold_released',
      stream: evidenceStream(id),
      refs: [of, { kind: 'evidence', id }],
      payload: { evidence: id },
    },
  ],
})
