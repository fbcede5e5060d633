import type { Transaction } from '../database/database.ts'

/** A line that should appear on a bank's statement, because the ledger says so. */
export type ExpectedLine = {
  readonly posting_id: string
  readonly transfer_id: string
  readonly ledger_account: string
  readonly currency: string
  /** As the bank's statement shows it: a credit is money that came in. */
  readonly side: 'debit' | 'credit'
  readonly amount_minor: bigint
  readonly date: string
  readonly reference: string
  /** A return, which reverses what was expected before. */
  readonly reversal: boolean
}

/** References are compared without case, spaces and punctuation: banks drop and add them. */
export function referenceKey(reference: string): string {
  return reference.toUpperCase().replace(/[^A-Z0-9]/g, '')
}

/** Recon's side of the ledger: keeps what statements will be matched with. */
export async function expectOnStatements(tx: Transaction, lines: readonly ExpectedLine[]): Promise<void> {
  await tx.query(
    `INSERT INTO recon.expected_line (posting_id, transfer_id, ledger_account, currency, side, amount_minor,
                                      date, reference, reference_key, reversal)
     SELECT posting_id, transfer_id, ledger_account, currency, side, amount_minor, date, reference,
            reference_key, reversal
     FROM jsonb_populate_recordset(NULL::recon.expected_line, $1)`,
    [
      JSON.stringify(
        lines.map((line) => ({
          ...line,
          amount_minor: line.amount_minor.toString(),
          reference_key: referenceKey(line.reference),
        })),
      ),
    ],
  )
}
