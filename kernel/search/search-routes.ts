import { z } from 'zod'
import { ok } from '../actions/failure.ts'
import { refText } from '../entities/entity-ref.ts'
import { marksOf } from '../entities/marks-of.ts'
import { limitParameter } from '../http/cursor.ts'
import { type Route, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { say, written } from '../languages/say.ts'
import { findEntities, foundTitles } from './find-entities.ts'
import type { NameSearchLog } from './name-search-log.ts'

const HITS_DEFAULT = 20
const QUERY_MAX_CHARACTERS = 256

/** C-10: what an operator types to mean one record of any console that they may read. */
export function searchRoutes(kernel: Kernel, names: NameSearchLog): Route[] {
  return [
    route({
      method: 'GET',
      url: '/v1/search',
      summary: 'Records by id, reference, trace number, amount, e-mail address or name, with slips forgiven',
      access: { permission: 'kernel:read' },
      query: z.strictObject({
        q: z.string().min(1, written(say`is what to look for`)).max(QUERY_MAX_CHARACTERS),
        limit: limitParameter(HITS_DEFAULT),
      }),
      async handle({ query, principal, origin }) {
        const { found, maskedNames } = await findEntities(kernel, principal, query.q, query.limit)
        if (maskedNames !== undefined) await names.count(principal, origin, maskedNames === 'met')
        const marks = await marksOf(kernel, found)
        // What stands beside the best is offered by name.
        const besideBest = await foundTitles(kernel, principal, found[0]?.related ?? [])
        // The kind of the best comes first.
        const kinds = [...new Set(found.map(({ kind }) => kind))]
        return ok({
          body: {
            groups: kinds.map((kind) => ({
              kind,
              hits: found
                .filter((hit) => hit.kind === kind)
                .map((hit) => {
                  const { id, title, why, related } = hit
                  const marked = marks.get(refText({ kind, id }))
                  return {
                    kind,
                    id,
                    title,
                    why,
                    ...(marked === undefined ? {} : { marks: marked }),
                    links: {
                      self: pathOf(`${kind}/${id}`),
                      timeline: `/v1/entities/${kind}/${id}/timeline`,
                      related: related.map(pathOf),
                    },
                    ...(hit === found[0]
                      ? {
                          beside: related.map((ref) => ({
                            address: pathOf(ref),
                            title: besideBest.get(ref) ?? null,
                          })),
                        }
                      : {}),
                  }
                }),
            })),
          },
        })
      },
    }),
  ]
}

/** A request has an address of its own (C-05). */
function pathOf(ref: string): string {
  return ref.startsWith('request/') ? `/v1/requests/${ref.slice('request/'.length)}` : `/v1/entities/${ref}`
}
