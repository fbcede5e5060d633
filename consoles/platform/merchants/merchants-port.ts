import type { Delivery } from '@countersign/kernel/actions/define-action.ts'
import type { ListQuery, ListReading, Reading } from '@countersign/kernel/entities/define-entity.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { Transaction } from '../transaction/transaction.ts'

type Write = { readonly key: string; readonly ifMatch: string | null; readonly signal: AbortSignal }

/** Who is opened, and what of it. */
export type NewMerchant = Pick<Merchant, 'name' | 'legal_name' | 'country' | 'mcc' | 'contact' | 'config'>

/**
 * The system of record for merchants and what is paid to them. It knows settlements and balances as well; nothing here asks for them, and
 * there is no member by which one could (P-11).
 */
export type Merchants = {
  readonly merchant: (id: string, signal?: AbortSignal) => Promise<Reading<Merchant>>
  readonly merchants: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<Merchant>>
  readonly transaction: (id: string, signal?: AbortSignal) => Promise<Reading<Transaction>>
  /** When and in which currency it is settled cannot be said: finance's standard terms hold until finance sets others (P-11). */
  readonly create: (request: NewMerchant, write: Omit<Write, 'ifMatch'>) => Promise<Delivery>
  readonly activate: (id: string, write: Write) => Promise<Delivery>
  /** Closes checkout, API and webhooks, and nothing else: what is due is settled at its time. */
  readonly suspend: (id: string, request: { readonly reason: string }, write: Write) => Promise<Delivery>
  readonly operation: (key: string, signal: AbortSignal) => Promise<Delivery>
  /** For how long it remembers a key, in ms; undefined where it cannot be asked now. */
  readonly keyRetentionMs: (signal: AbortSignal) => Promise<number | undefined>
}
