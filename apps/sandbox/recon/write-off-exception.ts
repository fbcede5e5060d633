import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { text } from '../http/fields.ts'
import { refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { type Account, otherBankAccounts, WRITE_OFF_ACCOUNTS, writeOffAccount } from '../ledger/accounts.ts'
import { type Line, recordPostings } from '../ledger/record-postings.ts'
import { type Change, changeException, type HeldException, unlessOpen } from './changed-exception.ts'

export const WriteOffRequest = z.strictObject({
  account: z.enum(WRITE_OFF_ACCOUNTS),
  by: text(200, 1).meta({ description: 'Who had it written off.' }),
  reason: text(200, 1),
  note: text(4_000).optional(),
})

/** Nobody looks for a partner any more: the Ledger posts the difference between bank and books to an account of its own. */
export function writeOffException(
  tx: Transaction,
  id: string,
  request: z.infer<typeof WriteOffRequest>,
  change: Change,
): Promise<Outcome> {
  return changeException(tx, id, change, async (held) => {
    const refused = unlessOpen(held)
    if (refused) return refused
    const { rows } = await tx.query<{ bound: boolean }>(
      'SELECT bound_minor > 0 AS bound FROM recon.expected_line WHERE posting_id = $1 FOR UPDATE',
      [held.posting_id],
    )
    if (rows[0]?.bound) {
      return refuse(
        'partner_taken',
        `A part of ${held.posting_id} is assigned already: take that back first.`,
      )
    }
    const posting = `pst_wo_${held.id}.${held.version + 1}`
    await recordPostings(
      tx,
      [
        {
          id: posting,
          kind: 'write_off',
          exception_id: held.id,
          at: change.at,
          description: `Reconciliation difference written off`,
          ...linesOf(held, await bankAccount(tx, held), writeOffAccount(request.account, held.currency)),
        },
      ],
      change.key,
    )
    await tx.query(
      `UPDATE recon.exception
       SET state = 'written_off', version = version + 1, write_off_posting = $2, settled_by = $3, settled_at = $4
       WHERE id = $1`,
      [id, posting, request.by, change.at],
    )
    await tx.query('UPDATE recon.expected_line SET matched = true WHERE posting_id = $1', [held.posting_id])
    return { event: 'exception.written_off' }
  })
}

/** Takes a write-off back: the Ledger posts its exact reverse, and the exception is open as it was. */
export function reverseWriteOff(tx: Transaction, id: string, change: Change): Promise<Outcome> {
  return changeException(tx, id, change, async (held) => {
    if (held.state !== 'written_off' || held.write_off_posting === null) {
      return refuse('exception_not_written_off', `It is ${held.state}; there is no write-off to take back.`)
    }
    const { rows } = await tx.query<{ number: string; name: string; currency: string; side: Line['side'] }>(
      `SELECT a.number, a.name, a.currency, l.side FROM ledger.posting_line l JOIN ledger.account a ON a.number = l.account
       WHERE l.posting_id = $1 ORDER BY a.number`,
      [held.write_off_posting],
    )
    const [bank, difference] = rows.map(
      ({ side, ...account }): Line => ({
        account,
        side: side === 'debit' ? 'credit' : 'debit',
        amount_minor: BigInt(held.amount_minor),
      }),
    )
    if (!bank || !difference) throw new Error(`the posting ${held.write_off_posting} has not two lines`)
    await recordPostings(
      tx,
      [
        {
          id: `${held.write_off_posting}.reversed`,
          kind: 'write_off',
          exception_id: held.id,
          reverses: held.write_off_posting,
          at: change.at,
          description: 'Write-off of a reconciliation difference reversed',
          settlement: bank,
          counter: difference,
        },
      ],
      change.key,
    )
    await tx.query(
      `UPDATE recon.exception
       SET state = 'open', version = version + 1, write_off_posting = NULL, settled_by = NULL, settled_at = NULL
       WHERE id = $1`,
      [id],
    )
    await tx.query('UPDATE recon.expected_line SET matched = false WHERE posting_id = $1', [held.posting_id])
    return { event: 'exception.write_off_reversed' }
  })
}

async function bankAccount(tx: Transaction, held: HeldException): Promise<Account> {
  const { rows } = await tx.query<Account>(
    `SELECT a.number, a.name, a.currency FROM recon.bank_account b JOIN ledger.account a ON a.number = b.ledger_account
     WHERE b.account = $1 AND a.currency = $2`,
    [held.account, held.currency],
  )
  return rows[0] ?? otherBankAccounts(held.currency)
}

/**
 * A line that came in raises what the bank holds for us, one that went out lowers it. A posting that the bank never showed is the
 * other way round: the books have it, the bank has not.
 */
function linesOf(held: HeldException, bank: Account, difference: Account) {
  const amount_minor = BigInt(held.amount_minor)
  const raises = (held.side === 'credit') === (held.kind === 'statement_line')
  const [ofBank, other] = raises ? (['debit', 'credit'] as const) : (['credit', 'debit'] as const)
  return {
    settlement: { account: bank, side: ofBank, amount_minor },
    counter: { account: difference, side: other, amount_minor },
  }
}
