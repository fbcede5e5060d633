import { z } from 'zod'
import { fail, invalid, ok } from '../actions/failure.ts'
import { openRequestsOn } from '../actions/open-request.ts'
import { recordDenial } from '../actions/record-denial.ts'
import { visibleTypes } from '../actions/visible-requests.ts'
import { cursorParameter, cursorTime, encodeCursor } from '../http/cursor.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import type { Queue } from './define-queue.ts'
import {
  behindMs,
  PAGE_DEFAULT,
  PAGE_MAX,
  QUEUE_SORTS,
  type QueueFilters,
  type QueueSort,
  queueFigures,
  queuePage,
} from './queue-query.ts'
import { timeliness } from './timeliness.ts'

const FILTER_VALUES_MAX = 50
const FILTER_MAX_CHARACTERS = 512
const WHOLE_NUMBER = /^\d{1,9}$/
const ITEM_ID = /^[A-Za-z0-9._:-]{1,256}$/

/** C-08. */
export function queueRoutes(kernel: Kernel): Route[] {
  const list = route({
    method: 'GET',
    url: '/v1/queues',
    summary: 'The queues this person may see, with how much waits and how late it is',
    access: { permission: 'kernel:read' },
    async handle({ principal }) {
      const queues = visibleQueues(kernel, principal)
      return ok({
        body: {
          queues: await Promise.all(
            queues.map(async (queue) => ({
              name: queue.name,
              console: queue.name.slice(0, queue.name.indexOf('.')),
              title: queue.title,
              sla: {
                hours: queue.slaHours,
                ...(queue.calendar
                  ? { calendar: queue.calendar.title, time_zone: queue.calendar.timeZone }
                  : {}),
              },
              columns: queue.columns.map(({ key, title, type, filter }) => ({
                key,
                title,
                type,
                ...(filter ? { filter: 'in', options: filter.options } : {}),
              })),
              actions: queue.actions,
              ...(await queueFigures(kernel, queue, { state: 'open', columns: {} })),
              within_sla: await timeliness(kernel, queue),
            })),
          ),
        },
      })
    },
  })

  const items = route({
    method: 'GET',
    url: '/v1/queues/:name/items',
    summary: 'Items of a queue, by keyset',
    access: {
      governed: ({ name = '' }) => ({
        name: kernel.queues.get(name)?.permission ?? 'kernel:read',
        permissions: ['kernel:read'],
        movesMoney: false,
      }),
    },
    params: z.object({ name: z.string().max(128) }),
    // Filters are the queue's own columns, so they are checked against it below.
    query: z.looseObject({}),
    async handle({ params, query, principal, origin }) {
      const queue = visibleQueues(kernel, principal).find(({ name }) => name === params.name)
      if (!queue) {
        const hidden = kernel.queues.get(params.name)
        const code = 'no_such_queue'
        if (hidden) {
          await recordDenial(kernel, principal, origin, {
            action: hidden.permission,
            movesMoney: false,
            code,
            resource: `/v1/queues/${hidden.name}/items`,
          })
        }
        return fail({ kind: 'not_found', code, message: `There is no queue "${params.name}".` })
      }
      const asked = parametersOf(queue, query as Record<string, unknown>, principal)
      if ('problem' in asked) return fail(invalid(asked.problem))
      const { filters, sort, cursor, limit } = asked
      const [page, figures, behind_ms] = await Promise.all([
        queuePage(kernel, queue, filters, sort, cursor, limit),
        queueFigures(kernel, queue, filters),
        behindMs(kernel, queue),
      ])
      const waiting = await openRequestsOn(
        kernel,
        page.items.map(({ subject }) => subject),
        kernel.access.mayEver(principal, 'requests:read') ? visibleTypes(kernel, principal) : [],
      )
      return ok({
        body: {
          items: page.items.map((item) => {
            const request = waiting.get(`${item.subject.kind}:${item.subject.id}`)
            return request === undefined ? item : { ...item, open_request: request }
          }),
          next_cursor: page.next === null ? null : encodeCursor(page.next),
          ...figures,
          behind_ms,
        },
      })
    },
  })

  return [list, items]
}

export function visibleQueues(kernel: Kernel, principal: Principal): Queue[] {
  return [...kernel.queues.values()].filter((queue) => kernel.access.mayEver(principal, queue.permission))
}

const cursorSchema = cursorParameter(z.strictObject({ at: cursorTime, id: z.string().regex(ITEM_ID) }))

function parametersOf(
  queue: Queue,
  query: Record<string, unknown>,
  principal: Principal,
):
  | { filters: QueueFilters; sort: QueueSort; cursor: { at: string; id: string } | undefined; limit: number }
  | { problem: { field: string; message: string; allowed?: readonly string[] } } {
  const { limit = String(PAGE_DEFAULT), cursor, sort = 'due_at', state = 'open', assignee, ...rest } = query
  const size = WHOLE_NUMBER.test(String(limit)) ? Number(limit) : 0
  if (size < 1 || size > PAGE_MAX) {
    return { problem: { field: 'limit', message: `must be a whole number from 1 to ${PAGE_MAX}` } }
  }
  if (!QUEUE_SORTS.includes(sort as QueueSort)) {
    return { problem: { field: 'sort', message: 'is not a sort of this list', allowed: QUEUE_SORTS } }
  }
  if (state !== 'open' && state !== 'done') {
    return { problem: { field: 'state', message: 'is not a state of items', allowed: ['open', 'done'] } }
  }
  if (assignee !== undefined && (typeof assignee !== 'string' || assignee.length > 128)) {
    return { problem: { field: 'assignee', message: 'must be a person\'s id, "me" or "none"' } }
  }
  const place = cursor === undefined ? undefined : cursorSchema.safeParse(cursor)
  if (place && !place.success)
    return { problem: { field: 'cursor', message: 'is not a cursor that this list gave' } }
  const columns: Record<string, string[]> = {}
  const filterable = queue.columns.filter((column) => column.filter)
  for (const [key, given] of Object.entries(rest)) {
    const column = filterable.find((known) => known.key === key)
    if (!column) {
      const allowed = [
        'limit',
        'cursor',
        'sort',
        'state',
        'assignee',
        ...filterable.map((known) => known.key),
      ]
      return { problem: { field: key, message: 'is not a parameter of this list', allowed } }
    }
    const values = (Array.isArray(given) ? given : [given]).flatMap((value) => String(value).split(','))
    if (values.length > FILTER_VALUES_MAX || values.some((value) => value.length > FILTER_MAX_CHARACTERS)) {
      return {
        problem: {
          field: key,
          message: `takes at most ${FILTER_VALUES_MAX} values of ${FILTER_MAX_CHARACTERS} characters`,
        },
      }
    }
    const options = column.filter?.options
    if (options && !values.every((value) => options.includes(value))) {
      return { problem: { field: key, message: 'is not a value of this column', allowed: options } }
    }
    columns[key] = values
  }
  return {
    filters: {
      state,
      ...(assignee === undefined ? {} : { assignee: assignee === 'me' ? principal.id : assignee }),
      columns,
    },
    sort: sort as QueueSort,
    cursor: place?.data,
    limit: size,
  }
}
