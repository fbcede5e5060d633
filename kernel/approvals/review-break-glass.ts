import { z } from 'zod'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { type RequestSubject, requestEntityType, requestStream } from '../actions/request-entity.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import { say } from '../languages/say.ts'

/** Somebody other than who broke the glass has looked at what was done, and says what they found (K-20). */
export const reviewBreakGlass = defineAction<
  RequestSubject,
  z.ZodObject,
  { id: string; found: string; target: EntityRef },
  unknown
>({
  name: 'kernel.review_break_glass',
  risk: 'high',
  movesMoney: false,
  target: requestEntityType,
  input: z.object({}),
  reasons: [
    { code: 'justified', title: say`It could not wait, and was right`, noteRequired: true },
    { code: 'avoidable', title: say`It could have waited for approval`, noteRequired: true },
    { code: 'wrong', title: say`It should not have been done`, noteRequired: true },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: {
    title: say`Close review of break-glass`,
    tone: 'neutral',
    help: say`The note says what you looked at. The finding stands in the audit log for good.`,
  },
  offeredOn: ({ brokenGlass }) => brokenGlass !== undefined,
  decide(request, _input, { actor, reason }) {
    if (!request.brokenGlass) return refuse('glass_not_broken', say`Nobody broke the glass for this.`)
    if (!actor.roles.some((role) => role.startsWith(`${request.console}/`))) {
      return refuse('not_your_console', say`This is for the people of ${request.console} to review.`)
    }
    if (request.requesterAccounts.includes(actor.id)) {
      return refuse('own_break_glass', say`You broke the glass yourself. Somebody else has to review it.`)
    }
    if (request.brokenGlass.reviewedBy !== null) {
      return refuse('already_reviewed', say`${request.brokenGlass.reviewerName ?? ''} has reviewed it.`)
    }
    return accept({ id: request.id, found: reason?.code ?? 'justified', target: request.target })
  },
  preview: (request) => ({
    summary: say`The review of "${request.called}", carried out without approval, is closed with the finding chosen here.`,
    changes: [{ label: say`Review`, before: say`open`, after: say`closed` }],
    effects: [
      say`Nothing is undone by this: what was done stays, unless it is taken back by an action of its own.`,
    ],
  }),
  eventTypes: ['kernel.action_request.break_glass_reviewed'],
  concerns: (request) => [request.console],
  events: ({ id, found, target }) => [
    {
      type: 'kernel.action_request.break_glass_reviewed',
      stream: requestStream(id),
      refs: [{ kind: 'request', id }, target],
      payload: { found },
    },
  ],
})
