import type { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { type Changed, recordEvents } from '../events/record-events.ts'
import { reverseSettlements, type Settlement, settleOnLedger } from '../ledger/settlements.ts'
import type { Day } from './banking-calendar.ts'
import type { EntryDetails } from './nacha-entry.ts'
import { type Rail, type ReturnDeadlines, returnDeadlines } from './return-deadlines.ts'
import { TRANSFER_EVENTS, type TransferChange, type TransferParty, type TransferReturn } from './transfer.ts'

/** A transfer to be made. `bank_return` and `change` are there where it is made by one (unknown original). */
export type NewTransfer = {
  readonly id: string
  readonly rail: Rail
  readonly direction: 'outgoing' | 'incoming'
  readonly side: 'debit' | 'credit'
  readonly state: 'created' | 'settled' | 'return_received'
  readonly amount_minor: bigint
  readonly currency: string
  readonly originator: TransferParty
  readonly receiver: TransferParty
  readonly reference: string
  readonly trace_number?: string
  readonly sec_code?: string
  readonly created_at: Date
  readonly effective_date: Day
  readonly settled_at?: Date
  readonly bank_return?: z.infer<typeof TransferReturn>
  readonly change?: z.infer<typeof TransferChange>
  readonly file_id?: string
  readonly entry?: z.infer<typeof EntryDetails>
}

/** Each of these functions moves many transfers by a few statements, records their events, and posts. */

/** Makes transfers; those made settled are posted. At most a thousand at a time. */
export async function makeTransfers(
  tx: Transaction,
  transfers: readonly NewTransfer[],
  recordedAt: (transfer: NewTransfer) => Date,
  causedBy?: string,
): Promise<void> {
  const known = new Map<string, ReturnDeadlines>()
  const deadlines = (rail: Rail, day: Day) => {
    const found = known.get(`${rail} ${day}`) ?? returnDeadlines(rail, day)
    known.set(`${rail} ${day}`, found)
    return found
  }
  const rows = transfers.map(({ originator, receiver, amount_minor, ...transfer }) => {
    const incoming = transfer.direction === 'incoming'
    const until = incoming ? deadlines(transfer.rail, transfer.effective_date) : undefined
    return {
      ...transfer,
      amount_minor: amount_minor.toString(),
      originator_party_id: originator.party_id,
      originator_name: originator.name,
      originator_account: originator.account,
      originator_kind: originator.kind,
      receiver_party_id: receiver.party_id,
      receiver_name: receiver.name,
      receiver_account: receiver.account,
      receiver_kind: receiver.kind,
      deadline_standard: until?.standard,
      deadline_extended: until?.extended,
    }
  })
  await tx.query(
    `INSERT INTO cts.transfer (${COLUMNS})
     SELECT ${COLUMNS} FROM jsonb_populate_recordset(NULL::cts.transfer, $1)`,
    [JSON.stringify(rows)],
  )
  const changed = (wanted: (transfer: NewTransfer) => boolean) =>
    transfers.filter(wanted).map((transfer) => ({ id: transfer.id, at: recordedAt(transfer) }))
  for (const [type, made] of [
    ['transfer.change_notified', changed(({ change }) => change !== undefined)],
    ['transfer.return_received', changed(({ state }) => state === 'return_received')],
    ['transfer.settled', changed(({ state, change }) => state === 'settled' && !change)],
    ['transfer.created', changed(({ state, change }) => state === 'created' && !change)],
  ] as const) {
    await recordEvents(tx, TRANSFER_EVENTS, type, made, causedBy)
  }
  const settled = transfers.filter(({ state }) => state === 'settled')
  await settleOnLedger(
    tx,
    settled.map((transfer) => ({ ...transfer, at: transfer.settled_at ?? recordedAt(transfer) })),
    causedBy,
  )
}

/** `created` → `settled`, with the posting of each. */
export async function settleTransfers(
  tx: Transaction,
  settled: readonly Changed[],
  causedBy?: string,
): Promise<void> {
  const { rows } = await tx.query<StoredSettlement>(
    `UPDATE cts.transfer t SET state = 'settled', settled_at = c.at, version = t.version + 1
     FROM jsonb_to_recordset($1) AS c (id text, at timestamptz) WHERE t.id = c.id
     RETURNING ${SETTLEMENT}, c.at`,
    [JSON.stringify(settled)],
  )
  await recordEvents(tx, TRANSFER_EVENTS, 'transfer.settled', settled, causedBy)
  await settleOnLedger(tx, rows.map(parseSettlement), causedBy)
}

export type ReceivedReturn = Changed & { readonly bank_return: z.infer<typeof TransferReturn> }

/** `settled` → `return_received`: the bank sent these back. */
export async function receiveReturns(
  tx: Transaction,
  received: readonly ReceivedReturn[],
  causedBy?: string,
): Promise<void> {
  await tx.query(
    `UPDATE cts.transfer t SET state = 'return_received', bank_return = c.bank_return, version = t.version + 1
     FROM jsonb_to_recordset($1) AS c (id text, bank_return jsonb) WHERE t.id = c.id`,
    [JSON.stringify(received)],
  )
  await recordEvents(tx, TRANSFER_EVENTS, 'transfer.return_received', received, causedBy)
}

export type NotifiedChange = Changed & { readonly change: z.infer<typeof TransferChange> }

/** The bank asks that later entries carry corrected data; the state stays. */
export async function notifyChanges(
  tx: Transaction,
  notified: readonly NotifiedChange[],
  causedBy?: string,
): Promise<void> {
  await tx.query(
    `UPDATE cts.transfer t SET change = c.change, version = t.version + 1
     FROM jsonb_to_recordset($1) AS c (id text, change jsonb) WHERE t.id = c.id`,
    [JSON.stringify(notified)],
  )
  await recordEvents(tx, TRANSFER_EVENTS, 'transfer.change_notified', notified, causedBy)
}

export type Returned = Changed & {
  readonly case: 'book' | 'send_back'
  readonly reason: string
  readonly note?: string
}

/** → `returned`: a bank's return is booked, or an incoming entry sent back; the posting is reversed. */
export async function returnTransfers(
  tx: Transaction,
  returned: readonly Returned[],
  causedBy?: string,
): Promise<void> {
  const { rows } = await tx.query<StoredSettlement>(
    `UPDATE cts.transfer t SET state = 'returned', version = t.version + 1,
       bank_return = coalesce(t.bank_return, jsonb_build_object(
           'case', c.case, 'code', c.reason, 'received_at', platform.instant(c.at), 'original_known', true))
         || jsonb_strip_nulls(jsonb_build_object(
           'reason', c.reason, 'note', c.note, 'returned_at', platform.instant(c.at)))
     FROM jsonb_to_recordset($1) AS c (id text, at timestamptz, "case" text, reason text, note text)
     WHERE t.id = c.id
     RETURNING ${SETTLEMENT}, c.at`,
    [JSON.stringify(returned)],
  )
  await recordEvents(tx, TRANSFER_EVENTS, 'transfers.returned', returned, causedBy)
  await reverseSettlements(tx, rows.map(parseSettlement), causedBy)
}

/** `created` → `cancelled`, before anything was posted. */
export async function cancelTransfers(tx: Transaction, cancelled: readonly Changed[]): Promise<void> {
  await tx.query(
    `UPDATE cts.transfer t SET state = 'cancelled', version = t.version + 1
     FROM jsonb_to_recordset($1) AS c (id text) WHERE t.id = c.id`,
    [JSON.stringify(cancelled)],
  )
  await recordEvents(tx, TRANSFER_EVENTS, 'transfer.cancelled', cancelled)
}

const COLUMNS = `id, rail, direction, side, state, amount_minor, currency, originator_party_id,
  originator_name, originator_account, originator_kind, receiver_party_id, receiver_name, receiver_account,
  receiver_kind, reference,
  trace_number, sec_code, created_at, effective_date, settled_at, bank_return, change, deadline_standard,
  deadline_extended, file_id, entry`

const SETTLEMENT =
  't.id, t.rail, t.direction, t.side, t.amount_minor::text AS amount_minor, t.currency, t.reference'

type StoredSettlement = Omit<Settlement, 'amount_minor'> & { amount_minor: string }

function parseSettlement(row: StoredSettlement): Settlement {
  return { ...row, amount_minor: BigInt(row.amount_minor) }
}
