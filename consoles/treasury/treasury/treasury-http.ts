import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import {
  deliveryOf,
  readBackOperation,
  readKeyRetentionMs,
  readList,
  readRecord,
} from '@countersign/kernel/connectors/upstream-reading.ts'
import { accountingPeriodSchema } from '../accounting-period/accounting-period.ts'
import { ledgerEntrySchema } from '../ledger-entry/ledger-entry.ts'
import { settlementSchema } from '../settlement/settlement.ts'
import type { Treasury } from './treasury-port.ts'

/** The treasury over HTTP. Class A: it deduplicates by key for as long as it says, and can be asked about a key. */
export function makeTreasuryHttp(http: UpstreamHttp): Treasury {
  const at = (list: string, id: string) => `/${list}/${encodeURIComponent(id)}`
  const move = async (
    path: string,
    body: object,
    { key, ifMatch, signal }: Parameters<Treasury['confirm']>[2],
    member: 'settlement' | 'accounting_period',
  ) =>
    deliveryOf(
      await http.write({
        ...{ method: 'POST', path, key, body, signal },
        ...(ifMatch === null ? {} : { ifMatch }),
      }),
      // What of an answer is kept.
      (answer) => {
        const { id, version, state } = (
          answer as Record<string, { id: string; version: number; state: string }>
        )[member] ?? { id: '', version: 0, state: '' }
        return { [member]: id, version, state }
      },
    )
  return {
    entry: (id, signal) => readRecord(http, at('entries', id), ledgerEntrySchema, signal),
    entries: (query, signal) =>
      readList(http, { path: '/entries', member: 'entries', schema: ledgerEntrySchema, query, signal }),
    settlement: (id, signal) => readRecord(http, at('settlements', id), settlementSchema, signal),
    settlements: (query, signal) =>
      readList(http, {
        ...{ path: '/settlements', member: 'settlements', schema: settlementSchema },
        ...{ query, signal },
      }),
    period: (id, signal) => readRecord(http, at('accounting-periods', id), accountingPeriodSchema, signal),
    periods: (query, signal) =>
      readList(http, {
        ...{ path: '/accounting-periods', member: 'accounting_periods', schema: accountingPeriodSchema },
        ...{ query, signal },
      }),
    confirm: (id, request, write) => move(`${at('settlements', id)}/confirm`, request, write, 'settlement'),
    lock: (id, request, write) =>
      move(`${at('accounting-periods', id)}/lock`, request, write, 'accounting_period'),
    operation: (key, signal) => readBackOperation(http, key, signal),
    keyRetentionMs: (signal) => readKeyRetentionMs(http, signal),
  }
}
