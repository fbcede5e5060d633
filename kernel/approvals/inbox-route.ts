import { z } from 'zod'
import { ok } from '../actions/failure.ts'
import { overtakenRequests } from '../actions/overtaken-requests.ts'
import { REQUEST_COLUMNS, type RequestRecord } from '../actions/request-record.ts'
import { requestResource } from '../actions/request-resource.ts'
import { refText } from '../entities/entity-ref.ts'
import { marksOf } from '../entities/marks-of.ts'
import { cursorParameter, cursorTime, cursorTimeSql, encodeCursor, limitParameter } from '../http/cursor.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import { inboxSources, type WaitingOn } from './inbox-sources.ts'

const LIST_DEFAULT = 50
const cursor = cursorParameter(z.strictObject({ pending: z.boolean(), at: cursorTime, id: z.uuid() }))

/** Kept to what the alert of the same name says (`kernel.watched_conditions`). */
const EXPIRING_SQL = `r.expires_at < clock_timestamp() + least((r.expires_at - r.created_at) / 4, interval '1 hour')`

/** What waits for approval of this person: everything that is pending, and emergencies that nobody has agreed to. */
const WAITING_SQL = `(q.state = 'pending' AND r.expires_at > clock_timestamp()
                 OR q.request_id IN (SELECT e.request_id FROM kernel.emergency e LEFT JOIN kernel.emergency_end x USING (request_id)
                                      WHERE x.request_id IS NULL)
                    AND kernel.emergency_until(q.request_id) > clock_timestamp())
            AND r.eligible_roles && $2 AND NOT q.requested_by = ANY (kernel.accounts_of($3))`

const DECIDED = say`You have decided on this revision already.`
const SIGNATURE_VOID = say`You have signed this revision, and the record changed after that: your signature is void. It has to be asked for again.`

/** C-07, K-39. An empty list means that nothing waits only where every source says `ok`. */
export function inboxRoute(kernel: Kernel): Route {
  return route({
    method: 'GET',
    url: '/v1/approvals',
    summary: 'What this person may approve, and the state of each source',
    answer: 'Approvals',
    access: { permission: 'requests:read' },
    query: z.strictObject({
      state: z.enum(['pending']).default('pending'),
      cursor: cursor.optional(),
      limit: limitParameter(LIST_DEFAULT),
    }),
    async handle({ query, principal }) {
      const types = [...kernel.actions.keys()].filter((type) =>
        kernel.access.mayEver(principal, `${type}:decide`),
      )
      const [{ rows }, waiting, gone, accounts] = await Promise.all([
        kernel.pool.query<Waiting>(
          // What is in force already first, the oldest first; then what has least time left.
          `WITH page AS (
             SELECT w.* FROM (
               SELECT q.request_id, q.state = 'pending' AS pending,
                      CASE q.state WHEN 'pending' THEN r.expires_at ELSE q.created_at END AS at,
                      q.state = 'pending' AND ${EXPIRING_SQL} AS expiring
                 FROM kernel.action_request q
                 JOIN kernel.action_revision r USING (request_id, revision)
                WHERE ${WAITING_SQL} AND q.type = ANY ($1)) w
              WHERE $4::boolean IS NULL OR (w.pending, w.at, w.request_id) > ($4, $5::timestamptz, $6)
              ORDER BY w.pending, w.at, w.request_id
              LIMIT $7)
           SELECT ${REQUEST_COLUMNS}, page.pending, ${cursorTimeSql('page.at')} AS sorted_at, page.expiring
             FROM page JOIN kernel.action_request q USING (request_id)
            ORDER BY page.pending, page.at, q.request_id`,
          [
            types,
            principal.roles,
            principal.id,
            query.cursor?.pending ?? null,
            query.cursor?.at ?? null,
            query.cursor?.id ?? null,
            query.limit + 1,
          ],
        ),
        // Of every page, not of this one alone; of a request over many records, one of those.
        kernel.pool.query<WaitingOn>(
          `SELECT DISTINCT ON (q.type) q.type, coalesce(b.target_id, q.target_id) AS target_id
             FROM kernel.action_request q
             JOIN kernel.action_revision r USING (request_id, revision)
             LEFT JOIN LATERAL (SELECT w.target_id FROM kernel.bulk_row w
                                 WHERE w.request_id = q.request_id ORDER BY w.position LIMIT 1) b ON true
            WHERE ${WAITING_SQL} AND q.type = ANY ($1)
            ORDER BY q.type, q.created_at`,
          [types, principal.roles, principal.id],
        ),
        kernel.pool.query<{ console: string; waiting: number }>(
          `SELECT q.console, count(*)::integer AS waiting
             FROM kernel.action_request q
             JOIN kernel.action_revision r USING (request_id, revision)
            WHERE ${WAITING_SQL} AND q.type <> ALL ($1) AND q.state = 'pending'
            GROUP BY q.console`,
          [[...kernel.actions.keys()], principal.roles, principal.id],
        ),
        accountsOf(kernel, principal),
      ])
      const page = rows.slice(0, query.limit)
      const last = page.at(-1)
      const targetOf = ({ target_kind: kind, target_id: id }: RequestRecord) => ({ kind, id })
      const [{ sources, unreadable }, marked, overtaken] = await Promise.all([
        inboxSources(kernel, types, waiting.rows, gone.rows),
        marksOf(kernel, page.map(targetOf)),
        overtakenRequests(kernel, principal, page),
      ])
      return ok({
        body: {
          items: await Promise.all(
            page.map(async (record) => {
              const own = record.approvals.find(({ person_id }) => accounts.includes(person_id))
              const why = unreadable.get(record.type)
              const passed = overtaken.get(record.request_id)
              const marks = [...(passed ? [passed] : []), ...(marked.get(refText(targetOf(record))) ?? [])]
              return {
                ...(await requestResource(kernel, record, principal)),
                can_approve: !own,
                ...(own ? { cannot_reason: own.void ? SIGNATURE_VOID : DECIDED } : {}),
                expiring: record.expiring,
                ...(marks.length === 0 ? {} : { marks }),
                ...(why === undefined ? {} : { unreadable: why }),
              }
            }),
          ),
          next_cursor:
            rows.length > query.limit && last
              ? encodeCursor({ pending: last.pending, at: last.sorted_at, id: last.request_id })
              : null,
          sources,
        },
      })
    },
  })
}

type Waiting = RequestRecord & {
  readonly pending: boolean
  readonly sorted_at: string
  readonly expiring: boolean
}

/** This person's own account and any other of theirs. */
async function accountsOf(kernel: Kernel, principal: Principal): Promise<readonly string[]> {
  const { rows } = await kernel.pool.query<{ accounts: string[] }>(
    'SELECT kernel.accounts_of($1) AS accounts',
    [principal.id],
  )
  return rows[0]?.accounts ?? [principal.id]
}
