import { z } from 'zod'
import { defineAction, refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { instant } from '../time/instant.ts'
import { absenceChanges, away, NOBODY_AGREES, operatorEvent } from './operator-change.ts'
import { type OperatorSettings, operator } from './operator-entity.ts'

const absence = z.object({
  from: instant.optional().meta({ title: 'Away from', description: 'Absent: from now on.' }),
  until: instant
    .nullable()
    .optional()
    .meta({ title: 'Away until', description: 'Nothing says that I am here.' }),
})

/** Somebody says when they are away: until then nothing is given to them. */
export const setAbsence = defineAction<OperatorSettings, typeof absence, OperatorSettings, unknown>({
  name: 'kernel.set_absence',
  risk: 'low',
  movesMoney: false,
  target: operator,
  input: absence,
  reasons: [
    { code: 'leave', title: say`On leave` },
    { code: 'sick', title: say`Ill` },
    { code: 'shift', title: say`Off shift` },
    { code: 'back', title: say`Back at work` },
  ],
  approvals: NOBODY_AGREES,
  present: { title: say`Say when I am away`, tone: 'neutral' },
  decide(state, { from, until }, { actor, now }) {
    if (actor.id !== state.person) {
      return refuse(
        'not_you',
        say`Everybody says for themselves when they are away; kernel.set_workload does for others.`,
      )
    }
    return away(state, from, until, now, 'input.until')
  },
  preview: (state, { from, until }) => ({
    summary:
      until == null
        ? say`Here again: work is given to whoever asks for this.`
        : say`Nothing is given to whoever asks for this while they are away.`,
    changes: absenceChanges(state, from, until),
    effects: [say`What they have already stays with them.`],
  }),
  eventTypes: ['kernel.operator.absence_set'],
  events: (state) => [operatorEvent('absence_set', state)],
})
