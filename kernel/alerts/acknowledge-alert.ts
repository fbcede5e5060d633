import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import {
  ALERT_ACKNOWLEDGED,
  type Alert,
  alert,
  alertStream,
  notTheirs,
  ownAct,
  seenToBy,
} from './alert-entity.ts'

/** Somebody sees to it: nobody else is told any more. What lasts stays on the list until its condition has ended. */
export const acknowledgeAlert = defineAction<Alert, z.ZodObject, { id: string; by: string }, unknown>({
  name: 'kernel.acknowledge_alert',
  risk: 'low',
  movesMoney: false,
  target: alert,
  input: z.object({}),
  reasons: [
    { code: 'seen_to', title: say`I see to it` },
    { code: 'known', title: say`It is known and needs nothing`, noteRequired: true },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  // What says that the log is halted must be answerable while it is.
  containment: true,
  present: {
    title: say`Acknowledge`,
    tone: 'neutral',
    ifWrong: say`Escalate ends it: the next person is told at once.`,
  },
  decide(state, _input, { actor }) {
    const others = notTheirs(state, actor)
    if (others) return refuse('not_your_alert', others)
    const own = ownAct(state, actor)
    if (own) return refuse('own_alert', own)
    if (state.state === 'resolved')
      return refuse('alert_over', say`It is over; nobody is told of it any more.`)
    if (state.state === 'acknowledged') {
      return refuse('already_acknowledged', say`${seenToBy(state) ?? 'Somebody'} sees to it already.`)
    }
    return accept({ id: state.id, by: actor.id })
  },
  preview: (state) => ({
    subject: state.title,
    summary: say`Somebody sees to it now: nobody else is told any more.`,
    changes: [changeLine(say`Alert`, say`open`, say`seen to`)],
    effects: [
      say`Its page and the list say who.`,
      state.lasting
        ? say`It stays on the list until its cause is gone.`
        : say`It leaves the list; the same again is a new alert.`,
    ],
  }),
  eventTypes: [ALERT_ACKNOWLEDGED],
  events: ({ id, by }) => [
    { type: ALERT_ACKNOWLEDGED, stream: alertStream(id), refs: [{ kind: 'alert', id }], payload: { by } },
  ],
})
