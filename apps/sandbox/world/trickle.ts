import { randomBytes, randomUUID } from 'node:crypto'
import { raiseHits } from '../compliance/hit.ts'
import { readOnFile } from '../cts/answer-change.ts'
import { bankingDayFrom } from '../cts/banking-calendar.ts'
import {
  makeTransfers,
  type NewTransfer,
  notifyChanges,
  receiveContests,
  receiveDishonours,
  receiveReturns,
  settleTransfers,
} from '../cts/move-transfers.ts'
import { calendarOf, contestBy, dishonourBy, type Rail } from '../cts/return-deadlines.ts'
import type { AccountDetails, AccountOnFile, TransferParty } from '../cts/transfer.ts'
import type { Database, Transaction } from '../database/database.ts'
import { decimal } from '../http/money.ts'
import { importStatements } from '../recon/import-statements.ts'
import { type Random, seededRandom } from './random.ts'

const STEP_INTERVAL_MIN_MS = 2_500
const STEP_INTERVAL_MAX_MS = 6_000

export type Trickle = {
  switch(on: boolean): void
  isOn(): boolean
  /** Stops for good; resolves when no step is under way. */
  stop(): Promise<void>
}

/** Lets something new happen every few seconds, while it is switched on. */
export function startTrickle(database: Database, now: () => Date, report: (error: Error) => void): Trickle {
  const random = seededRandom(randomUUID())
  let timer: NodeJS.Timeout | undefined
  let underWay = Promise.resolve()
  const step = async () => {
    try {
      await trickleStep(database, now(), random)
    } catch (error) {
      report(error instanceof Error ? error : new Error(String(error)))
    }
    if (timer !== undefined) schedule()
  }
  const schedule = () => {
    clearTimeout(timer)
    const wait = random.whole(STEP_INTERVAL_MIN_MS, STEP_INTERVAL_MAX_MS)
    timer = setTimeout(() => {
      underWay = step()
    }, wait)
  }
  const off = () => {
    clearTimeout(timer)
    timer = undefined
  }
  return {
    switch(on) {
      if (!on) off()
      else if (timer === undefined) schedule()
    },
    isOn: () => timer !== undefined,
    async stop() {
      off()
      await underWay
    },
  }
}

type Happening = (tx: Transaction, now: Date, random: Random) => Promise<boolean>

/** What happens, as often as it stands here. */
const HAPPENINGS: readonly Happening[] = [
  ...Array<Happening>(5).fill((tx, now, random) => repeatTransfer(tx, now, random, 'outgoing')),
  ...Array<Happening>(3).fill((tx, now, random) => repeatTransfer(tx, now, random, 'incoming')),
  ...Array<Happening>(4).fill(settleOne),
  ...Array<Happening>(3).fill(returnOne),
  ...Array<Happening>(1).fill(answerOne),
  ...Array<Happening>(1).fill(changeOne),
  ...Array<Happening>(2).fill(bookUnknownLine),
  ...Array<Happening>(1).fill(raiseHit),
]

/** One thing that happens now. Where the one that was picked cannot happen, a new transfer is made. */
export async function trickleStep(database: Database, now: Date, random: Random): Promise<void> {
  await database.transaction(async (tx) => {
    const happened = await random.pick(HAPPENINGS)(tx, now, random)
    if (!happened) await repeatTransfer(tx, now, random, 'outgoing')
  })
}

