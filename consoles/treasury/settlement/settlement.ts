import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import { countedMoney, inMinorUnits } from '../treasury/minor-units.ts'

/** `paid_out`: its money has left, and it waits to be confirmed. */
export const SETTLEMENT_STATES = ['paid_out', 'confirmed'] as const

/** What was paid out to a merchant for a period. */
export const settlementSchema = z.object({
  id: entityId,
  version: z.int32().min(0),
  merchant_id: entityId,
  merchant_name: z.string(),
  period_start: instant,
  period_end: instant,
  amount: countedMoney,
  posting_id: entityId,
  settled_at: instant,
  state: z.enum(SETTLEMENT_STATES),
  confirmed_at: instant.optional(),
  confirm_reason: z.string().optional(),
})
export type Settlement = z.output<typeof settlementSchema>

/** A settlement in the spelling of `/api/settlements`. */
export function settlementOnDoor({ amount, state, ...settlement }: Settlement): Record<string, Json> {
  return {
    ...{ id: settlement.id, version: settlement.version, merchant_id: settlement.merchant_id },
    ...{ merchant_name: settlement.merchant_name, status: state },
    ...{ period_start: settlement.period_start, period_end: settlement.period_end },
    ...inMinorUnits(amount),
    ...{ ledger_entry_id: settlement.posting_id, paid_out_at: settlement.settled_at },
    confirmed_at: settlement.confirmed_at ?? null,
    confirm_reason: settlement.confirm_reason ?? null,
  }
}
