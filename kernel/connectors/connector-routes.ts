import { ok } from '../actions/failure.ts'
import { type Route, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { fromWritten, type Text } from '../languages/say.ts'
import { CALL_WINDOW_MS } from './call-window.ts'
import { consolesOn } from './consoles-on.ts'
import { consolesThatHear } from './consoles-that-hear.ts'
import type { UpstreamHttp } from './upstream-http.ts'
import { waitingEffects } from './waiting-effects.ts'

/** A process that has said nothing for so long is not shown. */
const REPORT_MAX_AGE_S = 30
const PROCESSES_MAX = 200

type Cursor = { source: string; after: string; read_at: string; error: string | null }
type Pause = {
  upstream: string
  at: string
  by: string
  by_name: string | null
  reason: string
  request: string
}
type Report = {
  upstream: string
  process: string
  circuit: string
  next_probe_at: string | null
  calls: number
  failures: number
  answered_at: string | null
  failed_at: string | null
  last_failure: string | null
  health: string | null
}

/** K-36, O-15: each upstream as this installation finds it. */
export function connectorRoutes(kernel: Kernel, connectors: readonly UpstreamHttp[]): Route[] {
  return [
    route({
      method: 'GET',
      url: '/v1/connectors',
      summary:
        'Each upstream: its circuits, failures, last contact, what waits for it, and whether it is paused',
      access: { permission: 'kernel:read' },
      async handle() {
        const { pool } = kernel
        const [cursors, pauses, waiting, reports] = await Promise.all([
          pool.query<Cursor>(
            'SELECT source, after, kernel.rfc3339(read_at) AS read_at, error FROM kernel.poll_cursor',
          ),
          pool.query<Pause>(
            `SELECT upstream, kernel.rfc3339(paused_at) AS at, paused_by AS by, reason, request_id AS request,
                    (SELECT p.display_name FROM kernel.person p WHERE p.person_id = paused_by) AS by_name
               FROM kernel.upstream_pause`,
          ),
          waitingEffects(pool),
          pool.query<Report>(
            `SELECT u.upstream, u.process, u.circuit, kernel.rfc3339(u.next_probe_at) AS next_probe_at, u.calls, u.failures,
                    kernel.rfc3339(u.answered_at) AS answered_at, kernel.rfc3339(u.failed_at) AS failed_at, u.last_failure,
                    u.health
               FROM kernel.upstream_report u JOIN kernel.process_report r USING (process)
              WHERE r.reported_at > clock_timestamp() - make_interval(secs => $1)
              ORDER BY u.process LIMIT $2`,
            [REPORT_MAX_AGE_S, PROCESSES_MAX * connectors.length],
          ),
        ])
        return ok({
          body: {
            window_s: CALL_WINDOW_MS / 1000,
            connectors: connectors.map((connector) => {
              const { name } = connector
              const { state, trips, nextProbeInMs, lastFailure } = connector.circuit.snapshot()
              const poll = cursors.rows.find(({ source }) => source === name)
              const pause = pauses.rows.find(({ upstream }) => upstream === name)
              const waits = waiting.find(({ upstream }) => upstream === name)
              const seen = reports.rows.filter(({ upstream }) => upstream === name)
              return {
                name,
                state: standing(pause, seen),
                consoles: consolesOn(kernel, name),
                heard_by: consolesThatHear(kernel, name),
                health: seen.find(({ health }) => health !== null)?.health ?? null,
                paused: pause
                  ? {
                      at: pause.at,
                      by: pause.by,
                      by_name: pause.by_name,
                      reason: pause.reason,
                      request: pause.request,
                    }
                  : null,
                waiting: { effects: waits?.effects ?? 0, since: waits?.since ?? null },
                calls: sum(seen, 'calls'),
                failures: sum(seen, 'failures'),
                answered_at: latest(seen, 'answered_at'),
                failed_at: latest(seen, 'failed_at'),
                processes: seen.map(({ process, circuit, next_probe_at, last_failure, calls, failures }) => ({
                  ...{ process, circuit, next_probe_at, last_failure: told(last_failure), calls, failures },
                })),
                // Of the process that answers.
                circuit: state,
                trips,
                next_probe_at:
                  nextProbeInMs === null
                    ? null
                    : new Date(kernel.now().getTime() + nextProbeInMs).toISOString(),
                last_failure: told(lastFailure),
                history: poll
                  ? { after: Number(poll.after), read_at: poll.read_at, error: poll.error }
                  : null,
              }
            }),
          },
        })
      },
    }),
  ]
}

/** The one word for it: held back by people, left alone by a process of ours, not well by its own word, or well. */
function standing(
  pause: Pause | undefined,
  seen: readonly Report[],
): 'paused' | 'failing' | 'degraded' | 'ok' {
  if (pause) return 'paused'
  if (seen.some(({ circuit }) => circuit !== 'closed')) return 'failing'
  return seen.some(({ health }) => health !== null && health !== 'ok') ? 'degraded' : 'ok'
}

/** Why it failed, as a column of text keeps it. */
function told(kept: string | null): Text | null {
  return kept === null ? null : fromWritten(kept)
}

function sum(seen: readonly Report[], member: 'calls' | 'failures'): number {
  return seen.reduce((total, report) => total + report[member], 0)
}

function latest(seen: readonly Report[], member: 'answered_at' | 'failed_at'): string | null {
  const instants = seen.flatMap((report) => report[member] ?? []).toSorted()
  return instants.at(-1) ?? null
}
