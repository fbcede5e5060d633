import type { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { type Changed, recordEvents } from '../events/record-events.ts'
import { reverseReturns, reverseSettlements, type Settlement, settleOnLedger } from '../ledger/settlements.ts'
import type { Day } from './banking-calendar.ts'
import type { EntryDetails } from './nacha-entry.ts'
import {
  dishonourBy,
  type Rail,
  type ReturnDeadlines,
  refuseBy,
  returnDeadlines,
  tellBy,
} from './return-deadlines.ts'
import { deadlineClass } from './return-reasons.ts'
import {
  type AccountDetails,
  TRANSFER_EVENTS,
  type TransferChange,
  type TransferParty,
  type TransferReturn,
  type TransferSchema,
} from './transfer.ts'

/** A transfer to be made. `bank_return` and `change` are there where it is made by one (unknown original). */
export type NewTransfer = {
  readonly id: string
  readonly rail: Rail
  readonly direction: 'outgoing' | 'incoming'
  readonly side: 'debit' | 'credit'
  readonly state: 'created' | 'settled' | 'return_received' | 'dishonour_received'
  readonly amount_minor: bigint
  readonly currency: string
  readonly originator: TransferParty
  readonly receiver: TransferParty
  readonly receiver_details?: AccountDetails
  readonly resubmission?: z.infer<typeof TransferSchema>['resubmission']
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
      receiver_details: transfer.receiver_details ?? {},
      ...(transfer.bank_return ? { bank_return: withDeadlines(transfer, transfer.bank_return) } : {}),
      ...(transfer.change ? { change: withAnswerDeadlines(transfer.change) } : {}),
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
    ['transfer.dishonour_received', changed(({ state }) => state === 'dishonour_received')],
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
  const { rows } = await tx.query<{ id: string; rail: Rail; effective_date: Day; settled: boolean }>(
    `SELECT id, rail, effective_date::text AS effective_date, settled_at IS NOT NULL AS settled
     FROM cts.transfer WHERE id = ANY ($1)`,
    [received.map(({ id }) => id)],
  )
  const originals = new Map(rows.map((row) => [row.id, row]))
  await tx.query(
    `UPDATE cts.transfer t SET state = 'return_received', bank_return = c.bank_return, version = t.version + 1
     FROM jsonb_to_recordset($1) AS c (id text, bank_return jsonb) WHERE t.id = c.id`,
    [
      JSON.stringify(
        received.map(({ id, bank_return }) => {
          const original = originals.get(id)
          return { id, bank_return: original ? withDeadlines(original, bank_return) : bank_return }
        }),
      ),
    ],
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
    [JSON.stringify(notified.map(({ id, change }) => ({ id, change: withAnswerDeadlines(change) })))],
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

type Dishonour = NonNullable<z.infer<typeof TransferReturn>['dishonour']>
type Contest = NonNullable<z.infer<typeof TransferReturn>['contest']>
export type Dishonoured = Changed & { readonly dishonour: Dishonour }
export type Contested = Changed & { readonly contest: Contest }

/** → `return_dishonoured`: we send the bank's return back; where it was booked, the posting of that is reversed. */
export async function dishonourReturns(
  tx: Transaction,
  dishonoured: readonly Dishonoured[],
  causedBy?: string,
): Promise<void> {
  const { rows } = await tx.query<StoredSettlement>(
    `UPDATE cts.transfer t SET state = 'return_dishonoured', version = t.version + 1,
       bank_return = t.bank_return || jsonb_build_object('dishonour', c.dishonour)
     FROM jsonb_to_recordset($1) AS c (id text, at timestamptz, dishonour jsonb) WHERE t.id = c.id
     RETURNING ${SETTLEMENT}, c.at`,
    [JSON.stringify(dishonoured)],
  )
  await recordEvents(tx, TRANSFER_EVENTS, 'transfer.return_dishonoured', dishonoured, causedBy)
  await reverseReturns(tx, rows.map(parseSettlement), causedBy)
}

/** `return_dishonoured` → `return_received`: the bank insists on its return, which is then booked. */
export async function receiveContests(
  tx: Transaction,
  contested: readonly Contested[],
  causedBy?: string,
): Promise<void> {
  await tx.query(
    `UPDATE cts.transfer t SET state = 'return_received', version = t.version + 1,
       bank_return = (t.bank_return - '{reason,note,returned_at}'::text[])
         || jsonb_build_object('contest', c.contest)
     FROM jsonb_to_recordset($1) AS c (id text, contest jsonb) WHERE t.id = c.id`,
    [JSON.stringify(contested)],
  )
  await recordEvents(tx, TRANSFER_EVENTS, 'transfer.return_received', contested, causedBy)
}

/** `returned` → `dishonour_received`: the bank does not accept what we sent back; nothing is posted before it is answered. */
export async function receiveDishonours(
  tx: Transaction,
  dishonoured: readonly Dishonoured[],
  causedBy?: string,
): Promise<void> {
  await tx.query(
    `UPDATE cts.transfer t SET state = 'dishonour_received', version = t.version + 1,
       bank_return = t.bank_return || jsonb_build_object('dishonour', c.dishonour)
     FROM jsonb_to_recordset($1) AS c (id text, dishonour jsonb) WHERE t.id = c.id`,
    [JSON.stringify(dishonoured)],
  )
  await recordEvents(tx, TRANSFER_EVENTS, 'transfer.dishonour_received', dishonoured, causedBy)
}

/** `dishonour_received` → `returned`: we insist on what we sent back. */
export async function contestDishonours(
  tx: Transaction,
  contested: readonly Contested[],
  causedBy?: string,
): Promise<void> {
  await tx.query(
    `UPDATE cts.transfer t SET state = 'returned', version = t.version + 1,
       bank_return = t.bank_return || jsonb_build_object('contest', c.contest)
     FROM jsonb_to_recordset($1) AS c (id text, contest jsonb) WHERE t.id = c.id`,
    [JSON.stringify(contested)],
  )
  await recordEvents(tx, TRANSFER_EVENTS, 'transfer.dishonour_contested', contested, causedBy)
}

/** `dishonour_received` → `return_dishonoured`: the entry that we sent back stands; the posting of the return is reversed. */
export async function acceptDishonours(
  tx: Transaction,
  accepted: readonly Changed[],
  causedBy?: string,
): Promise<void> {
  const { rows } = await tx.query<StoredSettlement>(
    `UPDATE cts.transfer t SET state = 'return_dishonoured', version = t.version + 1,
       bank_return = t.bank_return || jsonb_build_object('accepted_at', platform.instant(c.at))
     FROM jsonb_to_recordset($1) AS c (id text, at timestamptz) WHERE t.id = c.id
     RETURNING ${SETTLEMENT}, c.at`,
    [JSON.stringify(accepted)],
  )
  await recordEvents(tx, TRANSFER_EVENTS, 'transfer.return_dishonoured', accepted, causedBy)
  await reverseReturns(tx, rows.map(parseSettlement), causedBy)
}

/** The state stays: what came back went out again, as that transfer. */
export async function markSentAgain(
  tx: Transaction,
  sent: Changed & { readonly as: string },
  causedBy?: string,
): Promise<void> {
  await tx.query('UPDATE cts.transfer SET sent_again_as = $2, version = version + 1 WHERE id = $1', [
    sent.id,
    sent.as,
  ])
  await recordEvents(tx, TRANSFER_EVENTS, 'transfer.sent_again', [sent], causedBy)
}

/** The state stays: the notification of change was answered. */
export async function recordChangeAnswer(
  tx: Transaction,
  answered: Changed & { readonly answer: NonNullable<z.infer<typeof TransferChange>['answer']> },
  causedBy?: string,
): Promise<void> {
  await tx.query(
    `UPDATE cts.transfer SET change = change || jsonb_build_object('answer', $2::jsonb), version = version + 1
     WHERE id = $1`,
    [answered.id, JSON.stringify(answered.answer)],
  )
  await recordEvents(tx, TRANSFER_EVENTS, 'transfer.change_answered', [answered], causedBy)
}

/** With when the bank had to have sent it, and until when it can be dishonoured. */
function withDeadlines(
  { rail, effective_date, settled }: { rail: Rail; effective_date: Day; settled?: boolean },
  bankReturn: ReceivedReturn['bank_return'],
): ReceivedReturn['bank_return'] {
  if (rail !== 'ach' || bankReturn.case !== 'book') return bankReturn
  const due = returnDeadlines(rail, effective_date)[deadlineClass(rail, bankReturn.code)]
  return {
    ...bankReturn,
    ...(settled ? { due_by: due.toISOString() } : {}),
    dishonour_by: dishonourBy(new Date(bankReturn.received_at)).toISOString(),
  }
}

function withAnswerDeadlines(change: z.infer<typeof TransferChange>): z.infer<typeof TransferChange> {
  const at = new Date(change.received_at)
  return { ...change, tell_by: tellBy(at).toISOString(), refuse_by: refuseBy(at).toISOString() }
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
  receiver_kind, receiver_details,
  resubmission, reference, trace_number, sec_code, created_at, effective_date, settled_at, bank_return, change, deadline_standard,
  deadline_extended, file_id, entry`

const SETTLEMENT =
  't.id, t.rail, t.direction, t.side, t.amount_minor::text AS amount_minor, t.currency, t.reference'

type StoredSettlement = Omit<Settlement, 'amount_minor'> & { amount_minor: string }

function parseSettlement(row: StoredSettlement): Settlement {
  return { ...row, amount_minor: BigInt(row.amount_minor) }
}
