import type { Delivery } from '@countersign/kernel/actions/define-action.ts'
import type { ListQuery, ListReading, Reading } from '@countersign/kernel/entities/define-entity.ts'
import type { AccountingPeriod } from '../accounting-period/accounting-period.ts'
import type { LedgerEntry } from '../ledger-entry/ledger-entry.ts'
import type { Settlement } from '../settlement/settlement.ts'

type Write = { readonly key: string; readonly ifMatch: string | null; readonly signal: AbortSignal }

/** The books as finance works on them. */
export type Treasury = {
  readonly entry: (id: string, signal?: AbortSignal) => Promise<Reading<LedgerEntry>>
  readonly entries: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<LedgerEntry>>
  readonly settlement: (id: string, signal?: AbortSignal) => Promise<Reading<Settlement>>
  readonly settlements: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<Settlement>>
  readonly period: (id: string, signal?: AbortSignal) => Promise<Reading<AccountingPeriod>>
  readonly periods: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<AccountingPeriod>>
  readonly confirm: (id: string, request: { readonly reason: string }, write: Write) => Promise<Delivery>
  /** @param request with how many postings were agreed to: with others it is not locked */
  readonly lock: (
    id: string,
    request: { readonly reason: string; readonly postings: number },
    write: Write,
  ) => Promise<Delivery>
  readonly operation: (key: string, signal: AbortSignal) => Promise<Delivery>
  /** For how long it remembers a key, in ms; undefined where it cannot be asked now. */
  readonly keyRetentionMs: (signal: AbortSignal) => Promise<number | undefined>
}
