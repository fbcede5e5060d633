import { fail, ok, type Result } from '@countersign/kernel/actions/failure.ts'
import type { Reading } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { notFound } from '@countersign/kernel/entities/not-found.ts'
import { unreadable } from '@countersign/kernel/entities/visible-entity.ts'
import { type Reply, type Route, route } from '@countersign/kernel/http/route.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { z } from 'zod'
import { periodOnDoor } from './accounting-period/accounting-period.ts'
import { ledgerEntryOnDoor } from './ledger-entry/ledger-entry.ts'
import { settlementOnDoor } from './settlement/settlement.ts'
import type { Treasury } from './treasury/treasury-port.ts'

const READ_TIMEOUT_MS = 4_000

/** P-11, R-06: one record at the doors of finance, beside their lists. */
export function financeRoutes({ entry, settlement, period }: Treasury): Route[] {
  return [
    oneRecord('/api/ledger/entries/:id', 'One entry of the ledger', 'ledger_entry', entry, ledgerEntryOnDoor),
    oneRecord(
      '/api/settlements/:id',
      'One settlement as it is now',
      'settlement',
      settlement,
      settlementOnDoor,
    ),
    oneRecord(
      ...(['/api/accounting-periods/:id', 'One month of the books, with what stands in it'] as const),
      ...(['accounting_period', period, periodOnDoor] as const),
    ),
  ]
}

function oneRecord<State>(
  url: string,
  summary: string,
  kind: string,
  read: (id: string, signal: AbortSignal) => Promise<Reading<State>>,
  onDoor: (state: State) => Record<string, Json>,
): Route {
  return route({
    ...{ method: 'GET', url, summary },
    access: { permission: 'treasury:read' },
    params: z.object({ id: entityId }),
    async handle({ params: { id } }): Promise<Result<Reply>> {
      const reading = await read(id, AbortSignal.timeout(READ_TIMEOUT_MS))
      if (reading.status === 'found') return ok({ body: { success: true, data: onDoor(reading.state) } })
      return fail(reading.status === 'missing' ? notFound({ kind, id }) : unreadable(reading))
    },
  })
}
