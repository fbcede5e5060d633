import { z } from 'zod'
import { type FieldError, fail, invalid, ok } from '../actions/failure.ts'
import { BULK_ROWS_MAX } from '../bulk/bulk-request.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import type { Queue } from './define-queue.ts'
import { listParameters, wholeListParameters } from './list-parameters.ts'
import { ofQueue, openQueue, queueName } from './queue-routes.ts'
import type { ViewList } from './saved-view.ts'
import { selectedItems } from './selected-items.ts'

/** Of one queue and person; more are found by nobody. */
const VIEWS_MAX = 200

type Row = {
  readonly view_id: string
  readonly name: string
  readonly owner: string
  readonly owner_name: string | null
  readonly list: ViewList
  readonly shared: boolean
  readonly roles: readonly string[]
  readonly version: number
}

/** A parameter that is given once is no list. */
function asAddressed(list: ViewList): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(list).map(([key, values]) => [key, values.length === 1 ? values[0] : values]),
  )
}

/** What of a list its queue still has, and all that it has not. */
function fitting(
  queue: Queue,
  list: ViewList,
  principal: Principal,
): { readonly fits: ViewList; readonly problems: readonly FieldError[] } {
  const asked = listParameters(queue, asAddressed(list), principal)
  if (!('problem' in asked)) return { fits: list, problems: [] }
  const { problem } = asked
  const rest = Object.fromEntries(Object.entries(list).filter(([key]) => key !== problem.field))
  // What names nothing of the list is wrong with it as a whole.
  if (Object.keys(rest).length === Object.keys(list).length) return { fits: {}, problems: [problem] }
  const { fits, problems } = fitting(queue, rest, principal)
  return { fits, problems: [problem, ...problems] }
}

/** K-26: lists of a queue that were given a name, and all the items that a list holds. */
export function viewRoutes(kernel: Kernel): Route[] {
  const views = route({
    method: 'GET',
    url: '/v1/queues/:name/views',
    summary: 'Saved views of a queue: one’s own and those that are shared',
    access: ofQueue(kernel),
    params: queueName,
    async handle({ params, principal, origin }) {
      const found = await openQueue(kernel, principal, origin, params.name)
      if (!found.ok) return found
      const queue = found.value
      const { rows } = await kernel.pool.query<Row>({
        name: 'saved-views',
        text: `SELECT v.view_id, v.name, v.owner, p.display_name AS owner_name, v.list, v.shared, v.roles, v.version
                 FROM kernel.saved_view v LEFT JOIN kernel.person p ON p.person_id = v.owner
                WHERE v.queue = $1 AND NOT v.deleted AND (v.owner = $2 OR v.shared AND (v.roles = '{}' OR v.roles && $4))
                ORDER BY lower(v.name), v.view_id LIMIT $3`,
        values: [queue.name, principal.id, VIEWS_MAX, [...principal.roles]],
      })
      return ok({
        body: {
          views: rows.map((row) => {
            const { fits, problems } = fitting(queue, row.list, principal)
            return {
              id: row.view_id,
              name: row.name,
              owner: { id: row.owner, name: row.owner_name ?? row.owner },
              shared: row.shared,
              roles: row.roles,
              version: String(row.version),
              list: row.list,
              // The queue has changed since it was saved: it opens as far as it fits, and says what no longer does.
              fits,
              problem: problems[0] ?? null,
              problems,
            }
          }),
        },
      })
    },
  })

  const select = route({
    method: 'GET',
    url: '/v1/queues/:name/selection',
    summary: `Every item that a list holds, with its record and version; refused above ${BULK_ROWS_MAX}`,
    access: ofQueue(kernel),
    params: queueName,
    // Filters are the queue's own columns, so they are checked against it below.
    query: z.looseObject({}),
    async handle({ params, query, principal, origin }) {
      const found = await openQueue(kernel, principal, origin, params.name)
      if (!found.ok) return found
      const queue = found.value
      const asked = wholeListParameters(queue, query, principal, 'a selection')
      if ('problem' in asked) return fail(invalid(asked.problem))
      const items = await selectedItems(kernel, queue, asked.filters, asked.sort)
      if (items === null) {
        return fail({
          kind: 'too_large',
          code: 'too_many_selected',
          message: say`More than ${BULK_ROWS_MAX} items match, and no more can be acted on at once. Narrow the filters.`,
          extra: { limit: BULK_ROWS_MAX },
        })
      }
      return ok({ body: { count: items.length, items } })
    },
  })

  return [views, select]
}
