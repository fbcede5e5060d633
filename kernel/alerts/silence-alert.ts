import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { accept, defineAction, refuse, refuseField } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { ALERT_SILENCED, type Alert, alert, alertStream, notTheirs, ownAct } from './alert-entity.ts'

const SILENCE_MAX_HOURS = 168
const HOUR_MS = 3_600_000
const input = z.object({
  hours: z.int().min(1).max(SILENCE_MAX_HOURS).meta({
    title: 'For how many hours',
    description: 'At most 168; then somebody is told again, unless it is over or acknowledged.',
  }),
})

/** Nobody is told until an end that is always set, neither of this alert nor of the same one raised again. */
export const silenceAlert = defineAction<Alert, typeof input, { id: string; until: string }, unknown>({
  name: 'kernel.silence_alert',
  risk: 'low',
  movesMoney: false,
  target: alert,
  input,
  reasons: [
    { code: 'maintenance', title: say`Work on it is planned` },
    { code: 'known', title: say`Known, and being worked on` },
    { code: 'false_alarm', title: say`False alarm`, noteRequired: true },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: { title: say`Silence`, tone: 'neutral' },
  decide(state, { hours }, { actor, now }) {
    const others = notTheirs(state, actor)
    if (others) return refuse('not_your_alert', others)
    if (state.state === 'resolved')
      return refuse('alert_over', say`It is over; nobody is told of it any more.`)
    const own = ownAct(state, actor)
    if (own) return refuse('own_alert', own)
    // Whether the button is offered is asked with nothing filled in (entities/affordances.ts).
    if (hours === undefined) return refuseField('input.hours', say`the end is missing`)
    return accept({ id: state.id, until: new Date(now.getTime() + hours * HOUR_MS).toISOString() })
  },
  preview: (state, { hours }) => ({
    subject: state.title,
    summary: say`Nobody is told of it for a while, nor of the same raised again.`,
    changes: [
      ...(state.silencedUntil === null ? [] : [changeLine(say`Silent until`, state.silencedUntil, null)]),
      changeLine(say`Silent for`, null, say`${hours} h`),
    ],
    effects: [say`It stays on the list. Then it goes on where it was, unless it is over or acknowledged.`],
  }),
  recorded: ({ until }) => ({ until }),
  eventTypes: [ALERT_SILENCED],
  events: ({ id, until }) => [
    { type: ALERT_SILENCED, stream: alertStream(id), refs: [{ kind: 'alert', id }], payload: { until } },
  ],
})
