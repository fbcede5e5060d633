import { z } from 'zod'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { NOBODY_AGREES, type SavedView, savedView, viewEvent } from './saved-view.ts'

const sharing = z.object({
  shared: z.boolean().default(true).meta({ title: 'Everybody of this queue sees it' }),
})

/** Somebody who may shows a view to everybody who sees its queue, or no longer. */
export const shareView = defineAction<SavedView, typeof sharing, SavedView, unknown>({
  name: 'kernel.share_view',
  risk: 'low',
  movesMoney: false,
  target: savedView,
  input: sharing,
  reasons: [{ code: 'team', title: say`The team works by it` }],
  approvals: NOBODY_AGREES,
  present: { title: say`Share view`, tone: 'neutral' },
  decide(state, { shared }) {
    if (state.owner === null || state.deleted) return refuse('no_such_view', say`There is no such view.`)
    if (state.shared === shared)
      return refuse('no_change', shared ? say`It is shared already.` : say`It is not shared.`)
    return accept({ ...state, shared })
  },
  preview: (_state, { shared }) => ({
    summary: shared ? say`Everybody who sees the queue sees this view.` : say`Only its owner sees this view.`,
    changes: [],
    effects: [],
  }),
  eventTypes: ['kernel.view.shared', 'kernel.view.unshared'],
  events: (state) => [viewEvent(state.shared ? 'shared' : 'unshared', state)],
})
