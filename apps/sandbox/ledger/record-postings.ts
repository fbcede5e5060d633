import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { expectOnStatements } from '../recon/expected-lines.ts'
import type { Account } from './accounts.ts'
import { POSTING_EVENTS } from './posting.ts'

export type Line = {
  readonly account: Account
  readonly side: 'debit' | 'credit'
  readonly amount_minor: bigint
}

type PostingFacts = {
  readonly id: string
  readonly reverses?: string
  readonly at: Date
  readonly description: string
  readonly settlement: Line
  readonly counter: Line
}

export type NewPosting = PostingFacts &
  (
    | {
        readonly kind: 'settlement' | 'return' | 'dishonour'
        readonly transfer_id: string
        /** What the bank's statement will show for it. */
        readonly reference: string
      }
    /** Answers to a line that a statement has shown, so none is to come. */
    | { readonly kind: 'write_off'; readonly exception_id: string }
    /** Paid from an account that no bank's statement is read of. */
    | { readonly kind: 'merchant_settlement'; readonly settlement_id: string }
  )

/**
 * Records postings with their lines, and tells Recon what to expect on the bank's statements.
 *
 * @throws the database's check_violation where the lines of one do not sum to zero per currency
 */
export async function recordPostings(
  tx: Transaction,
  postings: readonly NewPosting[],
  causedBy?: string,
): Promise<void> {
  if (postings.length === 0) return
  const lines = postings.flatMap((posting) =>
    inOrder(posting).map((line, index) => ({
      posting_id: posting.id,
      n: index + 1,
      account: line.account.number,
      currency: line.account.currency,
      side: line.side,
      amount_minor: line.amount_minor.toString(),
    })),
  )
  const accounts = new Map(
    postings.flatMap(({ settlement, counter }) =>
      [settlement, counter].map((line) => [line.account.number, line.account]),
    ),
  )
  await tx.query(
    `INSERT INTO ledger.account (number, name, currency)
     SELECT number, name, currency FROM jsonb_populate_recordset(NULL::ledger.account, $1) ORDER BY number
     ON CONFLICT (number) DO NOTHING`,
    [JSON.stringify([...accounts.values()])],
  )
  await tx.query(
    `INSERT INTO ledger.posting (id, version, transfer_id, exception_id, settlement_id, reverses, at, description)
     SELECT id, 1, transfer_id, exception_id, settlement_id, reverses, at, description
     FROM jsonb_populate_recordset(NULL::ledger.posting, $1)`,
    [
      JSON.stringify(
        postings.map((posting) => ({
          id: posting.id,
          ...subjectOf(posting),
          reverses: posting.reverses,
          at: posting.at,
          description: posting.description,
        })),
      ),
    ],
  )
  await tx.query(
    `INSERT INTO ledger.posting_line (posting_id, n, account, currency, side, amount_minor)
     SELECT posting_id, n, account, currency, side, amount_minor
     FROM jsonb_populate_recordset(NULL::ledger.posting_line, $1)`,
    [JSON.stringify(lines)],
  )
  await recordEvents(tx, POSTING_EVENTS, 'posting.recorded', postings, causedBy)
  await expectOnStatements(
    tx,
    postings.flatMap((posting) => {
      if (posting.kind === 'write_off' || posting.kind === 'merchant_settlement') return []
      const { id, transfer_id, kind, at, reference, settlement } = posting
      return {
        posting_id: id,
        transfer_id,
        ledger_account: settlement.account.number,
        currency: settlement.account.currency,
        // What is a debit of our asset is a credit on the bank's statement.
        side: settlement.side === 'debit' ? ('credit' as const) : ('debit' as const),
        amount_minor: settlement.amount_minor,
        date: at.toISOString().slice(0, 10),
        reference,
        reversal: kind !== 'settlement',
      }
    }),
  )
}

/** What a posting is about, by the column that says so. */
function subjectOf(posting: NewPosting): Record<string, string> {
  if (posting.kind === 'write_off') return { exception_id: posting.exception_id }
  if (posting.kind === 'merchant_settlement') return { settlement_id: posting.settlement_id }
  return { transfer_id: posting.transfer_id }
}

/** Debits come first, as books are read. */
function inOrder({ settlement, counter }: NewPosting): [Line, Line] {
  return settlement.side === 'debit' ? [settlement, counter] : [counter, settlement]
}
