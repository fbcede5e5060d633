import { ok } from '../actions/failure.ts'
import { type Route, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { type Job, jobs } from './jobs.ts'

/** A worker that has said nothing for so long is taken for gone. */
const REPORT_MAX_AGE_S = 30
const REPORTS_MAX = 5_000

type Report = {
  process: string
  duty: string
  rounds: number
  failing: number
  began_at: string | null
  took_ms: number | null
  failed_at: string | null
  failure: string | null
  under_way: boolean
  stuck: boolean
}

/** T-10: what workers do again and again, and how it goes. */
export function jobRoutes(kernel: Kernel): Route[] {
  return [
    route({
      method: 'GET',
      url: '/v1/jobs',
      summary: 'What the workers do again and again: which of them, how the last round went, what fails',
      access: { permission: 'kernel:read' },
      async handle() {
        const { rows } = await kernel.pool.query<Report>(
          `SELECT process, duty, rounds::float8 AS rounds, failing, kernel.rfc3339(began_at) AS began_at, took_ms,
                  kernel.rfc3339(failed_at) AS failed_at, failure, under_way,
                  under_way AND began_at < clock_timestamp() - make_interval(secs => round_max_s) AS stuck
             FROM kernel.duty_report
            WHERE reported_at > clock_timestamp() - make_interval(secs => $1)
            ORDER BY duty, process LIMIT $2`,
          [REPORT_MAX_AGE_S, REPORTS_MAX],
        )
        const workers = [...new Set(rows.map(({ process }) => process))].toSorted()
        return ok({
          body: {
            workers,
            jobs: (Object.keys(jobs) as Job[]).map((name) => {
              const done = rows.filter(({ duty }) => duty === name || duty.startsWith(`${name}:`))
              return {
                name,
                title: jobs[name],
                state: standing(done),
                rounds: done.map(({ duty, rounds: _rounds, ...round }) => ({
                  ...round,
                  of: duty.slice(name.length + 1) || null,
                })),
              }
            }),
          },
        })
      },
    }),
  ]
}

/** Nobody does it; or a round of it takes longer than any should; or the last failed somewhere; or it goes well. */
function standing(done: readonly Report[]): 'unattended' | 'stuck' | 'failing' | 'well' {
  if (done.length === 0) return 'unattended'
  if (done.some(({ stuck }) => stuck)) return 'stuck'
  return done.some(({ failing }) => failing > 0) ? 'failing' : 'well'
}
