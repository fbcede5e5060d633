import { z } from 'zod'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { type WorkItem, workItem, workItemId } from './work-item.ts'

/** An operator takes up an item of a queue of a console in which they hold a role. */
export const claimItem = defineAction<
  WorkItem,
  z.ZodObject,
  { queue: string; item: string; assignee: string },
  unknown
>({
  name: 'kernel.claim_item',
  risk: 'low',
  movesMoney: false,
  target: workItem,
  input: z.object({}),
  reasons: [{ code: 'take_up', title: 'I take it up' }],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: { title: 'Claim', tone: 'neutral' },
  inverse: 'kernel.release_item',
  decide(item, _input, { actor }) {
    const console = item.queue.slice(0, item.queue.indexOf('.'))
    if (!actor.roles.some((role) => role.startsWith(`${console}/`))) {
      return refuse('not_your_queue', `Work of ${console} is taken up by its own people.`)
    }
    if (item.state !== 'open') return refuse('item_done', 'It is done; there is nothing left to take up.')
    if (item.assignee === actor.id) return refuse('already_yours', 'You have it already.')
    if (item.assignee !== null) return refuse('already_claimed', `${item.assignee} has it.`)
    return accept({ queue: item.queue, item: item.item, assignee: actor.id })
  },
  preview: (item) => ({
    summary: 'You take up this item; others see that you have it.',
    changes: [{ label: 'Assignee', before: item.assignee ?? 'nobody', after: 'you' }],
    effects: [],
  }),
  events: ({ queue, item, assignee }) => [
    {
      type: 'kernel.work_item.claimed',
      stream: `kernel.work_item/${workItemId(queue, item)}`,
      refs: [{ kind: 'work_item', id: workItemId(queue, item) }],
      payload: { queue, item, assignee },
    },
  ],
})
