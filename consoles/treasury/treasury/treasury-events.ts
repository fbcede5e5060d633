import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import type { IngestSource } from '@countersign/kernel/events/ingest-source.ts'
import { envelopeFacts, pollUpstream, upstreamEvent } from '@countersign/kernel/events/upstream-event.ts'
import { accountingPeriodSchema } from '../accounting-period/accounting-period.ts'
import { EVENT_TYPES } from '../contract.ts'
import { settlementSchema } from '../settlement/settlement.ts'

const SETTLEMENT_TYPES: Readonly<Record<string, string>> = {
  'settlement.paid_out': EVENT_TYPES.settlementPaidOut,
  'settlement.confirmed': EVENT_TYPES.settlementConfirmed,
}

/** Settlements as they are paid out and confirmed, and months as they are locked. */
export function treasuryEvents(http: UpstreamHttp): IngestSource {
  return {
    source: 'treasury',
    map(raw) {
      const event = upstreamEvent.parse(raw)
      const common = envelopeFacts(event)
      const settlementType = SETTLEMENT_TYPES[event.type]
      if (settlementType !== undefined) {
        const record = settlementSchema.parse(event.data)
        return {
          ...common,
          type: settlementType,
          stream: `treasury.settlement/${record.id}`,
          refs: [
            { kind: 'settlement', id: record.id },
            { kind: 'ledger_entry', id: record.posting_id },
          ],
          payload: { version: event.subject_version, state: record.state, record },
        }
      }
      if (event.type === 'accounting_period.locked') {
        const record = accountingPeriodSchema.parse(event.data)
        return {
          ...common,
          type: EVENT_TYPES.periodLocked,
          stream: `treasury.accounting_period/${record.id}`,
          refs: [{ kind: 'accounting_period', id: record.id }],
          payload: { version: event.subject_version, state: record.state, record },
        }
      }
      return undefined
    },
    poll: (after, signal) => pollUpstream(http, after, signal),
  }
}
