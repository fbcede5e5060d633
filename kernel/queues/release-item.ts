import { z } from 'zod'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { type WorkItem, workItem, workItemId } from './work-item.ts'

/** Whoever has an item puts it back. */
export const releaseItem = defineAction<WorkItem, z.ZodObject, { queue: string; item: string }, unknown>({
  name: 'kernel.release_item',
  risk: 'low',
  movesMoney: false,
  target: workItem,
  input: z.object({}),
  reasons: [
    { code: 'put_back', title: 'I put it back' },
    { code: 'handover', title: 'Somebody else goes on with it' },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: { title: 'Release', tone: 'neutral' },
  inverse: 'kernel.claim_item',
  decide(item, _input, { actor }) {
    if (item.assignee === null) return refuse('not_claimed', 'Nobody has it.')
    if (item.assignee !== actor.id) return refuse('not_yours', `${item.assignee} has it.`)
    return accept({ queue: item.queue, item: item.item })
  },
  preview: (item) => ({
    summary: 'The item goes back to the queue, free for anybody.',
    changes: [{ label: 'Assignee', before: item.assignee ?? 'nobody', after: 'nobody' }],
    effects: [],
  }),
  events: ({ queue, item }) => [
    {
      type: 'kernel.work_item.released',
      stream: `kernel.work_item/${workItemId(queue, item)}`,
      refs: [{ kind: 'work_item', id: workItemId(queue, item) }],
      payload: { queue, item },
    },
  ],
})
