import { z } from 'zod'
import { accept, defineAction, refuse, refuseField } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { NOBODY_AGREES, type SavedView, savedView, viewEvent } from './saved-view.ts'

const ROLE_MAX_CHARACTERS = 128
const sharing = z.object({
  shared: z.boolean().default(true).meta({ title: 'Others see it' }),
  /** One of the console; absent: everybody of the queue. */
  role: z.string().max(ROLE_MAX_CHARACTERS).optional().meta({ title: 'Only those who hold this role' }),
})

/** Somebody who may shows a view to everybody who sees its queue, or to those of them who hold a role, or no longer. */
export const shareView = defineAction<SavedView, typeof sharing, SavedView, unknown>({
  name: 'kernel.share_view',
  risk: 'low',
  movesMoney: false,
  target: savedView,
  input: sharing,
  reasons: [{ code: 'team', title: say`The team works by it` }],
  approvals: NOBODY_AGREES,
  present: { title: say`Share view`, tone: 'neutral' },
  decide(state, { shared, role }, { actor }) {
    if (state.owner === null || state.deleted) return refuse('no_such_view', say`There is no such view.`)
    if (!state.shared && state.owner !== actor.id)
      return refuse('not_yours', say`It is somebody else’s view.`)
    if (role !== undefined && !shared)
      return refuseField('input.role', say`goes with sharing it, not with sharing it no longer`)
    if (role !== undefined && !state.consoleRoles.includes(role))
      return refuseField('input.role', say`is no role of this console`, state.consoleRoles)
    const roles = role === undefined ? [] : [role]
    if (state.shared === shared && state.roles.join() === roles.join())
      return refuse('no_change', shared ? say`It is shared already.` : say`It is not shared.`)
    return accept({ ...state, shared, roles })
  },
  preview: ({ name }, { shared, role }) => ({
    summary: !shared
      ? say`Only its owner sees the view “${name}”.`
      : role === undefined
        ? say`Everybody who sees the queue sees the view “${name}”.`
        : say`Those who hold the role ${role} see the view “${name}”, and its owner.`,
    changes: [],
    effects: [],
  }),
  eventTypes: ['kernel.view.shared', 'kernel.view.unshared'],
  events: (state) => [viewEvent(state.shared ? 'shared' : 'unshared', state)],
})
