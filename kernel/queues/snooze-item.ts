import { z } from 'zod'
import { accept, defineAction, refuse, refuseField } from '../actions/define-action.ts'
import { instant } from '../time/instant.ts'
import { changeOf, type ItemChange, itemEvent, type WorkItem, workItem, worksFor } from './work-item.ts'

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
    { code: 'waiting', title: 'Waiting for an answer' },
    { code: 'not_yet', title: 'Nothing can be done before then' },
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: { title: 'Snooze', tone: 'neutral' },
  inverse: 'kernel.wake_item',
  decide(item, { until }, { actor, now }) {
    const refusal = notTheirs(item, actor)
    if (refusal) return refusal
    if (until === undefined) return refuseField('input.until', 'until when is missing')
    const at = Date.parse(until)
    if (at <= now.getTime() || at > now.getTime() + SNOOZE_MAX_DAYS * DAY_MS) {
      return refuseField('input.until', `must lie ahead, by ${SNOOZE_MAX_DAYS} days at most`)
    }
    return accept(changeOf(item, { snoozedUntil: new Date(at).toISOString() }))
  },
  preview: (item, { until }) => ({
    summary: 'The item leaves the list until then. Its clock goes on.',
    changes: [
      { label: 'Snoozed until', before: item.snoozedUntil ?? 'not snoozed', after: until ?? 'not said' },
    ],
    effects: [],
  }),
  events: (change) => [itemEvent('snoozed', change)],
})

/** A snoozed item is shown again before its time. */
export const wakeItem = defineAction<WorkItem, z.ZodObject, ItemChange, unknown>({
  name: 'kernel.wake_item',
  risk: 'low',
  movesMoney: false,
  target: workItem,
  input: z.object({}),
  reasons: [{ code: 'ready', title: 'It can be worked on' }],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: { title: 'Show again', tone: 'neutral' },
  inverse: 'kernel.snooze_item',
  decide(item, _input, { actor, now }) {
    const refusal = notTheirs(item, actor)
    if (refusal) return refusal
    if (item.snoozedUntil === null || Date.parse(item.snoozedUntil) <= now.getTime()) {
      return refuse('not_snoozed', 'It is in the list already.')
    }
    return accept(changeOf(item, { snoozedUntil: null }))
  },
  preview: (item) => ({
    summary: 'The item is in the list again.',
    changes: [{ label: 'Snoozed until', before: item.snoozedUntil ?? 'not snoozed', after: 'not snoozed' }],
    effects: [],
  }),
  events: (change) => [itemEvent('woken', change)],
})

function notTheirs(item: WorkItem, actor: { readonly id: string; readonly roles: readonly string[] }) {
  if (!worksFor(actor, item.queue))
    return refuse('not_your_queue', 'It is put off by the people of its console.')
  if (item.state !== 'open') return refuse('item_done', 'It is done.')
  if (item.assignee !== null && item.assignee !== actor.id && !item.helpers.includes(actor.id)) {
    return refuse('not_yours', 'Somebody else has it.')
  }
  return undefined
}
