import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { changeOf, type ItemChange, itemEvent, type WorkItem, workItem } from './work-item.ts'

/** Whoever has an item puts it back; who helps with it just leaves it. */
export const releaseItem = defineAction<WorkItem, z.ZodObject, ItemChange, unknown>({
  name: 'kernel.release_item',
  risk: 'low',
  movesMoney: false,
  target: workItem,
  input: z.object({}),
  reasons: [
    { code: 'put_back', title: say`I put it back` },
    { code: 'handover', title: say`Somebody else goes on with it` },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: { title: say`Release`, tone: 'neutral' },
  inverse: 'kernel.claim_item',
  decide(item, _input, { actor }) {
    if (item.assignee === null) return refuse('not_claimed', say`Nobody has it.`)
    if (item.assignee === actor.id) return accept(changeOf(item, { assignee: null, helpers: [] }))
    if (!item.helpers.includes(actor.id)) return refuse('not_yours', say`Somebody else has it.`)
    return accept(changeOf(item, { helpers: item.helpers.filter((id) => id !== actor.id) }))
  },
  preview: (item, _input, { actor }) =>
    item.assignee === actor.id
      ? {
          summary: say`The item goes back to the queue, free for anybody.`,
          changes: [changeLine(say`Assignee`, item.assignee, null)],
          effects: [],
        }
      : {
          summary: say`Whoever asks for this no longer helps with this item.`,
          changes: [
            changeLine(
              say`Extra operators`,
              item.helpers.join(', '),
              item.helpers.filter((id) => id !== actor.id).join(', '),
            ),
          ],
          effects: [],
        },
  eventTypes: ['kernel.work_item.released'],
  events: (change) => [itemEvent('released', change)],
})
