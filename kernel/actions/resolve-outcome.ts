import { z } from 'zod'
import type { EntityRef } from '../entities/entity-ref.ts'
import { say } from '../languages/say.ts'
import { accept, defineAction, refuse, refuseField } from './define-action.ts'
import { type RequestSubject, requestEntityType, requestStream } from './request-entity.ts'

const OUTCOMES = ['executed', 'failed'] as const
const input = z.object({
  outcome: z
    .enum(OUTCOMES)
    .meta({ title: 'What came of it', description: 'executed: it has happened. failed: it has not.' }),
})

/**
 * People have looked where the effect would show, and say whether it happened (K-16). Two of them, neither of whom asked
 * for it. The dispatcher then moves the request, and the database looks at this request before it lets it.
 */
export const resolveOutcome = defineAction<
  RequestSubject,
  typeof input,
  { id: string; outcome: (typeof OUTCOMES)[number]; target: EntityRef },
  unknown
>({
  name: 'kernel.resolve_outcome',
  risk: 'critical',
  // Said to have failed, it can be asked for again: whoever says so wrongly moves money twice.
  movesMoney: true,
  target: requestEntityType,
  input,
  reasons: [
    { code: 'seen_at_upstream', title: say`Seen in the upstream's own records`, noteRequired: true },
    { code: 'confirmed_by_bank', title: say`Confirmed by the bank or the other side`, noteRequired: true },
    { code: 'other', title: say`Other evidence (say what)`, noteRequired: true },
  ],
  approvals: {
    required: 1,
    leastRequired: 1,
    // Whoever policy lets decide (kernel/access/with-deciders.ts).
    eligibleRoles: [],
    expiresInS: 24 * 3600,
  },
  present: {
    title: say`Resolve outcome`,
    tone: 'danger',
    help: say`The note is the evidence: where you looked, and what it says.`,
  },
  offeredOn: ({ state }) => state === 'outcome_unknown',
  decide(request, { outcome }, { actor }) {
    if (!actor.roles.some((role) => role.startsWith(`${request.console}/`))) {
      return refuse('not_your_console', say`What came of it is for the people of ${request.console} to say.`)
    }
    if (request.requesterAccounts.includes(actor.id)) {
      return refuse('own_outcome', say`You asked for it yourself. Somebody else has to say what came of it.`)
    }
    if (request.state !== 'outcome_unknown') {
      return refuse('outcome_known', say`Nothing is unknown of it: it is ${request.state}.`)
    }
    // Whether the button is offered is asked with nothing filled in (entities/affordances.ts).
    if (!outcome) return refuseField('input.outcome', say`is missing`, OUTCOMES)
    return accept({ id: request.id, outcome, target: request.target })
  },
  preview: (request, { outcome }) => ({
    summary: say`The outcome of "${request.type}" becomes ${outcome}, by the word of whoever asks for this and that of another person.`,
    changes: [
      {
        label: say`Request`,
        before: say`outcome unknown`,
        ...(outcome === undefined ? {} : { after: outcome }),
      },
    ],
    effects: [
      say`Nothing is sent: this records what has happened at the upstream.`,
      say`It ends the request, so that the same may be asked for again.`,
    ],
  }),
  eventTypes: ['kernel.action_request.outcome_resolved'],
  concerns: (request) => [request.console],
  events: ({ id, outcome, target }) => [
    {
      type: 'kernel.action_request.outcome_resolved',
      stream: requestStream(id),
      refs: [{ kind: 'request', id }, target],
      payload: { state: outcome },
    },
  ],
})
