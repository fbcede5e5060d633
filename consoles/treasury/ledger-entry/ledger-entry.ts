import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import { countedMoney, inMinorUnits } from '../treasury/minor-units.ts'

/** A double-entry posting: its lines sum to zero per currency. */
export const ledgerEntrySchema = z.object({
  id: entityId,
  version: z.int32().min(0),
  transfer_id: entityId.optional(),
  exception_id: entityId.optional(),
  settlement_id: entityId.optional(),
  /** The entry whose lines these are with their sides changed. */
  reverses: entityId.optional(),
  at: instant,
  description: z.string(),
  lines: z.array(
    z.object({
      account: z.string(),
      account_name: z.string(),
      side: z.enum(['debit', 'credit']),
      amount: countedMoney,
    }),
  ),
})
export type LedgerEntry = z.output<typeof ledgerEntrySchema>

/** An entry in the spelling of `/api/ledger/entries`. */
export function ledgerEntryOnDoor({ lines, ...entry }: LedgerEntry): Record<string, Json> {
  return {
    ...{ id: entry.id, at: entry.at, description: entry.description },
    transfer_id: entry.transfer_id ?? null,
    exception_id: entry.exception_id ?? null,
    settlement_id: entry.settlement_id ?? null,
    reverses: entry.reverses ?? null,
    lines: lines.map(({ amount, ...line }) => ({ ...line, ...inMinorUnits(amount) })),
  }
}
