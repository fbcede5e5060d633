import type { Rail } from '../cts/return-deadlines.ts'
import type { Transaction } from '../database/database.ts'
import { type Account, customerFunds, settlementAccount, unidentifiedReturns } from './accounts.ts'
import { type Line, type NewPosting, recordPostings } from './record-postings.ts'

/** What the ledger needs to know of a transfer to post it. */
export type Settlement = {
  readonly id: string
  readonly rail: Rail
  readonly direction: 'outgoing' | 'incoming'
  readonly side: 'debit' | 'credit'
  readonly amount_minor: bigint
  readonly currency: string
  readonly reference: string
  readonly at: Date
}

/** Posts customer funds against settlement for transfers that settled. */
export async function settleOnLedger(
  tx: Transaction,
  settled: readonly Settlement[],
  causedBy?: string,
): Promise<void> {
  await recordPostings(
    tx,
    settled.filter(movesMoney).map((transfer) => ({
      id: settlementPostingId(transfer.id),
      kind: 'settlement',
      transfer_id: transfer.id,
      at: transfer.at,
      description: `${NAMES[transfer.rail]} ${transfer.direction} ${transfer.side} settled`,
      reference: transfer.reference,
      ...lines(transfer, moneyComesIn(transfer), customerFunds(transfer.currency)),
    })),
    causedBy,
  )
}

/**
 * Posts the exact reverse of what settling posted. Where the original was never posted (a return without a
 * known original), the money goes to or from the account for unidentified returns.
 */
export async function reverseSettlements(
  tx: Transaction,
  returned: readonly Settlement[],
  causedBy?: string,
): Promise<void> {
  const { rows } = await tx.query<{ id: string }>('SELECT id FROM ledger.posting WHERE id = ANY ($1)', [
    returned.map(({ id }) => settlementPostingId(id)),
  ])
  const posted = new Set(rows.map((row) => row.id))
  await recordPostings(
    tx,
    returned.filter(movesMoney).map((transfer): NewPosting => {
      const original = settlementPostingId(transfer.id)
      const known = posted.has(original)
      const counter = known ? customerFunds(transfer.currency) : unidentifiedReturns(transfer.currency)
      return {
        id: `${postingStem(transfer.id)}.returned`,
        kind: 'return',
        transfer_id: transfer.id,
        ...(known ? { reverses: original } : {}),
        at: transfer.at,
        description: `${NAMES[transfer.rail]} ${transfer.direction} ${transfer.side} returned`,
        reference: transfer.reference,
        ...lines(transfer, !moneyComesIn(transfer), counter),
      }
    }),
    causedBy,
  )
}

const NAMES: Readonly<Record<Rail, string>> = {
  ach: 'ACH',
  sepa_ct: 'SEPA credit transfer',
  wire: 'Wire',
}

/** Prenotifications, acknowledgements and changes have no amount, and so nothing to post. */
function movesMoney({ amount_minor }: Settlement): boolean {
  return amount_minor > 0n
}

/** A debit that we send, or a credit that we receive, brings money in. */
export function moneyComesIn({ direction, side }: Pick<Settlement, 'direction' | 'side'>): boolean {
  return (direction === 'outgoing') === (side === 'debit')
}

function lines(
  transfer: Settlement,
  comesIn: boolean,
  counter: Account,
): { settlement: Line; counter: Line } {
  const { amount_minor, currency, rail } = transfer
  return {
    settlement: {
      account: settlementAccount(rail, currency),
      side: comesIn ? 'debit' : 'credit',
      amount_minor,
    },
    counter: { account: counter, side: comesIn ? 'credit' : 'debit', amount_minor },
  }
}

function settlementPostingId(transferId: string): string {
  return `${postingStem(transferId)}.settled`
}

function postingStem(transferId: string): string {
  return `pst_${transferId.replace(/^tr_/, '')}`
}
