import { z } from 'zod'
import { requiredKey } from '../actions/action-routes.ts'
import { type Failure, fail, invalid, ok, type Result } from '../actions/failure.ts'
import type { Answer } from '../actions/idempotency.ts'
import { submitAction } from '../actions/submit-action.ts'
import { entityId } from '../entities/entity-ref.ts'
import { fieldErrors } from '../http/field-errors.ts'
import { type Route, type RouteAccess, route } from '../http/route.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { canonicalBytes, sha256 } from '../personal-data/canonical-json.ts'
import type { Queue } from './define-queue.ts'
import { operatorsOf } from './operator.ts'
import { ofQueue, openQueue, queueName } from './queue-routes.ts'
import { workItemId } from './work-item.ts'

/** Longer than the request takes by which an offered item becomes somebody's. */
const OFFER_LEASE_MS = 10_000
/** Others may take by hand what was offered; so often another is looked for. */
const NEXT_TRIES_MAX = 5
const GIVEN_AT_ONCE_MAX = 100

const nothing = z.strictObject({})
const giving = z.strictObject({
  method: z.enum(['round_robin', 'skill']),
  items: z
    .array(entityId)
    .min(1)
    .max(GIVEN_AT_ONCE_MAX, `at most ${GIVEN_AT_ONCE_MAX} items at a time`)
    .refine((items) => new Set(items).size === items.length, 'must name each item once'),
})

const NOBODY_GIVEN: Readonly<Record<string, string>> = {
  no_such_item: 'There is no such item in this queue.',
  item_done: 'It is done.',
  already_claimed: 'Somebody has it.',
  nobody_can: 'Nobody who may have it is here and has room for it.',
}

/** K-26: who works a queue, and how its work comes to them. */
export function workRoutes(kernel: Kernel): Route[] {
  const people = route({
    method: 'GET',
    url: '/v1/queues/:name/people',
    summary: 'Who works a queue: skills, capacity, absence and what they have open',
    access: ofQueue(kernel),
    params: queueName,
    async handle({ params, principal, origin }) {
      const queue = await openQueue(kernel, principal, origin, params.name)
      if (!queue.ok) return queue
      const operators = await operatorsOf(kernel, queue.value.name)
      return ok({
        body: {
          people: operators.map((one) => ({
            id: one.id,
            name: one.name,
            skills: one.skills,
            max_open: one.maxOpen,
            away_from: one.awayFrom,
            away_until: one.awayUntil,
            away: one.away,
            open: one.open,
          })),
        },
      })
    },
  })

  const next = route({
    method: 'POST',
    url: '/v1/queues/:name/next',
    summary: 'Claim the most urgent item that nobody has and that this person may take',
    access: byAction('kernel.claim_item'),
    params: queueName,
    body: nothing,
    idempotencyKey: 'required',
    async handle({ params, principal, origin, request, body }) {
      const key = requiredKey(request.headers['idempotency-key'])
      if (!key.ok) return key
      const asked = nothing.safeParse(body ?? {})
      if (!asked.success) return fail(invalid(...fieldErrors(asked.error.issues)))
      const queue = await openQueue(kernel, principal, origin, params.name)
      if (!queue.ok) return queue
      const { name } = queue.value
      const door = `POST /v1/queues/${name}/next`
      const keys = Array.from({ length: NEXT_TRIES_MAX }, (_, n) => partKey(key.value, String(n)))
      const before = await takenBefore(kernel, principal.id, door, keys)
      if (before)
        return ok({
          body: await nextTaken(kernel, queue.value, before),
          headers: { 'idempotency-replayed': 'true' },
        })
      for (const part of keys) {
        const item = await offerNext(kernel, name, principal.id)
        if (item === null) return ok({ body: { item: null } })
        const taken = await onItem(kernel, { principal, origin }, name, item, {
          action: 'kernel.claim_item',
          door,
          key: part,
          // The key stands for the next item, whichever that is.
          asked: { next: name },
          input: {},
          reason: 'take_up',
        })
        if (!taken.ok || taken.value.replayed) await withdrawOffer(kernel, name, item, principal.id)
        if (taken.ok) {
          const made = JSON.parse(taken.value.body) as Taken
          return ok({ body: await nextTaken(kernel, queue.value, made) })
        }
        if (!TAKEN_MEANWHILE.has(taken.failure.code)) return taken
      }
      return fail({
        kind: 'conflict',
        code: 'taken_meanwhile',
        message: 'Others took each item that was next. Ask again.',
      })
    },
  })

  const give = route({
    method: 'POST',
    url: '/v1/queues/:name/give',
    summary: 'Give items that nobody has to people: by turns, or by skill and who has least open',
    access: byAction('kernel.assign_item'),
    params: queueName,
    body: giving,
    idempotencyKey: 'required',
    async handle({ params, principal, origin, request, body }) {
      const key = requiredKey(request.headers['idempotency-key'])
      if (!key.ok) return key
      const queue = await openQueue(kernel, principal, origin, params.name)
      if (!queue.ok) return queue
      const parsed = giving.safeParse(body)
      if (!parsed.success) return fail(invalid(...fieldErrors(parsed.error.issues)))
      const { items, method } = parsed.data
      const { name, skillColumn } = queue.value
      if (method === 'skill' && skillColumn === undefined) {
        return fail(
          invalid({
            field: 'method',
            message: 'no skills are declared for this queue',
            allowed: ['round_robin'],
          }),
        )
      }
      const { rows } = await kernel.pool.query<{
        item_id: string
        person_id: string | null
        why: string | null
      }>('SELECT item_id, person_id, why FROM kernel.offer_to_people($1, $2, $3, $4)', [
        name,
        items,
        method,
        OFFER_LEASE_MS,
      ])
      const given = []
      for (const { item_id: item, person_id: person, why } of rows) {
        if (person === null) {
          given.push({ item, assignee: null, code: why, message: NOBODY_GIVEN[why ?? ''] ?? why })
          continue
        }
        const assigned = await onItem(kernel, { principal, origin }, name, item, {
          action: 'kernel.assign_item',
          door: `POST /v1/queues/${name}/give`,
          key: partKey(key.value, item),
          asked: { method, item },
          input: { assignee: person },
          reason: method === 'skill' ? 'skill' : 'workload',
        })
        if (!assigned.ok) await withdrawOffer(kernel, name, item, person)
        given.push(
          assigned.ok
            ? { item, assignee: person }
            : { item, assignee: null, code: assigned.failure.code, message: assigned.failure.message },
        )
      }
      return ok({ body: { given } })
    },
  })

  return [people, next, give]
}

