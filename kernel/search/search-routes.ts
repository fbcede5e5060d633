import { z } from 'zod'
import { ok } from '../actions/failure.ts'
import { mayReadConsole } from '../entities/may-hear-of.ts'
import { limitParameter } from '../http/cursor.ts'
import { type Route, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'

const HITS_DEFAULT = 20
const QUERY_MAX_CHARACTERS = 256

/** C-10: what an operator types to mean one entity, by exact key or the beginning of one. */
export function searchRoutes(kernel: Kernel): Route[] {
  return [
    route({
      method: 'GET',
      url: '/v1/search',
      summary: 'Entities by id, reference, trace number, amount or company name',
      access: { permission: 'kernel:read' },
      query: z.strictObject({
        q: z.string().min(1, 'is what to look for').max(QUERY_MAX_CHARACTERS),
        limit: limitParameter(HITS_DEFAULT),
      }),
      async handle({ query, principal }) {
        const key = normalisedKey(query.q)
        const consoles = kernel.consoles
          .map(({ name }) => name)
          .filter((name) => mayReadConsole(kernel, principal, name))
        const { rows } =
          key === ''
            ? { rows: [] }
            : await kernel.pool.query<Hit>({
                name: 'search-key',
                text: `SELECT DISTINCT ON (exact, kind, id) kind, id, title, why, key = $1 AS exact
                         FROM kernel.search_key
                        WHERE key >= $1 AND key < $1 || chr(1114111) AND console = ANY ($2)
                        ORDER BY exact DESC, kind, id
                        LIMIT $3`,
                values: [key, consoles, query.limit],
              })
        const kinds = [...new Set(rows.map(({ kind }) => kind))]
        return ok({
          body: {
            groups: kinds.map((kind) => ({
              kind,
              hits: rows
                .filter((row) => row.kind === kind)
                .map(({ id, title, why }) => ({
                  kind,
                  id,
                  title,
                  why,
                  links: { self: `/v1/entities/${kind}/${id}` },
                })),
            })),
          },
        })
      },
    }),
  ]
}

/** As the projections write keys: lower case, without spaces and dashes; an amount without what groups its digits. */
export function normalisedKey(text: string): string {
  const plain = GROUPED_AMOUNT.test(text.trim()) ? text.replaceAll(',', '') : text
  return plain
    .toLowerCase()
    .replace(/[\s-]+/g, '')
    .replaceAll('\0', '')
}

const GROUPED_AMOUNT = /^\d{1,3}(,\d{3})+(\.\d+)?$/

type Hit = { kind: string; id: string; title: string; why: string; exact: boolean }
