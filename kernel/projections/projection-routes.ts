import { ok } from '../actions/failure.ts'
import { mayReadConsole } from '../entities/may-hear-of.ts'
import { type Route, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { projectionState } from './projection-entity.ts'
import { projectionRecords } from './projection-record.ts'

/** K-24: each projection of the consoles that its reader may read, and whether it comes on. */
export function projectionRoutes(kernel: Kernel): Route[] {
  return [
    route({
      method: 'GET',
      url: '/v1/projections',
      summary:
        'Each projection: how far behind it is, whether it stands still and where, and what it leaves out',
      access: { permission: 'kernel:read' },
      async handle({ principal }) {
        const records = await projectionRecords(kernel.pool)
        return ok({
          body: {
            projections: records
              .filter(({ name }) => mayReadConsole(kernel, principal, name.slice(0, name.indexOf('.'))))
              .map((record) => ({
                name: record.name,
                state: projectionState(record),
                behind_ms: record.behindMs,
                position: record.position,
                head: record.head,
                failing: record.failing,
                stopped_at: record.stoppedAt,
                failures: record.failures,
                retry_at: record.retryAt,
                left_out: record.leftOutCount,
              })),
          },
        })
      },
    }),
  ]
}
