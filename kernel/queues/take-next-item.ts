import { type Failure, fail, ok, type Result } from '../actions/failure.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import { actOnItem, OFFER_LEASE_MS, partKey, type WorkCaller, withdrawOffer } from './act-on-item.ts'
import type { Queue } from './define-queue.ts'

/** Others may take by hand what was offered; so often another is looked for. */
const TRIES_MAX = 5

/** Somebody else was there first, or the list is behind: then another item is next. */
const TAKEN_MEANWHILE: ReadonlySet<Failure['code']> = new Set([
  'already_claimed',
  'already_yours',
  'item_done',
  'target_changed',
  'stream_moved_on',
])

/** The item that was taken, the record that it is about, and the request by which it was taken. */
export type NextItem = { readonly item: string; readonly subject?: EntityRef; readonly request: string }

/**
 * Claims the most urgent item that nobody has and that this person may take. The same key again gives the same item.
 *
 * @returns null where there is none; 409 `taken_meanwhile` where others took each one that was next
 */
export async function takeNextItem(
  kernel: Kernel,
  caller: WorkCaller,
  queue: Queue,
  key: string,
): Promise<Result<{ readonly next: NextItem | null; readonly replayed: boolean }>> {
  const person = caller.principal.id
  const door = `POST /v1/queues/${queue.name}/next`
  const keys = Array.from({ length: TRIES_MAX }, (_, n) => partKey(key, String(n)))
  const before = await takenBefore(kernel, person, door, keys)
  if (before) return ok({ next: await nextItem(kernel, queue, before), replayed: true })
  for (const part of keys) {
    const id = await offerNext(kernel, queue.name, person)
    if (id === null) return ok({ next: null, replayed: false })
    const item = { queue: queue.name, id }
    const taken = await actOnItem(kernel, caller, item, {
      action: 'kernel.claim_item',
      door,
      key: part,
      // The key stands for the next item, whichever that is.
      asked: { next: queue.name },
      input: {},
      reason: 'take_up',
    })
    if (!taken.ok || taken.value.replayed) await withdrawOffer(kernel, item, person)
    if (taken.ok) {
      const made = JSON.parse(taken.value.body) as Taken
      return ok({ next: await nextItem(kernel, queue, made), replayed: false })
    }
    if (!TAKEN_MEANWHILE.has(taken.failure.code)) return taken
  }
  return fail({
    kind: 'conflict',
    code: 'taken_meanwhile',
    message: say`Others took each item that was next. Ask again.`,
  })
}

/** As a request stands in the answer to whoever made it. */
type Taken = { readonly id: string; readonly target: { readonly id: string } }

async function nextItem(kernel: Kernel, queue: Queue, { id, target }: Taken): Promise<NextItem> {
  const item = target.id.slice(queue.name.length + 1)
  const { rows } = await kernel.pool.query<EntityRef>(
    `SELECT subject_kind AS kind, subject_id AS id FROM ${queue.table} WHERE item_id = $1`,
    [item],
  )
  return { item, ...(rows[0] ? { subject: rows[0] } : {}), request: id }
}

/** What this person took before under one of these keys. */
async function takenBefore(
  kernel: Kernel,
  person: string,
  door: string,
  keys: readonly string[],
): Promise<Taken | undefined> {
  const { rows } = await kernel.pool.query<{ id: string; target_id: string }>(
    `SELECT q.request_id AS id, q.target_id FROM kernel.idempotency i JOIN kernel.action_request q USING (request_id)
      WHERE i.actor_id = $1 AND i.door = $2 AND i.key = ANY ($3) AND q.state = 'executed'`,
    [person, door, keys],
  )
  return rows[0] && { id: rows[0].id, target: { id: rows[0].target_id } }
}

async function offerNext(kernel: Kernel, queue: string, person: string): Promise<string | null> {
  const { rows } = await kernel.pool.query<{ item: string | null }>({
    name: 'offer-next-item',
    text: 'SELECT kernel.offer_next_item($1, $2, $3) AS item',
    values: [queue, person, OFFER_LEASE_MS],
  })
  return rows[0]?.item ?? null
}
