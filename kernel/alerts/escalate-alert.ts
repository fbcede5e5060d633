import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { ALERT_ESCALATED, type Alert, alert, alertStream, notTheirs, seenToBy } from './alert-entity.ts'

/** The next one is told now: whoever has it cannot deal with it, or it must not wait. */
export const escalateAlert = defineAction<Alert, z.ZodObject, { id: string }, unknown>({
  name: 'kernel.escalate_alert',
  risk: 'low',
  movesMoney: false,
  target: alert,
  input: z.object({}),
  reasons: [
    { code: 'cannot_fix', title: say`I cannot deal with it` },
    { code: 'urgent', title: say`It cannot wait` },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  // What says that the log is halted must be answerable while it is.
  containment: true,
  present: { title: say`Escalate`, tone: 'neutral' },
  decide(state, _input, { actor }) {
    const others = notTheirs(state, actor)
    if (others) return refuse('not_your_alert', others)
    if (state.state === 'resolved') return refuse('alert_over', say`It is over; nobody needs to be told.`)
    return accept({ id: state.id })
  },
  preview: (state) => ({
    subject: state.title,
    summary: say`The next person on the roster is told at once.`,
    changes: state.acknowledgedBy === null ? [] : [changeLine(say`Seen to by`, seenToBy(state), null)],
    effects: state.silencedUntil === null ? [] : [say`A silence ends.`],
  }),
  eventTypes: [ALERT_ESCALATED],
  events: ({ id }) => [
    { type: ALERT_ESCALATED, stream: alertStream(id), refs: [{ kind: 'alert', id }], payload: {} },
  ],
})
