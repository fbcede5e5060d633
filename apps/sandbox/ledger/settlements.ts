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
  const posted = await readPosted(tx, returned)
  await recordPostings(
    tx,
    returned.filter(movesMoney).map((transfer): NewPosting => {
      const { settled, standing, next } = posted(transfer.id)
      return {
        id: next('returned'),
        kind: 'return',
        transfer_id: transfer.id,
        ...(standing === undefined ? {} : { reverses: standing }),
        at: transfer.at,
        description: `${NAMES[transfer.rail]} ${transfer.direction} ${transfer.side} returned`,
        reference: transfer.reference,
        ...lines(transfer, !moneyComesIn(transfer), counterAccount(transfer, settled)),
      }
    }),
    causedBy,
  )
}

/** A return that is dishonoured did not happen: where it was posted, posts the exact reverse of it. */
export async function reverseReturns(
  tx: Transaction,
  dishonoured: readonly Settlement[],
  causedBy?: string,
): Promise<void> {
  const posted = await readPosted(tx, dishonoured)
  await recordPostings(
    tx,
    dishonoured.filter(movesMoney).flatMap((transfer): NewPosting[] => {
      const { settled, standing, next } = posted(transfer.id)
      if (!standing?.includes('.returned')) return []
      return [
        {
          id: next('dishonoured'),
          kind: 'dishonour',
          transfer_id: transfer.id,
          reverses: standing,
          at: transfer.at,
          description: `${NAMES[transfer.rail]} ${transfer.direction} ${transfer.side}: return dishonoured`,
          reference: transfer.reference,
          ...lines(transfer, moneyComesIn(transfer), counterAccount(transfer, settled)),
        },
      ]
    }),
    causedBy,
  )
}

type Posted = {
  readonly settled: boolean
  /** The one posting of it that no other has reversed. */
  readonly standing: string | undefined
  readonly next: (kind: 'returned' | 'dishonoured') => string
}

/** What stands on the ledger of these transfers. */
async function readPosted(
  tx: Transaction,
  transfers: readonly Settlement[],
): Promise<(id: string) => Posted> {
  const { rows } = await tx.query<{ id: string; transfer_id: string; reversed: boolean }>(
    `SELECT p.id, p.transfer_id, EXISTS (SELECT FROM ledger.posting r WHERE r.reverses = p.id) AS reversed
     FROM ledger.posting p WHERE p.transfer_id = ANY ($1)`,
    [transfers.map(({ id }) => id)],
  )
  const of = new Map<string, { id: string; reversed: boolean }[]>()
  for (const row of rows) of.set(row.transfer_id, [...(of.get(row.transfer_id) ?? []), row])
  return (transferId) => {
    const known = of.get(transferId) ?? []
    const stem = postingStem(transferId)
    return {
      settled: known.some(({ id }) => id === settlementPostingId(transferId)),
      standing: known.find(({ reversed }) => !reversed)?.id,
      next(kind) {
        const earlier = known.filter(({ id }) => id.startsWith(`${stem}.${kind}`)).length
        return earlier === 0 ? `${stem}.${kind}` : `${stem}.${kind}.${earlier + 1}`
      },
    }
  }
}

function counterAccount({ currency }: Settlement, settled: boolean): Account {
  return settled ? customerFunds(currency) : unidentifiedReturns(currency)
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
