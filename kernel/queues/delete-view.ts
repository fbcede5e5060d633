import { z } from 'zod'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { mayShare, NOBODY_AGREES, type SavedView, savedView, viewEvent } from './saved-view.ts'

/** Whose view it is deletes it; a shared one also whoever may share. */
export const deleteView = defineAction<SavedView, z.ZodObject, SavedView, unknown>({
  name: 'kernel.delete_view',
  risk: 'low',
  movesMoney: false,
  target: savedView,
  input: z.object({}),
  reasons: [{ code: 'unused', title: say`Nobody needs it` }],
  approvals: NOBODY_AGREES,
  present: { title: say`Delete view`, tone: 'neutral' },
  decide(state, _input, { actor }) {
    if (state.owner === null || state.deleted) return refuse('no_such_view', say`There is no such view.`)
    if (state.owner !== actor.id && !(state.shared && mayShare(state, actor.roles))) {
      return refuse('not_yours', say`It is somebody else’s view.`)
    }
    return accept({ ...state, deleted: true })
  },
  preview: (state) => ({ summary: say`The view “${state.name}” is gone.`, changes: [], effects: [] }),
  eventTypes: ['kernel.view.deleted'],
  events: (state) => [viewEvent('deleted', state)],
})
