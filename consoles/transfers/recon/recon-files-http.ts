import type { WireMoney } from '@countersign/kernel/money/money.ts'
import type { HttpConnection } from '../import/http-json.ts'
import { type UpstreamFiles, upstreamFiles } from '../import/upstream-files-http.ts'

/** A statement line as Recon takes it. */
export type ReconLine = {
  side: 'debit' | 'credit'
  amount: WireMoney
  date: string
  value_date?: string
  reference: string
  end_to_end_id?: string
  bank_reference?: string
  counterparty?: string
  counterparty_account?: string
  description?: string
  transaction_code?: string
  /** Pending lines are shown; they are neither added up nor matched. */
  status: 'booked' | 'pending'
}

/** A statement, or a part of one: parts that follow one another with the same `account` and `id` are one statement. */
export type ReconStatement = {
  id: string
  account: string
  currency: string
  opening?: WireMoney
  closing?: WireMoney
  from?: string
  to?: string
  lines: ReconLine[]
}

/** The file API of the reconciliation service: statements with their lines. */
export function reconFiles(connection: HttpConnection): UpstreamFiles<ReconStatement> {
  return upstreamFiles<ReconStatement>(connection, 'statements')
}