/** Somebody else was there first, or the list is behind: then another item is next. */
const TAKEN_MEANWHILE: ReadonlySet<Failure['code']> = new Set([
  'already_claimed',
  'already_yours',
  'item_done',
  'target_changed',
  'stream_moved_on',
])

/** The key of one part of what was asked for under a key. */
function partKey(key: string, part: string): string {
  return sha256(canonicalBytes([key, part])).toString('hex')
}

/** As a request stands in the answer to whoever made it. */
type Taken = { readonly id: string; readonly target: { readonly id: string } }

/** The item that was taken, the record that it is about, and the request by which it was taken. */
async function nextTaken(kernel: Kernel, queue: Queue, { id, target }: Taken) {
  const item = target.id.slice(queue.name.length + 1)
  const { rows } = await kernel.pool.query<{ kind: string; id: string }>(
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

function byAction(name: string): RouteAccess {
  return { governed: () => ({ name, permissions: [name], movesMoney: false }) }
}

async function offerNext(kernel: Kernel, queue: string, person: string): Promise<string | null> {
  const { rows } = await kernel.pool.query<{ item: string | null }>({
    name: 'offer-next-item',
    text: 'SELECT kernel.offer_next_item($1, $2, $3) AS item',
    values: [queue, person, OFFER_LEASE_MS],
  })
  return rows[0]?.item ?? null
}

async function withdrawOffer(kernel: Kernel, queue: string, item: string, person: string): Promise<void> {
  await kernel.pool.query('SELECT kernel.withdraw_offer($1, $2, $3)', [queue, item, person])
}

/** A governed action on an item, through the one write path. */
async function onItem(
  kernel: Kernel,
  { principal, origin }: { readonly principal: Principal; readonly origin: RequestOrigin },
  queue: string,
  item: string,
  what: {
    readonly action: string
    readonly door: string
    readonly key: string
    readonly asked: { readonly [member: string]: string }
    readonly input: Record<string, string>
    readonly reason: string
  },
): Promise<Result<Answer>> {
  const action = kernel.actions.get(what.action)
  if (!action) throw new Error(`the kernel has lost ${what.action}`)
  return submitAction(kernel, {
    principal,
    origin,
    action,
    door: what.door,
    key: what.key,
    rawBody: what.asked,
    body: {
      target: { kind: 'work_item', id: workItemId(queue, item) },
      input: what.input,
      reason: { code: what.reason },
    },
    bindsPreview: true,
  })
}
