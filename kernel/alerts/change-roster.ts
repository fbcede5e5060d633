import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { accept, defineAction, refuse, refuseField, refuseFields } from '../actions/define-action.ts'
import type { FieldError } from '../actions/failure.ts'
import { type Said, say, together, written } from '../languages/say.ts'
import { ROSTER_ENTRIES_MAX, type RosterEntry, rosterEntry } from './roster.ts'
import { ROSTER_CHANGED, type Roster, roster, rosterStream } from './roster-entity.ts'

const input = z.object({
  entries: z
    .array(rosterEntry)
    .min(1, written(say`at least one person: a roster of nobody would silence every alert`))
    .max(ROSTER_ENTRIES_MAX)
    .meta({
      title: 'On call',
      description: 'Everybody on call, with hours; the smallest order is told first.',
    }),
})

/**
 * Who is on call for a console. It asks for nobody's countersignature, so that a shift can be swapped at night; the
 * approval policy of the kernel can ask for one.
 */
export const changeRoster = defineAction<
  Roster,
  typeof input,
  { console: string; entries: readonly RosterEntry[] },
  unknown
>({
  name: 'kernel.change_roster',
  risk: 'medium',
  movesMoney: false,
  target: roster,
  input,
  reasons: [
    { code: 'shift_plan', title: say`New plan of shifts` },
    { code: 'swap', title: say`A shift is swapped` },
    { code: 'absence', title: say`Somebody is away` },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
  present: {
    title: say`Change who is on call`,
    tone: 'neutral',
    ifWrong: say`Change it again: the new one counts at once.`,
  },
  decide(state, { entries }, { actor }) {
    if (!actor.roles.some((role) => role.startsWith(`${state.console}/`))) {
      return refuse('not_your_console', say`Who is on call for ${state.called} is set by its own people.`)
    }
    // Whether the button is offered is asked with nothing filled in (entities/affordances.ts).
    if (!entries) return refuseField('input.entries', say`who is on call is missing`)
    const wrong = entries.flatMap(({ person }, index): FieldError[] =>
      state.people.includes(person)
        ? []
        : [
            {
              field: `input.entries.${index}.person`,
              message: say`is nobody who holds a role of ${state.console}`,
              allowed: state.people,
            },
          ],
    )
    if (wrong.length > 0) return refuseFields(wrong)
    return accept({ console: state.console, entries })
  },
  preview: (state, { entries }) => ({
    subject: say`On call for ${state.called}`,
    summary: say`Who is told of alerts of ${state.called} is replaced.`,
    changes: [changeLine(say`On call`, sentence(state.entries, state.names), sentence(entries, state.names))],
    effects: [say`What is open and not acknowledged goes on with the new roster.`],
  }),
  recorded: ({ entries }) => ({ entries }),
  eventTypes: [ROSTER_CHANGED],
  events: ({ console, entries }) => [
    {
      type: ROSTER_CHANGED,
      stream: rosterStream(console),
      refs: [{ kind: 'roster', id: console }],
      payload: { console, entries },
    },
  ],
})

/** A roster as a person would say it. */
function sentence(entries: readonly RosterEntry[], names: Roster['names']): Said {
  const shifts = [...entries]
    .sort((a, b) => a.order - b.order)
    .map(({ person, order, zone, hours }) => {
      const times = hours.map(({ days, from, to }) => {
        const named = together(
          days.map((day) => DAYS[day] ?? day),
          ', ',
        )
        return say`${named} ${from}–${to}`
      })
      return say`${order}. ${names[person] ?? person}: ${together(times, ', ')} (${zone})`
    })
  return together(shifts, '; ')
}

const DAYS: Readonly<Record<string, Said>> = {
  mon: say`Mon`,
  tue: say`Tue`,
  wed: say`Wed`,
  thu: say`Thu`,
  fri: say`Fri`,
  sat: say`Sat`,
  sun: say`Sun`,
}
