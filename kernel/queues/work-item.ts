import type { DecideContext, EventToBe } from '../actions/define-action.ts'
import { defineEntity, type EntityType } from '../entities/define-entity.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { findWorkItem } from './queue-query.ts'

/** A row of a queue as far as people are concerned: who has it. The subject's own state lives elsewhere. */
export type WorkItem = {
  readonly queue: string
  readonly item: string
  readonly assignee: string | null
  /** Who works on it beside the assignee. */
  readonly helpers: readonly string[]
  /** Until then it is out of sight; its clock goes on. RFC 3339. */
  readonly snoozedUntil: string | null
  /** `gone`: the queue no longer shows it. */
  readonly state: 'open' | 'done'
}

const WORK_ITEM_ID = /^([a-z]+\.[a-z]+):([A-Za-z0-9._:-]+)$/

/** `transfers.returns:tr_8123`: the id under which a work item is acted on. */
export function workItemId(queue: string, item: string): string {
  return `${queue}:${item}`
}

export const workItem: EntityType<WorkItem, unknown> = {
  kind: 'work_item',
  console: 'kernel',
  consoleOf: (id) => id.slice(0, Math.max(0, id.indexOf('.'))),
  async read(id, _upstreams, context) {
    const match = WORK_ITEM_ID.exec(id)
    const [, queue = '', item = ''] = match ?? []
    if (!match) return { status: 'missing' }
    const stream = `kernel.work_item/${id}`
    const [shown, events] = await Promise.all([
      context.ask((kernel) => findWorkItem(kernel, queue, item)),
      context.events(stream),
    ])
    if (!shown) return { status: 'missing' }
    const last = events.at(-1)
    return {
      status: 'found',
      state: {
        queue,
        item,
        ...(last ? assignmentIn(last.payload) : FREE),
        state: shown.state === 'open' ? 'open' : 'done',
      },
      version: String(events.length),
      stream: { name: stream, version: events.length },
    }
  },
  present: (item) => ({
    title: `${item.queue} ${item.item}`,
    state: item.state,
    data: {
      queue: item.queue,
      item: item.item,
      assignee: item.assignee,
      helpers: [...item.helpers],
      snoozed_until: item.snoozedUntil,
    },
  }),
}

export const workItemEntity = defineEntity(workItem)

export type Assignment = Pick<WorkItem, 'assignee' | 'helpers' | 'snoozedUntil'>

const FREE: Assignment = { assignee: null, helpers: [], snoozedUntil: null }

/** What an action on a work item comes to: which item, and how it stands then. */
export type ItemChange = { readonly queue: string; readonly item: string } & Assignment

/** The change of an item to this, and else as it is. */
export function changeOf(item: WorkItem, to: Partial<Assignment>): ItemChange {
  const { queue, assignee, helpers, snoozedUntil } = item
  return { queue, item: item.item, assignee, helpers, snoozedUntil, ...to }
}

/** Each event says how the item stands then as a whole, so that the last of them is all there is to know. */
export function itemEvent(
  what: string,
  { queue, item, assignee, helpers, snoozedUntil }: ItemChange,
): EventToBe {
  return {
    type: `kernel.work_item.${what}`,
    stream: `kernel.work_item/${workItemId(queue, item)}`,
    refs: [{ kind: 'work_item', id: workItemId(queue, item) }],
    payload: {
      queue,
      item,
      ...(assignee === null ? {} : { assignee }),
      ...(helpers.length > 0 ? { helpers: [...helpers] } : {}),
      ...(snoozedUntil === null ? {} : { snoozed_until: snoozedUntil }),
    },
  }
}

function assignmentIn(payload: Record<string, Json>): Assignment {
  const { assignee, helpers, snoozed_until } = payload
  return {
    assignee: typeof assignee === 'string' ? assignee : null,
    helpers: Array.isArray(helpers) ? helpers.map(String) : [],
    snoozedUntil: typeof snoozed_until === 'string' ? snoozed_until : null,
  }
}

/** Whether somebody holds a role of the console whose queue this is. */
export function worksFor({ roles }: DecideContext['actor'], queue: string): boolean {
  const console = consoleOfQueue(queue)
  return roles.some((role) => role.startsWith(`${console}/`))
}

export function consoleOfQueue(queue: string): string {
  return queue.slice(0, queue.indexOf('.'))
}
