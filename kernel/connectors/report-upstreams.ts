import type pg from 'pg'
import { z } from 'zod'
import { pause } from '../time/pause.ts'
import type { UpstreamHttp } from './upstream-http.ts'

const REPORT_INTERVAL_MS = 2_000
/** How often a worker asks each upstream how it is. */
const HEALTH_INTERVAL_MS = 10_000
const HEALTH_MAX_CHARACTERS = 40

export type UpstreamReportOptions = {
  /** As `app` or `dispatcher`. */
  readonly pool: pg.Pool
  readonly connectors: readonly UpstreamHttp[]
  /** Unique to this process. */
  readonly process: string
  /** Whether this process asks upstreams how they are: a worker does. */
  readonly asksHealth: boolean
  readonly signal: AbortSignal
  /** The process's clock, in ms. */
  readonly now?: () => number
  readonly report: (what: { level: 'warn'; message: string; error?: unknown }) => void
}

/**
 * Puts down what this process finds of its upstreams, and how its clock stands beside the database's, until the signal
 * fires. What is shown and what alarms is made of it.
 */
export async function runUpstreamReports(options: UpstreamReportOptions): Promise<void> {
  const { signal, connectors, asksHealth } = options
  const health = new Map<string, string>()
  const asking = asksHealth
    ? connectors.map(async (connector) => {
        while (!signal.aborted) {
          const said = await healthOf(connector, signal)
          if (said === undefined) health.delete(connector.name)
          else health.set(connector.name, said)
          await pause(HEALTH_INTERVAL_MS, signal)
        }
      })
    : []
  while (!signal.aborted) {
    try {
      await reportUpstreams(options, health)
    } catch (error) {
      if (!signal.aborted) {
        options.report({ level: 'warn', message: 'how upstreams are could not be put down', error })
      }
    }
    await pause(REPORT_INTERVAL_MS, signal)
  }
  await Promise.all(asking)
}

/** One report. @param health what each upstream says of itself, where it was asked */
export async function reportUpstreams(
  {
    pool,
    connectors,
    process,
    now = Date.now,
  }: Omit<UpstreamReportOptions, 'signal' | 'report' | 'asksHealth'>,
  health: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const upstreams = connectors.map((connector) => {
    const { state, nextProbeInMs, lastFailure } = connector.circuit.snapshot()
    return {
      upstream: connector.name,
      circuit: state,
      next_probe_in_ms: nextProbeInMs,
      last_failure: lastFailure,
      health: health.get(connector.name) ?? null,
      ...connector.seen(),
    }
  })
  const clock_ahead_ms = await clockAheadMs(pool, now)
  await pool.query('SELECT kernel.report_upstreams($1, $2)', [process, { clock_ahead_ms, upstreams }])
}

/** By how much this process's clock is ahead of the database's, give or take half of the time that asking took. */
async function clockAheadMs(pool: pg.Pool, now: () => number): Promise<number> {
  const asked = now()
  const { rows } = await pool.query<{ ms: string }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms',
  )
  return Math.round((asked + now()) / 2 - Number(rows[0]?.ms))
}

const saidHealth = z.object({ status: z.string().min(1).max(HEALTH_MAX_CHARACTERS) })

/** What an upstream says of itself (`GET /health`); undefined where it does not say. */
async function healthOf(connector: UpstreamHttp, signal: AbortSignal): Promise<string | undefined> {
  const answer = await connector.read('/health', signal)
  const said =
    answer.kind === 'answer' && answer.status === 200 ? saidHealth.safeParse(answer.body) : undefined
  return said?.success ? said.data.status : undefined
}
