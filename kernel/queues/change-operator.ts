import { z } from 'zod'
import { accept, defineAction, type EventToBe, refuse, refuseField } from '../actions/define-action.ts'
import { instant } from '../time/instant.ts'
import { type OperatorSettings, operator, operatorId, operatorStream } from './operator-entity.ts'

const SKILLS_MAX = 50
const SKILL = /^[A-Za-z0-9._:-]{1,64}$/
const OPEN_MAX = 500
const DEFAULT = { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 } as const

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
    { code: 'leave', title: 'On leave' },
    { code: 'sick', title: 'Ill' },
    { code: 'shift', title: 'Off shift' },
    { code: 'back', title: 'Back at work' },
  ],
  approvals: DEFAULT,
  present: { title: 'Say when I am away', tone: 'neutral' },
  decide(state, { from, until }, { actor, now }) {
    if (actor.id !== state.person) {
      return refuse(
        'not_you',
        'Everybody says for themselves when they are away; kernel.set_workload does for others.',
      )
    }
    return away(state, from, until, now, 'input.until')
  },
  preview: (state, { from, until }) => ({
    summary:
      until == null ? 'You are here: work is given to you.' : 'Nothing is given to you while you are away.',
    changes: absenceChanges(state, from, until),
    effects: ['What you have already stays with you.'],
  }),
  events: (state) => [operatorEvent('absence_set', state)],
})

const workload = z.object({
  skills: z
    .array(
      z
        .string()
        .regex(SKILL, 'must be a code of 1 to 64 letters, digits, dots, underscores, colons or dashes'),
    )
    .max(SKILLS_MAX)
    .refine((skills) => new Set(skills).size === skills.length, 'must name each skill once')
    .optional()
    .meta({ title: 'Skills', description: 'Codes as the queue’s column has them; none: whatever comes.' }),
  max_open: z.int().min(0).max(OPEN_MAX).nullable().optional().meta({
    title: 'Items open at most',
    description: 'Above it nothing more is given to them; absent: no limit.',
  }),
  away_from: instant.optional().meta({ title: 'Away from' }),
  away_until: instant.nullable().optional().meta({ title: 'Away until' }),
})

/** Somebody who may says what a person knows, how much they take, and when they are away. It replaces what was said. */
export const setWorkload = defineAction<OperatorSettings, typeof workload, OperatorSettings, unknown>({
  name: 'kernel.set_workload',
  risk: 'low',
  movesMoney: false,
  target: operator,
  input: workload,
  reasons: [
    { code: 'training', title: 'They have learnt it' },
    { code: 'workload', title: 'To spread the work' },
    { code: 'absence', title: 'They are away' },
  ],
  approvals: DEFAULT,
  present: { title: 'Set skills and capacity', tone: 'neutral' },
  decide(state, { skills = [], max_open = null, away_from, away_until }, { now }) {
    if (!state.worksHere) return refuse('works_elsewhere', `They hold no role of ${state.console}.`)
    return away({ ...state, skills, maxOpen: max_open }, away_from, away_until, now, 'input.away_until')
  },
  preview: (state, { skills = [], max_open = null, away_from, away_until }) => ({
    summary: 'How work is given to this person changes; what they have already stays with them.',
    changes: [
      {
        label: 'Skills',
        before: state.skills.join(', ') || 'whatever comes',
        after: skills.join(', ') || 'whatever comes',
      },
      {
        label: 'Items open at most',
        before: String(state.maxOpen ?? 'no limit'),
        after: String(max_open ?? 'no limit'),
      },
      ...absenceChanges(state, away_from, away_until),
    ],
    effects: [],
  }),
  events: (state) => [operatorEvent('workload_set', state)],
})

function away(
  state: OperatorSettings,
  from: string | undefined,
  until: string | null | undefined,
  now: Date,
  field: string,
) {
  if (until == null) return accept({ ...state, awayFrom: null, awayUntil: null })
  const start = from === undefined ? now.getTime() : Date.parse(from)
  if (Date.parse(until) <= Math.max(start, now.getTime())) {
    return refuseField(field, 'must lie ahead, and behind the start')
  }
  return accept({
    ...state,
    awayFrom: new Date(start).toISOString(),
    awayUntil: new Date(Date.parse(until)).toISOString(),
  })
}

/** Times stand by themselves, so that whoever reads them reads them in their own zone. */
function absenceChanges(state: OperatorSettings, from: string | undefined, until: string | null | undefined) {
  return [
    ...(until == null
      ? []
      : [{ label: 'Away from', before: state.awayFrom ?? 'here', after: from ?? 'now on' }]),
    { label: 'Away until', before: state.awayUntil ?? 'here', after: until ?? 'here' },
  ]
}

/** Each event says all that is known, so that the last of them is enough. */
function operatorEvent(what: string, state: OperatorSettings): EventToBe {
  const id = operatorId(state.console, state.person)
  return {
    type: `kernel.operator.${what}`,
    stream: operatorStream(id),
    refs: [{ kind: 'operator', id }],
    payload: {
      console: state.console,
      person: state.person,
      skills: [...state.skills],
      max_open: state.maxOpen,
      away_from: state.awayFrom,
      away_until: state.awayUntil,
    },
  }
}
