import { defineEntity, type EntityType } from '../entities/define-entity.ts'
import type { Json } from '../personal-data/canonical-json.ts'

/** A row of a queue as far as people are concerned: who has it. The subject's own state lives elsewhere. */
export type WorkItem = {
  readonly queue: string
  readonly item: string
  readonly assignee: string | null
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
    const [shown, events] = await Promise.all([context.workItem(queue, item), context.events(stream)])
    if (!shown) return { status: 'missing' }
    const initial: WorkItem = { queue, item, assignee: null, state: shown.state === 'open' ? 'open' : 'done' }
    return {
      status: 'found',
      state: events.reduce(evolve, initial),
      version: String(events.length),
      stream: { name: stream, version: events.length },
    }
  },
  present: (item) => ({
    title: `${item.queue} ${item.item}`,
    state: item.state,
    data: { queue: item.queue, item: item.item, assignee: item.assignee },
  }),
}

export const workItemEntity = defineEntity(workItem)

function evolve(item: WorkItem, event: { type: string; payload: Record<string, Json> }): WorkItem {
  switch (event.type) {
    case 'kernel.work_item.claimed':
      return { ...item, assignee: String(event.payload.assignee) }
    case 'kernel.work_item.released':
      return { ...item, assignee: null }
    default:
      throw new Error(`a work item does not know ${event.type}`)
  }
}
