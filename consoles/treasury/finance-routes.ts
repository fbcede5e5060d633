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
    oneRecord({
      url: '/api/ledger/entries/:id',
      summary: 'One entry of the ledger',
      kind: 'ledger_entry',
      read: entry,
      onDoor: ledgerEntryOnDoor,
    }),
    oneRecord({
      url: '/api/settlements/:id',
      summary: 'One settlement as it is now',
      kind: 'settlement',
      read: settlement,
      onDoor: settlementOnDoor,
    }),
    oneRecord({
      url: '/api/accounting-periods/:id',
      summary: 'One month of the books, with what stands in it',
      kind: 'accounting_period',
      read: period,
      onDoor: periodOnDoor,
    }),
  ]
}

function oneRecord<State>({
  url,
  summary,
  kind,
  read,
  onDoor,
}: {
  readonly url: string
  readonly summary: string
  readonly kind: string
  readonly read: (id: string, signal: AbortSignal) => Promise<Reading<State>>
  readonly onDoor: (state: State) => Record<string, Json>
}): Route {
  return route({
    method: 'GET',
    url,
    summary,
    access: { permission: 'treasury:read' },
    params: z.object({ id: entityId }),
    async handle({ params: { id } }): Promise<Result<Reply>> {
      const reading = await read(id, AbortSignal.timeout(READ_TIMEOUT_MS))
      if (reading.status === 'found') return ok({ body: { success: true, data: onDoor(reading.state) } })
      return fail(reading.status === 'missing' ? notFound({ kind, id }) : unreadable(reading))
    },
  })
}
