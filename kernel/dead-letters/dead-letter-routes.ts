import { z } from 'zod'
import { ok } from '../actions/failure.ts'
import { mayReadConsole } from '../entities/may-hear-of.ts'
import { type Route, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { fromWritten } from '../languages/say.ts'
import { deadLetterId, sourcesOf } from './dead-letter-record.ts'

/** Of kinds, the newest: where there are more, something else is wrong. */
const KINDS_MAX = 200
const STATES = ['waiting', 'replayed', 'discarded'] as const

type Kind = {
  readonly source: string
  readonly error: string
  readonly error_key: string
  readonly letters: number
  readonly replaying: number
  readonly times: number
  readonly first_at: string
  readonly last_at: string
}

/** K-23 in the console: what upstreams said and nobody understood, by source and error. */
export function deadLetterRoutes(kernel: Kernel): Route[] {
  return [
    route({
      method: 'GET',
      url: '/v1/dead-letters',
      summary: 'What upstreams sent and could not be understood, by source and error, newest first',
      access: { permission: 'kernel:read' },
      query: z.strictObject({ state: z.enum(STATES).default('waiting') }),
      async handle({ query, principal }) {
        const consoleOf = new Map(
          kernel.consoles
            .filter(({ name }) => name !== 'kernel' && mayReadConsole(kernel, principal, name))
            .flatMap(({ name }) => sourcesOf(kernel, name).map((source) => [source, name] as const)),
        )
        const states = query.state === 'waiting' ? ['waiting', 'replaying'] : [query.state]
        const { rows } = await kernel.pool.query<Kind>({
          name: 'dead-letter-kinds',
          text: `SELECT source, min(error) AS error, error_key, count(*)::integer AS letters, sum(times)::float8 AS times,
                        count(*) FILTER (WHERE state = 'replaying')::integer AS replaying,
                        kernel.rfc3339(min(received_at)) AS first_at, kernel.rfc3339(max(last_at)) AS last_at
                   FROM kernel.dead_letter
                  WHERE source = ANY ($1) AND state = ANY ($2)
                  GROUP BY source, error_key
                  ORDER BY max(last_at) DESC, source, error_key
                  LIMIT $3`,
          values: [[...consoleOf.keys()], states, KINDS_MAX + 1],
        })
        return ok({
          body: {
            kinds: rows.slice(0, KINDS_MAX).map(({ error_key, ...kind }) => ({
              id: deadLetterId(consoleOf.get(kind.source) ?? '', kind.source, `k${error_key}`),
              ...kind,
              error: fromWritten(kind.error),
            })),
            truncated: rows.length > KINDS_MAX,
          },
        })
      },
    }),
  ]
}
