import { z } from 'zod'
import { ok } from '../actions/failure.ts'
import { mayReadConsole } from '../entities/may-hear-of.ts'
import { cursorParameter, cursorTime, cursorTimeSql, encodeCursor, limitParameter } from '../http/cursor.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { type AlertFacts, alertTitle } from './alert-kind.ts'
import { alertKindOf } from './alert-kind-of.ts'
import { type AlertNames, alertNames } from './alert-names.ts'
import { nextOnCall } from './next-on-call.ts'
import { namedPeople, rolesOfConsole, storedRoster } from './people-on-call.ts'
import { onCall } from './roster.ts'

const ALERTS_DEFAULT = 50
const STATES = ['open', 'over'] as const

type Row = {
  readonly rank: number
  readonly alert_id: string
  readonly kind: string
  readonly audience: string
  readonly facts: AlertFacts
  readonly state: 'open' | 'acknowledged' | 'silenced' | 'over'
  readonly raised_at: string
  readonly sorted_at: string
  readonly resolved_at: string | null
  readonly acknowledged_by: string | null
  readonly acknowledged_by_name: string | null
  readonly silenced_until: string | null
  readonly told: readonly string[]
  readonly told_names: Readonly<Record<string, string>>
  readonly undelivered: number
}

/** K-47 in the console: what calls for a person, and who is on call. */
export function alertRoutes(kernel: Kernel): Route[] {
  const list = route({
    method: 'GET',
    url: '/v1/alerts',
    summary:
      'What calls for a person, the gravest first and of those the newest, with how many nobody sees to',
    access: { permission: 'kernel:read' },
    query: z.strictObject({
      state: z.enum(STATES).default('open'),
      cursor: cursorParameter(
        z.strictObject({ rank: z.int().min(0).max(3), at: cursorTime, id: z.string().max(128) }),
      ).optional(),
      limit: limitParameter(ALERTS_DEFAULT),
    }),
    async handle({ query, principal }) {
      const audiences = audiencesOf(kernel, principal)
      // What is over is for looking things up, by when it was; of no kind that is declared is high (`undeclaredKind`).
      const rank = `CASE WHEN ${query.state === 'over'} OR a.kind = ANY ($6::text[]) THEN 0 WHEN a.kind = ANY ($7::text[]) THEN 2
                         WHEN a.kind = ANY ($8::text[]) THEN 3 ELSE 1 END`
      const [{ rows }, counts] = await Promise.all([
        kernel.pool.query<Row>({
          name: `alerts-${query.state}`,
          text: `SELECT ${rank} AS rank, a.alert_id, a.kind, a.audience, a.facts, kernel.rfc3339(a.raised_at) AS raised_at,
                        ${cursorTimeSql('a.raised_at')} AS sorted_at, kernel.rfc3339(a.resolved_at) AS resolved_at,
                        a.acknowledged_by,
                        (SELECT p.display_name FROM kernel.person p WHERE p.person_id = a.acknowledged_by) AS acknowledged_by_name,
                        kernel.rfc3339(a.silenced_until) AS silenced_until,
                        CASE WHEN a.resolved_at IS NOT NULL THEN 'over'
                             WHEN a.acknowledged_at IS NOT NULL THEN 'acknowledged'
                             WHEN a.silenced_until > clock_timestamp() THEN 'silenced'
                             ELSE 'open' END AS state,
                        (SELECT coalesce(array_agg(DISTINCT d.recipient ORDER BY d.recipient), '{}')
                           FROM kernel.alert_delivery d
                          WHERE d.alert_id = a.alert_id AND d.outcome = 'sent') AS told,
                        (SELECT coalesce(jsonb_object_agg(p.person_id, coalesce(p.display_name, p.person_id)), '{}')
                           FROM kernel.alert_delivery d JOIN kernel.person p ON p.person_id = d.recipient
                          WHERE d.alert_id = a.alert_id AND d.outcome = 'sent') AS told_names,
                        (SELECT count(*)::integer FROM kernel.alert_delivery d
                          WHERE d.alert_id = a.alert_id AND d.outcome = 'dead') AS undelivered
                   FROM kernel.alert a
                  WHERE a.audience = ANY ($1) AND a.resolved_at IS ${query.state === 'open' ? '' : 'NOT'} NULL
                    AND ($2::timestamptz IS NULL OR ${rank} > $5 OR ${rank} = $5 AND (a.raised_at, a.alert_id) < ($2, $3))
                  ORDER BY 1, a.raised_at DESC, a.alert_id DESC LIMIT $4`,
          values: [
            audiences,
            query.cursor?.at ?? null,
            query.cursor?.id ?? null,
            query.limit + 1,
            query.cursor?.rank ?? 0,
            ...['critical', 'medium', 'low'].map((severity) =>
              [...kernel.alertKinds.values()].flatMap((kind) =>
                kind.severity === severity ? [kind.name] : [],
              ),
            ),
          ],
        }),
        kernel.pool.query<{ open: number; waiting: number }>({
          name: 'alerts-waiting',
          text: `SELECT count(*)::integer AS open,
                        count(*) FILTER (WHERE acknowledged_at IS NULL
                                           AND (silenced_until IS NULL OR silenced_until <= clock_timestamp()))::integer AS waiting
                   FROM kernel.alert WHERE audience = ANY ($1) AND resolved_at IS NULL`,
          values: [audiences],
        }),
      ])
      const page = rows.slice(0, query.limit)
      const names = await alertNames(
        kernel,
        page.map(({ facts }) => facts),
      )
      const last = page.at(-1)
      return ok({
        body: {
          alerts: page.map((row) => onWire(kernel, row, names)),
          waiting: counts.rows[0]?.waiting ?? 0,
          open: counts.rows[0]?.open ?? 0,
          next_cursor:
            rows.length > query.limit && last
              ? encodeCursor({ rank: last.rank, at: last.sorted_at, id: last.alert_id })
              : null,
        },
      })
    },
  })

  const rosters = route({
    method: 'GET',
    url: '/v1/rosters',
    summary: 'Who is on call for each console of this person, and who may be',
    access: { permission: 'kernel:read' },
    async handle({ principal }) {
      const consoles = kernel.consoles.filter(
        ({ name }) => name !== 'kernel' && mayReadConsole(kernel, principal, name),
      )
      return ok({
        body: {
          rosters: await Promise.all(
            consoles.map(async ({ name, title }) => {
              const now = kernel.now()
              const [entries, people, next] = await Promise.all([
                storedRoster(kernel.pool, name),
                namedPeople(kernel.pool, rolesOfConsole(kernel, name)),
                nextOnCall(kernel.pool, name, now),
              ])
              return {
                console: name,
                title,
                entries,
                on_call: onCall(entries, now).map(({ person }) => person),
                next_on_call: next ?? null,
                people,
              }
            }),
          ),
        },
      })
    },
  })

  return [list, rosters]
}

/** Whose alerts this person hears of. */
function audiencesOf(kernel: Kernel, principal: Principal): string[] {
  return ['audit', ...kernel.consoles.map(({ name }) => name)].filter((audience) =>
    mayReadConsole(kernel, principal, audience),
  )
}

function onWire(kernel: Kernel, row: Row, names: AlertNames) {
  const kind = alertKindOf(kernel, row.kind)
  return {
    id: row.alert_id,
    kind: row.kind,
    severity: kind.severity,
    title: alertTitle(kind, row.facts, names),
    audience: row.audience,
    facts: row.facts,
    runbook: kind.runbook,
    state: row.state,
    raised_at: row.raised_at,
    resolved_at: row.resolved_at,
    acknowledged_by: row.acknowledged_by,
    acknowledged_by_name: row.acknowledged_by_name,
    silenced_until: row.silenced_until,
    told: row.told,
    told_names: row.told_names,
    undelivered: row.undelivered,
  }
}
