import { z } from 'zod'
import { fail, invalid, ok, type Result } from '../actions/failure.ts'
import { openRequestsOn } from '../actions/open-request.ts'
import { recordDenial } from '../actions/record-denial.ts'
import { visibleTypes } from '../actions/visible-requests.ts'
import { rolesOfConsole } from '../alerts/people-on-call.ts'
import { refText } from '../entities/entity-ref.ts'
import { marksOf } from '../entities/marks-of.ts'
import { encodeCursor } from '../http/cursor.ts'
import { type Route, type RouteAccess, route } from '../http/route.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import type { Queue } from './define-queue.ts'
import { listParameters } from './list-parameters.ts'
import { behindMs, queueFigures, queuePage, sortsOf } from './queue-query.ts'
import { timeliness } from './timeliness.ts'

export const queueName = z.object({ name: z.string().max(128) })

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
                ...(queue.deadlineColumn === undefined ? {} : { own_deadlines: true }),
              },
              columns: queue.columns.map(({ key, title, type, filter, stays }) => ({
                key,
                title,
                type,
                ...(stays ? { stays } : {}),
                ...(filter ? { filter: 'in', options: filter.options } : {}),
              })),
              sorts: sortsOf(queue),
              roles: rolesOfConsole(kernel, queue.name.slice(0, queue.name.indexOf('.'))),
              sharers: sharersOf(kernel, queue.name.slice(0, queue.name.indexOf('.'))),
              actions: queue.actions,
              ...(queue.guide === undefined ? {} : { guide: queue.guide }),
              ...(queue.skillColumn === undefined ? {} : { skill: queue.skillColumn }),
              ...(await queueFigures(kernel, queue, { state: 'open', snoozed: 'no', columns: {} })),
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
    access: ofQueue(kernel),
    params: queueName,
    // Filters are the queue's own columns, so they are checked against it below.
    query: z.looseObject({}),
    async handle({ params, query, principal, origin }) {
      const found = await openQueue(kernel, principal, origin, params.name)
      if (!found.ok) return found
      const queue = found.value
      const asked = listParameters(queue, query as Record<string, unknown>, principal)
      if ('problem' in asked) return fail(invalid(asked.problem))
      const { filters, sort, cursor, limit, columns } = asked
      const [page, figures, behind_ms] = await Promise.all([
        queuePage(kernel, queue, filters, sort, cursor, limit, columns),
        queueFigures(kernel, queue, filters),
        behindMs(kernel, queue),
      ])
      const subjects = page.items.map(({ subject }) => subject)
      const [waiting, marks] = await Promise.all([
        openRequestsOn(
          kernel,
          subjects,
          kernel.access.mayEver(principal, 'requests:read') ? visibleTypes(kernel, principal) : [],
        ),
        marksOf(kernel, subjects),
      ])
      return ok({
        body: {
          items: page.items.map((item) => {
            const request = waiting.get(`${item.subject.kind}:${item.subject.id}`)
            const marked = marks.get(refText(item.subject))
            return {
              ...item,
              ...(request === undefined ? {} : { open_request: request }),
              ...(marked === undefined ? {} : { marks: marked }),
            }
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

/** Whoever sees nothing of consoles learns nothing of a queue, not whether it exists. */
export function ofQueue(kernel: Kernel): RouteAccess {
  return {
    governed: ({ name = '' }) => ({
      name: kernel.queues.get(name)?.permission ?? 'kernel:read',
      permissions: ['kernel:read'],
      movesMoney: false,
    }),
  }
}

/** A queue that this person may see; that somebody asked for another's is recorded, and it is as if it were not there. */
export async function openQueue(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  name: string,
): Promise<Result<Queue>> {
  const queue = kernel.queues.get(name)
  if (queue && kernel.access.mayEver(principal, queue.permission)) return ok(queue)
  const code = 'no_such_queue'
  if (queue) {
    await recordDenial(kernel, principal, origin, {
      action: queue.permission,
      movesMoney: false,
      code,
      resource: `/v1/queues/${queue.name}/items`,
    })
  }
  return fail({ kind: 'not_found', code, message: say`There is no queue "${name}".` })
}

export function visibleQueues(kernel: Kernel, principal: Principal): Queue[] {
  return [...kernel.queues.values()].filter((queue) => kernel.access.mayEver(principal, queue.permission))
}

/** Which of a console's roles may share a list of one of its queues: whoever may not is told. */
function sharersOf(kernel: Kernel, console: string): string[] {
  const sharers = kernel.access.rolesFor('kernel.share_view')
  return rolesOfConsole(kernel, console).filter((role) => sharers.includes(role))
}