/** A transfer like an earlier one, between the same two, of another amount. */
async function repeatTransfer(
  tx: Transaction,
  now: Date,
  random: Random,
  direction: 'outgoing' | 'incoming',
): Promise<boolean> {
  const like = await pickTransfer(tx, random, `t.direction = '${direction}' AND t.file_id IS NULL`)
  if (!like) return false
  // Corrected account data count for every later payment to a party.
  const onFile = direction === 'outgoing' ? (await readOnFile(tx, like.receiver_party_id)).data : {}
  const suffix = randomBytes(5).toString('hex')
  const effective = bankingDayFrom(calendarOf(like.rail), now.toISOString().slice(0, 10))
  const made: NewTransfer = {
    id: `tr_${suffix}`,
    rail: like.rail,
    direction,
    side: like.side,
    state: 'created',
    amount_minor: (BigInt(like.amount_minor) * BigInt(random.whole(40, 190))) / 100n + 1n,
    currency: like.currency,
    originator: {
      party_id: like.originator_party_id,
      name: like.originator_name,
      account: like.originator_account,
      kind: like.originator_kind,
    },
    receiver: {
      party_id: like.receiver_party_id,
      name: onFile.name ?? like.receiver_name,
      account: onFile.account ?? like.receiver_account,
      kind: like.receiver_kind,
    },
    receiver_details: detailsOf(onFile),
    reference: `INV-${random.digits(7)}`,
    ...(like.rail === 'ach'
      ? { trace_number: `09100001${random.digits(7)}`, sec_code: like.sec_code ?? 'PPD' }
      : {}),
    created_at: now,
    effective_date: effective,
  }
  await makeTransfers(tx, [made], () => now)
  if (direction === 'incoming') await settleTransfers(tx, [{ id: made.id, at: now }])
  return true
}

function detailsOf({ name: _, account: __, ...details }: AccountOnFile): AccountDetails {
  return details
}

async function settleOne(tx: Transaction, now: Date, random: Random): Promise<boolean> {
  const today = now.toISOString().slice(0, 10)
  const due = await pickTransfer(tx, random, `t.state = 'created' AND t.effective_date <= '${today}'`)
  if (!due) return false
  await settleTransfers(tx, [{ id: due.id, at: now }])
  return true
}

const RETURN_CODES: Readonly<Record<Rail, readonly string[]>> = {
  ach: ['R01', 'R02', 'R03', 'R08', 'R10', 'R16', 'R29'],
  sepa_ct: ['AC04', 'AM05', 'MS03'],
  wire: ['AC04', 'RC01'],
}

async function returnOne(tx: Transaction, now: Date, random: Random): Promise<boolean> {
  const settled = await pickTransfer(tx, random, `t.state = 'settled' AND t.direction = 'outgoing'`)
  if (!settled) return false
  const bank_return = {
    case: 'book',
    code: random.pick(RETURN_CODES[settled.rail]),
    received_at: now.toISOString(),
    original_known: true,
    ...(settled.trace_number ? { original_trace: settled.trace_number } : {}),
  } as const
  await receiveReturns(tx, [{ id: settled.id, at: now, bank_return }])
  return true
}

/** The bank does not accept the last entry that was sent back, or insists on a return that was dishonoured. */
async function answerOne(tx: Transaction, now: Date, random: Random): Promise<boolean> {
  const ours = await pickTransfer(
    tx,
    random,
    `t.rail = 'ach' AND t.direction = 'incoming' AND t.state = 'returned' AND t.bank_return -> 'dishonour' IS NULL
     AND (t.bank_return ->> 'returned_at')::timestamptz > now() - interval '5 days'`,
  )
  const theirs = await pickTransfer(tx, random, `t.direction = 'outgoing' AND t.state = 'return_dishonoured'`)
  const at = now.toISOString()
  if (theirs) {
    const code = CONTESTS[theirs.dishonour ?? ''] ?? 'R71'
    await receiveContests(tx, [{ id: theirs.id, at: now, contest: { code, at } }])
    return true
  }
  if (!ours) return false
  const due_by = dishonourBy(new Date(ours.returned_at ?? at)).toISOString()
  const dishonour = { code: 'R61', at, due_by, contest_by: contestBy(now).toISOString() }
  await receiveDishonours(tx, [{ id: ours.id, at: now, dishonour }])
  return true
}

const CONTESTS: Readonly<Record<string, string>> = { R62: 'R77', R67: 'R75', R68: 'R73', R69: 'R76' }

async function changeOne(tx: Transaction, now: Date, random: Random): Promise<boolean> {
  const settled = await pickTransfer(
    tx,
    random,
    `t.state = 'settled' AND t.direction = 'outgoing' AND t.rail = 'ach' AND t.change IS NULL`,
  )
  if (!settled) return false
  const change = {
    code: 'C01',
    corrected_data: random.digits(10),
    received_at: now.toISOString(),
    original_known: true,
    ...(settled.trace_number ? { original_trace: settled.trace_number } : {}),
  }
  await notifyChanges(tx, [{ id: settled.id, at: now, change }])
  return true
}

