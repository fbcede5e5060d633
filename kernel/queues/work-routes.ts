import { z } from 'zod'
import { fail, invalid, ok } from '../actions/failure.ts'
import { entityId } from '../entities/entity-ref.ts'
import { fieldErrors } from '../http/field-errors.ts'
import { type Route, type RouteAccess, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { say, written } from '../languages/say.ts'
import { GIVEN_AT_ONCE_MAX, giveItems } from './give-items.ts'
import { actsIn, operatorsOf } from './operator.ts'
import { ofQueue, openQueue, queueName } from './queue-routes.ts'
import { takeNextItem } from './take-next-item.ts'

const PEOPLE_MAX = 50
const nothing = z.strictObject({})
const giving = z
  .strictObject({
    method: z.enum(['round_robin', 'skill']),
    items: z
      .array(entityId)
      .min(1)
      .max(GIVEN_AT_ONCE_MAX, written(say`at most ${GIVEN_AT_ONCE_MAX} items at a time`))
      .refine((items) => new Set(items).size === items.length, written(say`must name each item once`))
      .optional(),
    /** So many of those that nobody has, due first, in the place of naming them. */
    most_urgent: z.int().min(1).max(GIVEN_AT_ONCE_MAX).optional(),
    /** Among whom; absent: everybody who works the queue. */
    people: z
      .array(entityId)
      .min(1)
      .max(PEOPLE_MAX)
      .refine((people) => new Set(people).size === people.length, written(say`must name each person once`))
      .optional(),
  })
  .refine(({ items, most_urgent }) => (items === undefined) !== (most_urgent === undefined), {
    path: ['items'],
    error: written(say`name the items, or say in most_urgent how many of those that are due first`),
  })

/** K-26: who works a queue, and how its work comes to them. */
export function workRoutes(kernel: Kernel): Route[] {
  const people = route({
    method: 'GET',
    url: '/v1/queues/:name/people',
    summary:
      'Who works a queue: skills, capacity, absence, what they have open, and whether they may act in it',
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
            roles: one.roles,
            acts: actsIn(kernel, queue.value, one),
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
    async handle({ params, principal, origin, key, body }) {
      const asked = nothing.safeParse(body ?? {})
      if (!asked.success) return fail(invalid(...fieldErrors(asked.error.issues)))
      const queue = await openQueue(kernel, principal, origin, params.name)
      if (!queue.ok) return queue
      const taken = await takeNextItem(kernel, { principal, origin }, queue.value, key)
      if (!taken.ok) return taken
      const { next, replayed } = taken.value
      return ok({
        body: next ?? { item: null },
        ...(replayed ? { headers: { 'idempotency-replayed': 'true' } } : {}),
      })
    },
  })

  const give = route({
    method: 'POST',
    url: '/v1/queues/:name/give',
    summary:
      'Give items that nobody has to people, all or those named: by turns, or by skill and who has least open',
    access: byAction('kernel.assign_item'),
    params: queueName,
    body: giving,
    idempotencyKey: 'required',
    async handle({ params, principal, origin, key, body }) {
      const queue = await openQueue(kernel, principal, origin, params.name)
      if (!queue.ok) return queue
      const parsed = giving.safeParse(body)
      if (!parsed.success) return fail(invalid(...fieldErrors(parsed.error.issues)))
      const { method, people, items, most_urgent: count } = parsed.data
      const asked = { method, people, items: items ?? count ?? [] }
      const given = await giveItems(kernel, { principal, origin }, queue.value, asked, key)
      if (!given.ok) return given
      return ok({
        body: { given: given.value.given },
        ...(given.value.replayed ? { headers: { 'idempotency-replayed': 'true' } } : {}),
      })
    },
  })

  return [people, next, give]
}

function byAction(name: string): RouteAccess {
  return { governed: () => ({ name, permissions: [name], movesMoney: false }) }
}
