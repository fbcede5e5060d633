import { type Failure, fail, invalid, ok, type Result } from '../actions/failure.ts'
import { inFlight, keyReused } from '../actions/idempotency.ts'
import type { Kernel } from '../kernel.ts'
import { say, type Text } from '../languages/say.ts'
import { canonicalBytes, sha256 } from '../personal-data/canonical-json.ts'
import { actOnItem, OFFER_LEASE_MS, partKey, type WorkCaller, withdrawOffer } from './act-on-item.ts'
import type { Queue } from './define-queue.ts'
import { actsIn, operatorsOf } from './operator.ts'
import { queuePage } from './queue-query.ts'

export const GIVEN_AT_ONCE_MAX = 100
/** Longer than giving so many takes; after a crash it is gone on with by then. */
const UNDER_WAY_MS = 30_000

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

export type GivingAsked = {
  /** At most {@link GIVEN_AT_ONCE_MAX}; or how many of those that are due first. */
  readonly items: readonly string[] | number
  readonly method: 'round_robin' | 'skill'
  /** Among whom; absent: everybody who works the queue. */
  readonly people?: readonly string[] | undefined
}

/**
 * Gives items that nobody has to people: by turns, or by skill and who has least open. Each on its own: one that cannot be
 * given keeps no other from it. The same key gives the same: what is given to whom is chosen once.
 *
 * @returns 422 `key_reused` where the key came with something else; 409 `in_flight` while it is being given
 */
export async function giveItems(
  kernel: Kernel,
  caller: WorkCaller,
  queue: Queue,
  asked: GivingAsked,
  key: string,
): Promise<Result<{ readonly given: readonly GivenItem[]; readonly replayed: boolean }>> {
  const giving = { actor: caller.principal.id, queue: queue.name, key, asked }
  let known = await beginGiving(kernel, giving, null)
  if (known === null) {
    const operators = await operatorsOf(kernel, queue.name)
    const workers = operators.filter((one) => actsIn(kernel, queue, one)).map(({ id }) => id)
    const problem = notAsAsked(queue, asked, workers)
    if (problem) return fail(problem)
    const items = typeof asked.items === 'number' ? await mostUrgent(kernel, queue, asked.items) : asked.items
    known = await beginGiving(kernel, giving, { items, among: asked.people ?? workers })
  }
  if (known === null) throw new Error('kernel.begin_giving answered nothing')
  if (known.digest !== digestOf(asked).toString('hex')) return fail(keyReused())
  if (known.result === 'under_way') return fail(inFlight())
  if (known.result === 'given') return ok({ given: JSON.parse(known.given) as GivenItem[], replayed: true })
  const given: GivenItem[] = []
  for (const offer of known.plan)
    given.push(await giveOne(kernel, caller, queue.name, offer, asked.method, key))
  const { rows } = await kernel.pool.query<{ kept: string }>(
    'SELECT kernel.keep_given($1, $2, $3, $4) AS kept',
    [giving.actor, giving.queue, key, JSON.stringify(given)],
  )
  return ok({ given: JSON.parse(rows[0]?.kept ?? '[]') as GivenItem[], replayed: false })
}

/** Why it cannot be given so. */
function notAsAsked(
  queue: Queue,
  { method, people }: GivingAsked,
  workers: readonly string[],
): Failure | undefined {
  if (method === 'skill' && queue.skillColumn === undefined) {
    const message = say`no skills are declared for this queue`
    return invalid({ field: 'method', message, allowed: ['round_robin'] })
  }
  if (people === undefined) return undefined
  const strangers = people.flatMap((id, index) =>
    workers.includes(id)
      ? []
      : [{ field: `people.${index}`, message: say`is nobody who works this queue`, allowed: workers }],
  )
  return strangers.length > 0 ? invalid(...strangers) : undefined
}

type Known =
  | { readonly result: 'given'; readonly digest: string; readonly given: string }
  | { readonly result: 'under_way'; readonly digest: string }
  | { readonly result: 'begun'; readonly digest: string; readonly plan: readonly Offer[] }

/** @param plan what is given, among whom; null: only what is known of the key already */
async function beginGiving(
  kernel: Kernel,
  { actor, queue, key, asked }: { actor: string; queue: string; key: string; asked: GivingAsked },
  plan: { readonly items: readonly string[]; readonly among: readonly string[] } | null,
): Promise<Known | null> {
  const { rows } = await kernel.pool.query<{ known: Known | null }>(
    'SELECT kernel.begin_giving($1, $2, $3, $4, $5, $6, $7, $8, $9) AS known',
    [
      ...[actor, queue, key, digestOf(asked), plan?.items ?? null, asked.method],
      ...[OFFER_LEASE_MS, plan?.among ?? null, UNDER_WAY_MS],
    ],
  )
  return rows[0]?.known ?? null
}

function digestOf({ items, method, people }: GivingAsked): Buffer {
  const listed = typeof items === 'number' ? items : [...items]
  return sha256(canonicalBytes({ items: listed, method, people: people === undefined ? null : [...people] }))
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
