import { actionsNotAsDeclared, declaredActions } from '@countersign/kernel/actions/declare-actions.ts'
import { ok } from '@countersign/kernel/actions/failure.ts'
import { readAuditHalt } from '@countersign/kernel/audit/audit-halt.ts'
import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { rightsToOwnObjects } from '@countersign/kernel/db/migrate.ts'
import { publicRoute, type Route } from '@countersign/kernel/http/route.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { Registry } from 'prom-client'

const DATABASE_TIMEOUT_MS = 2_000

/** C-16: alive, ready, and the figures. */
export function healthRoutes(
  kernel: Kernel,
  connectors: readonly UpstreamHttp[],
  registry: Registry,
  /** What went wrong is for whoever runs the server; anybody at all may ask whether it is ready. */
  report: (error: unknown) => void,
  /** Absent where there is no event bus. */
  busConnected?: () => boolean,
): Route[] {
  const declared = declaredActions(kernel.consoles)
  const database = async () => {
    const timer = new Promise<never>((_, failed) =>
      setTimeout(() => failed(new Error('no answer in time')), DATABASE_TIMEOUT_MS).unref(),
    )
    const { rows } = await Promise.race([
      kernel.pool.query<{ behind: string; failing: string[]; left_out: number }>(
        `SELECT (SELECT position FROM kernel.event_head) - coalesce(min(position), 0) AS behind,
                coalesce(array_agg(name ORDER BY name) FILTER (WHERE failing IS NOT NULL), '{}') AS failing,
                (SELECT count(*)::integer FROM kernel.projection_left_out) AS left_out
           FROM kernel.projection`,
      ),
      timer,
    ])
    return rows[0]
  }
  return [
    publicRoute({
      method: 'GET',
      url: '/healthz',
      metered: 'never',
      summary: 'The process is alive',
      handle: async () => ok({ body: { status: 'ok' } }),
    }),
    publicRoute({
      method: 'GET',
      url: '/readyz',
      metered: 'never',
      summary: 'It can serve: database, projections, upstreams, audit log',
      async handle() {
        try {
          const [state, halt, rights, otherwise] = await Promise.all([
            database(),
            readAuditHalt(kernel.pool),
            rightsToOwnObjects(kernel.pool),
            actionsNotAsDeclared(kernel.pool, declared),
          ])
          return ok({
            body: {
              status: halt ? 'read_only' : 'ready',
              database: 'ok',
              // Which, and what to do about it, `countersign doctor` says to whoever runs it.
              logins: rights.length === 0 ? 'ok' : 'too_many_rights',
              actions: otherwise.length === 0 ? 'ok' : 'not_as_declared',
              projections: {
                behind: Number(state?.behind ?? 0),
                failing: state?.failing ?? [],
                left_out: state?.left_out ?? 0,
              },
              ...(busConnected ? { nats: busConnected() ? 'ok' : 'unreachable' } : {}),
              audit: halt ? { halted: halt.code, message: halt.message } : 'ok',
              upstreams: Object.fromEntries(
                connectors.map(({ name, circuit }) => [name, circuit.snapshot().state]),
              ),
            },
          })
        } catch (error) {
          report(error)
          return ok({ status: 503, body: { status: 'not_ready', database: 'unreachable' } })
        }
      },
    }),
    publicRoute({
      method: 'GET',
      url: '/metrics',
      summary: 'Prometheus metrics',
      handle: async () => ok({ text: await registry.metrics(), type: registry.contentType }),
    }),
  ]
}
