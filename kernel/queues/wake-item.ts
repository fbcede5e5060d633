import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { notTheirs } from './not-theirs.ts'
import { changeOf, type ItemChange, itemEvent, type WorkItem, workItem } from './work-item.ts'

/** A snoozed item is shown again before its time. */
export const wakeItem = defineAction<WorkItem, z.ZodObject, ItemChange, unknown>({
  name: 'kernel.wake_item',
  risk: 'low',
  movesMoney: false,
  target: workItem,
  input: z.object({}),
  reasons: [{ code: 'ready', title: say`It can be worked on` }],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: { title: say`Show again`, tone: 'neutral' },
  inverse: 'kernel.snooze_item',
  decide(item, _input, { actor, now }) {
    const refusal = notTheirs(item, actor)
    if (refusal) return refusal
    if (item.snoozedUntil === null || Date.parse(item.snoozedUntil) <= now.getTime()) {
      return refuse('not_snoozed', say`It is in the list already.`)
    }
    return accept(changeOf(item, { snoozedUntil: null }))
  },
  preview: (item) => ({
    summary: say`The item is in the list again.`,
    changes: [changeLine(say`Snoozed until`, item.snoozedUntil, null)],
    effects: [],
  }),
  eventTypes: ['kernel.work_item.woken'],
  events: (change) => [itemEvent('woken', change)],
})
