import { fail, invalid, ok, type Result } from '../actions/failure.ts'
import type { Kernel } from '../kernel.ts'
import { say, type Text } from '../languages/say.ts'
import { actOnItem, OFFER_LEASE_MS, partKey, type WorkCaller, withdrawOffer } from './act-on-item.ts'
import type { Queue } from './define-queue.ts'
import { operatorsOf } from './operator.ts'
import { queuePage } from './queue-query.ts'

export const GIVEN_AT_ONCE_MAX = 100

const NOBODY_GIVEN: Readonly<Record<string, Text>> = {
  no_such_item: say`There is no such item in this queue.`,
  item_done: say`It is done.`,
  already_claimed: say`Somebody has it.`,
  nobody_can: say`Nobody who may have it is here and has room for it.`,
}

/** What became of one item: whose it is now, or why it is nobody's. */
export type GivenItem = {
  readonly item: string
  readonly assignee: string | null
  readonly code?: string | null
  readonly message?: Text | null
}

/**
 * Gives items that nobody has to people: by turns, or by skill and who has least open. Each on its own: one that cannot be
 * given keeps no other from it.
 *
 * @param asked.items at most {@link GIVEN_AT_ONCE_MAX}; or how many of those that are due first
 * @param asked.people among whom; absent: everybody who works the queue
 */
export async function giveItems(
  kernel: Kernel,
  caller: WorkCaller,
  queue: Queue,
  asked: {
    readonly items: readonly string[] | number
    readonly method: 'round_robin' | 'skill'
    readonly people?: readonly string[] | undefined
  },
  key: string,
): Promise<Result<readonly GivenItem[]>> {
  const { method, people } = asked
  if (method === 'skill' && queue.skillColumn === undefined) {
    const message = say`no skills are declared for this queue`
    return fail(invalid({ field: 'method', message, allowed: ['round_robin'] }))
  }
  if (people !== undefined) {
    const allowed = (await operatorsOf(kernel, queue.name)).map(({ id }) => id)
    const strangers = people.flatMap((id, index) =>
      allowed.includes(id)
        ? []
        : [{ field: `people.${index}`, message: say`is nobody who works this queue`, allowed }],
    )
    if (strangers.length > 0) return fail(invalid(...strangers))
  }
  const items = typeof asked.items === 'number' ? await mostUrgent(kernel, queue, asked.items) : asked.items
  const { rows } = await kernel.pool.query<Offer>(
    'SELECT item_id, person_id, why FROM kernel.offer_to_people($1, $2, $3, $4, $5)',
    [queue.name, items, method, OFFER_LEASE_MS, people ?? null],
  )
  const given: GivenItem[] = []
  for (const offer of rows) given.push(await giveOne(kernel, caller, queue.name, offer, method, key))
  return ok(given)
}

/** Of the items that nobody has, those that are due first. */
async function mostUrgent(kernel: Kernel, queue: Queue, count: number): Promise<string[]> {
  const free = { state: 'open', snoozed: 'no', assignee: 'none', columns: {} } as const
  const { items } = await queuePage(kernel, queue, free, 'due_at', undefined, count, [])
  return items.map(({ id }) => id)
}

type Offer = { item_id: string; person_id: string | null; why: string | null }

async function giveOne(
  kernel: Kernel,
  caller: WorkCaller,
  queue: string,
  { item_id: id, person_id: person, why }: Offer,
  method: 'round_robin' | 'skill',
  key: string,
): Promise<GivenItem> {
  if (person === null) {
    return { item: id, assignee: null, code: why, message: NOBODY_GIVEN[why ?? ''] ?? why }
  }
  const assigned = await actOnItem(
    kernel,
    caller,
    { queue, id },
    {
      action: 'kernel.assign_item',
      door: `POST /v1/queues/${queue}/give`,
      key: partKey(key, id),
      asked: { method, item: id },
      input: { assignee: person },
      reason: method === 'skill' ? 'skill' : 'workload',
    },
  )
  if (assigned.ok) return { item: id, assignee: person }
  await withdrawOffer(kernel, { queue, id }, person)
  const { code, message } = assigned.failure
  return { item: id, assignee: null, code, message }
}