/** The bank books something that the ledger knows nothing of. */
async function bookUnknownLine(tx: Transaction, now: Date, random: Random): Promise<boolean> {
  const { rows } = await tx.query<{ account: string; currency: string; closing: string }>(
    `SELECT b.account, b.currency, s.closing_minor::text AS closing FROM recon.bank_account b
     JOIN recon.statement s ON s.account = b.account AND s.closing_minor IS NOT NULL AND s.state <> 'quarantined'
     ORDER BY b.account, s.imported_at DESC LIMIT 1`,
  )
  const bank = rows[0]
  if (!bank) return false
  const { account, currency } = bank
  const minor = BigInt(random.whole(1_500, 250_000))
  const money = (amount: bigint) => ({ amount: decimal(amount, currency), currency })
  const opening = BigInt(bank.closing)
  const part = {
    id: `LIVE-${random.digits(8)}`,
    account,
    currency,
    opening: money(opening),
    closing: money(opening + minor),
    lines: [
      {
        side: 'credit' as const,
        amount: money(minor),
        date: now.toISOString().slice(0, 10),
        reference: `ADV ${random.digits(8)}`,
        counterparty: 'UNKNOWN REMITTER',
      },
    ],
  }
  const stem = `live-${randomBytes(5).toString('hex')}`
  await importStatements(tx, { at: now, stem, intraday: false }, [[part]])
  return true
}

async function raiseHit(tx: Transaction, now: Date, random: Random): Promise<boolean> {
  const { rows } = await tx.query<{ id: string; name: string; country: string }>(
    `SELECT id, name, country FROM compliance.party p WHERE frozen_since IS NULL AND name <> ''
       AND NOT EXISTS (SELECT FROM compliance.hit h WHERE h.party_id = p.id AND h.state = 'open')
     ORDER BY id OFFSET $1 LIMIT 1`,
    [random.whole(0, 20)],
  )
  const party = rows[0]
  if (!party) return false
  const day = now.toISOString().slice(0, 10)
  const hit = {
    id: `hit_${randomBytes(5).toString('hex')}`,
    party_id: party.id,
    screened_name: party.name,
    listed_name: party.name.toUpperCase(),
    list: 'Sandbox consolidated list',
    list_version: day,
    score: random.whole(85, 97) / 100,
    rule_id: 'name_85',
    identifiers: [{ name: 'country', ours: party.country, theirs: 'BY' }],
    raised_at: now,
  }
  await raiseHits(tx, [hit])
  return true
}

type StoredTransfer = {
  readonly id: string
  readonly rail: Rail
  readonly side: 'debit' | 'credit'
  readonly amount_minor: string
  readonly currency: string
  readonly originator_party_id: string
  readonly originator_name: string
  readonly originator_account: string
  readonly originator_kind: TransferParty['kind']
  readonly receiver_party_id: string
  readonly receiver_name: string
  readonly receiver_account: string
  readonly receiver_kind: TransferParty['kind']
  readonly trace_number: string | null
  readonly sec_code: string | null
  readonly returned_at: string | null
  readonly dishonour: string | null
}

/** So many recent transfers may be picked from. */
const PICKED_FROM_MAX = 200

/** One of the newest transfers that the condition (SQL over `t`) holds for, of parties that are not frozen. */
async function pickTransfer(
  tx: Transaction,
  random: Random,
  condition: string,
): Promise<StoredTransfer | undefined> {
  const { rows } = await tx.query<StoredTransfer>(
    `SELECT t.id, t.rail, t.side, t.amount_minor::text AS amount_minor, t.currency,
            t.originator_party_id, t.originator_name, t.originator_account, t.originator_kind,
            t.receiver_party_id, t.receiver_name, t.receiver_account, t.receiver_kind, t.trace_number,
            t.sec_code, t.bank_return ->> 'returned_at' AS returned_at,
            t.bank_return #>> '{dishonour,code}' AS dishonour
     FROM cts.transfer t
     WHERE ${condition} AND NOT EXISTS (
       SELECT FROM cts.frozen_party f WHERE f.party_id IN (t.originator_party_id, t.receiver_party_id))
     ORDER BY t.created_at DESC, t.id DESC LIMIT $1`,
    [PICKED_FROM_MAX],
  )
  return rows.length === 0 ? undefined : random.pick(rows)
}
