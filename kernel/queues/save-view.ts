import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { accept, defineAction, refuse, refuseField } from '../actions/define-action.ts'
import { say, written } from '../languages/say.ts'
import { freeText } from '../personal-data/free-text.ts'
import { mayShare, NOBODY_AGREES, type SavedView, savedView, viewEvent } from './saved-view.ts'

const NAME_MAX_CHARACTERS = 80
const PARAMETERS_MAX = 30
const VALUES_MAX = 50
const VALUE_MAX_CHARACTERS = 512
/** Of a whole list, as JSON: many are given out in one answer, and each stays in its history. */
const LIST_MAX_CHARACTERS = 16_384

const value = z
  .string()
  .max(VALUE_MAX_CHARACTERS, written(say`must have at most ${VALUE_MAX_CHARACTERS} characters`))
const saved = z.object({
  name: freeText(NAME_MAX_CHARACTERS)
    .refine((name) => name.trim() !== '', written(say`must not be empty`))
    .optional()
    .meta({ title: 'Name' }),
  list: z
    .record(
      z.string().regex(/^[a-z_]{1,64}$/, written(say`must be a parameter of a list`)),
      z.array(value).max(VALUES_MAX),
    )
    .refine(
      (list) => Object.keys(list).length <= PARAMETERS_MAX,
      written(say`takes at most ${PARAMETERS_MAX} parameters`),
    )
    .refine(
      (list) => JSON.stringify(list).length <= LIST_MAX_CHARACTERS,
      written(say`must have at most ${LIST_MAX_CHARACTERS} characters in all`),
    )
    .optional()
    .meta({ title: 'Filters, sort and columns' }),
})

/** Somebody keeps a list under a name, or changes one of theirs. Whether it fits the queue is seen when it is shown. */
export const saveView = defineAction<SavedView, typeof saved, SavedView, unknown>({
  name: 'kernel.save_view',
  risk: 'low',
  movesMoney: false,
  target: savedView,
  input: saved,
  reasons: [{ code: 'keep', title: say`To come back to it` }],
  approvals: NOBODY_AGREES,
  present: { title: say`Save view`, tone: 'neutral' },
  decide(state, { name, list = {} }, { actor }) {
    if (state.deleted) return refuse('view_deleted', say`It was deleted; save it under a new id.`)
    const theirs = state.owner === null || state.owner === actor.id
    if (state.shared ? !mayShare(state, actor.roles) : !theirs) {
      return refuse('not_yours', state.shared ? say`It is a shared view.` : say`It is somebody else’s view.`)
    }
    if (name === undefined) return refuseField('input.name', say`a name is missing`)
    return accept({ ...state, owner: state.owner ?? actor.id, name: name.trim(), list })
  },
  preview: (state, { name = '' }) => ({
    summary: say`The list can be opened again as “${name.trim()}”.`,
    changes: [changeLine(say`Name`, state.name, name)],
    effects: [],
  }),
  eventTypes: ['kernel.view.saved'],
  events: (state) => [viewEvent('saved', state)],
})
