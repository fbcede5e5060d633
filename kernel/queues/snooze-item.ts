import { z } from 'zod'
import { changeLine } from '../actions/change-line.ts'
import { accept, defineAction, refuseField } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { instant } from '../time/instant.ts'
import { notTheirs } from './not-theirs.ts'
import { changeOf, type ItemChange, itemEvent, type WorkItem, workItem } from './work-item.ts'

const SNOOZE_MAX_DAYS = 90
const DAY_MS = 86_400_000

const input = z.object({
  until: instant.optional().meta({ title: 'Until', description: 'Then it is shown again, by itself.' }),
})

/** An item is out of sight until a time. Its clock goes on, and it counts as open. */
export const snoozeItem = defineAction<WorkItem, typeof input, ItemChange, unknown>({
  name: 'kernel.snooze_item',
  risk: 'low',
  movesMoney: false,
  target: workItem,
  input,
  reasons: [
    { code: 'waiting', title: say`Waiting for an answer` },
    { code: 'not_yet', title: say`Nothing can be done before then` },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: { title: say`Snooze`, tone: 'neutral' },
  inverse: 'kernel.wake_item',
  decide(item, { until }, { actor, now }) {
    const refusal = notTheirs(item, actor)
    if (refusal) return refusal
    if (until === undefined) return refuseField('input.until', say`until when is missing`)
    const at = Date.parse(until)
    if (at <= now.getTime() || at > now.getTime() + SNOOZE_MAX_DAYS * DAY_MS) {
      return refuseField('input.until', say`must lie ahead, by ${SNOOZE_MAX_DAYS} days at most`)
    }
    return accept(changeOf(item, { snoozedUntil: new Date(at).toISOString() }))
  },
  preview: (item, { until }) => ({
    summary: say`The item leaves the list until then. Its clock goes on.`,
    changes: [changeLine(say`Snoozed until`, item.snoozedUntil, until)],
    effects: [],
  }),
  eventTypes: ['kernel.work_item.snoozed'],
  events: (change) => [itemEvent('snoozed', change)],
})
