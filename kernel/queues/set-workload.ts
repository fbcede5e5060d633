import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { defineAction, refuse } from '../actions/define-action.ts'
import { say, written } from '../languages/say.ts'
import { instant } from '../time/instant.ts'
import { absenceChanges, away, NOBODY_AGREES, operatorEvent } from './operator-change.ts'
import { type OperatorSettings, operator } from './operator-entity.ts'

const SKILLS_MAX = 50
const SKILL = /^[A-Za-z0-9._:-]{1,64}$/
const OPEN_MAX = 500

const workload = z.object({
  skills: z
    .array(
      z
        .string()
        .regex(
          SKILL,
          written(say`must be a code of 1 to 64 letters, digits, dots, underscores, colons or dashes`),
        ),
    )
    .max(SKILLS_MAX)
    .refine((skills) => new Set(skills).size === skills.length, written(say`must name each skill once`))
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
    { code: 'training', title: say`They have learnt it` },
    { code: 'workload', title: say`To spread the work` },
    { code: 'absence', title: say`They are away` },
  ],
  approvals: NOBODY_AGREES,
  present: { title: say`Set skills and capacity`, tone: 'neutral' },
  decide(state, { skills = [], max_open = null, away_from, away_until }, { now }) {
    if (!state.worksHere) return refuse('works_elsewhere', say`They hold no role of ${state.console}.`)
    return away({ ...state, skills, maxOpen: max_open }, away_from, away_until, now, 'input.away_until')
  },
  preview: (state, { skills = [], max_open = null, away_from, away_until }) => ({
    summary: say`How work is given to this person changes; what they have already stays with them.`,
    changes: [
      changeLine(say`Skills`, state.skills.join(', '), skills.join(', ')),
      changeLine(say`Items open at most`, state.maxOpen, max_open),
      ...absenceChanges(state, away_from, away_until),
    ],
    effects: [],
  }),
  eventTypes: ['kernel.operator.workload_set'],
  events: (state) => [operatorEvent('workload_set', state)],
})
