import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import {
  changeOf,
  consoleOfQueue,
  type ItemChange,
  itemEvent,
  type WorkItem,
  workItem,
  worksFor,
} from './work-item.ts'

/** An operator takes up an item of a queue of a console in which they hold a role; one that was snoozed is awake then. */
export const claimItem = defineAction<WorkItem, z.ZodObject, ItemChange, unknown>({
  name: 'kernel.claim_item',
  risk: 'low',
  movesMoney: false,
  target: workItem,
  input: z.object({}),
  reasons: [{ code: 'take_up', title: say`I take it up` }],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: { title: say`Claim`, tone: 'neutral' },
  inverse: 'kernel.release_item',
  decide(item, _input, { actor }) {
    if (!worksFor(actor, item.queue)) {
      const console = consoleOfQueue(item.queue)
      return refuse('not_your_queue', say`Work of ${console} is taken up by its own people.`)
    }
    if (item.state !== 'open') return refuse('item_done', say`It is done; there is nothing left to take up.`)
    if (item.assignee === actor.id) return refuse('already_yours', say`You have it already.`)
    if (item.assignee !== null) return refuse('already_claimed', say`Somebody has it already.`)
    return accept(changeOf(item, { assignee: actor.id, snoozedUntil: null }))
  },
  preview: (item, _input, { actor }) => ({
    summary: say`This item is taken up by whoever asks for this; others see who has it.`,
    changes: [changeLine(say`Assignee`, item.assignee, actor.id)],
    effects: [],
  }),
  eventTypes: ['kernel.work_item.claimed'],
  events: (change) => [itemEvent('claimed', change)],
})
