import { z } from 'zod'
import { noticeParties } from '../compliance/notice-parties.ts'
import type { Transaction } from '../database/database.ts'
import type { FileIntake } from '../files/file-routes.ts'
import type { CommittedFile } from '../files/staged-file.ts'
import { tallyOf } from '../files/tally.ts'
import { minorUnits } from '../http/money.ts'
import { bankingDayFrom } from './banking-calendar.ts'
import { frozenNow } from './frozen-parties.ts'
import {
  type Contested,
  type Dishonoured,
  makeTransfers,
  type NewTransfer,
  type NotifiedChange,
  notifyChanges,
  type ReceivedReturn,
  receiveContests,
  receiveDishonours,
  receiveReturns,
  settleTransfers,
} from './move-transfers.ts'
import { NachaEntry, partyIdOfAccount } from './nacha-entry.ts'
import { calendarOf, contestBy, dishonourBy, instantAt } from './return-deadlines.ts'
import { achReturnUse } from './return-reasons.ts'

const ENTRIES_OF_CHUNK_MAX = 1_000
/** When FedACH settles (Eastern Time), and so when an imported entry of a past day counts as settled. */
const SETTLEMENT_TIME = '08:30'

const Entries = z
  .array(NachaEntry)
  .max(ENTRIES_OF_CHUNK_MAX, `must have at most ${ENTRIES_OF_CHUNK_MAX} entries`)
  .superRefine((entries, context) => {
    for (const [index, entry] of entries.entries()) {
      const before = entries[index - 1]
      if (!before || entry.line > before.line) continue
      context.addIssue({
        code: 'custom',
        path: [index, 'line'],
        message: `must be above ${before.line}, the line of the entry before it`,
      })
    }
  })

/** Nacha files: entries become incoming transfers, returns and notifications of change find their original. */
export const NACHA_INTAKE: FileIntake<typeof NachaEntry> = {
  upstream: 'cts',
  format: z.enum(['nacha']),
  member: 'entries',
  elements: Entries,
  created: z.strictObject({
    transfers: z.number().int(),
    returns: z.number().int(),
    changes: z.number().int(),
  }),
  tally(entries) {
    const [first, last] = [entries[0], entries.at(-1)]
    return tallyOf(entries, first && last ? [first.line, last.line] : undefined)
  },
  // A line is where the entry stands, not what it is.
  content: ({ line: _, addenda = [], ...entry }) => ({ ...entry, addenda }),
  async commit(tx, now, file, key) {
    const created = { transfers: 0, returns: 0, changes: 0 }
    for (let n = 0; n < file.declared.chunks; n += 1) {
      const entries = await file.chunk(n)
      await commitEntries(tx, now, file, entries, key)
      for (const entry of entries) {
        if (entry.return) created.returns += 1
        else if (entry.change) created.changes += 1
        else created.transfers += 1
      }
    }
    return created
  },
}

async function commitEntries(
  tx: Transaction,
  now: Date,
  file: CommittedFile<NachaEntry>,
  entries: readonly NachaEntry[],
  key: string,
): Promise<void> {
  const originals = await findOriginals(tx, entries)
  const parties = entries.map((entry) => partiesOf(entry))
  const frozen = new Set(
    await frozenNow(
      tx,
      parties.flatMap(({ company, holder }) => [company.party_id, holder.party_id]),
    ),
  )
  const made: NewTransfer[] = []
  const settledFirst: { id: string; at: Date }[] = []
  const returned: ReceivedReturn[] = []
  const changed: NotifiedChange[] = []
  const dishonoured: Dishonoured[] = []
  const contested: Contested[] = []
  const takenByReturn = new Set<string>()
  const takenByChange = new Set<string>()
  const settlements = new Map<string, Date>()

  for (const [index, entry] of entries.entries()) {
    const parts = parties[index]
    if (!parts) continue
    const original = originals.get(entry.line)
    const transfer = transferOf(file, entry, parts, now)
    if (entry.return && achReturnUse(entry.return.code) !== 'return') {
      const answer = answerOf(file, entry, entry.return, now)
      const free = original?.answerable === true && !takenByReturn.has(original.id)
      if (original && free) takenByReturn.add(original.id)
      if (achReturnUse(entry.return.code) === 'contest') {
        const contest = answer
        if (original && free) contested.push({ id: original.id, at: now, contest })
        else {
          const bank_return = { ...returnOf(file, entry, entry.return, now, original, false), contest }
          made.push({ ...transfer, direction: 'outgoing', state: 'return_received', bank_return })
        }
      } else {
        const due = original?.returned_at === undefined ? now : dishonourBy(new Date(original.returned_at))
        const dishonour = {
          ...answer,
          due_by: due.toISOString(),
          contest_by: contestBy(now).toISOString(),
        }
        if (original && free) dishonoured.push({ id: original.id, at: now, dishonour })
        else {
          const { original_transfer_id: _, ...known } = returnOf(
            file,
            entry,
            entry.return,
            now,
            original,
            true,
          )
          const bank_return = { ...known, case: 'send_back' as const, dishonour }
          made.push({ ...transfer, state: 'dishonour_received', bank_return })
        }
      }
    } else if (entry.return) {
      const free =
        original && ['created', 'settled'].includes(original.state) && !takenByReturn.has(original.id)
      const bank_return = returnOf(file, entry, entry.return, now, original, free === true)
      if (original && free) {
        takenByReturn.add(original.id)
        if (original.state === 'created') settledFirst.push({ id: original.id, at: now })
        returned.push({ id: original.id, at: now, bank_return })
      } else {
        made.push({ ...transfer, direction: 'outgoing', state: 'return_received', bank_return })
      }
    } else if (entry.change) {
      const { original_rdfi: _, ...facts } = entry.change
      const change = { ...facts, received_at: now.toISOString(), original_known: original !== undefined }
      if (original && !takenByChange.has(original.id)) {
        takenByChange.add(original.id)
        changed.push({ id: original.id, at: now, change })
      } else {
        made.push({ ...transfer, direction: 'outgoing', state: 'settled', settled_at: now, change })
      }
    } else {
      const due = settlements.get(transfer.effective_date) ?? settlementOf(transfer)
      settlements.set(transfer.effective_date, due)
      const held = frozen.has(parts.company.party_id) || frozen.has(parts.holder.party_id)
      made.push(due <= now && !held ? { ...transfer, state: 'settled', settled_at: due } : transfer)
    }
  }

  await noticeParties(
    tx,
    parties.flatMap(({ notices }) => notices),
    now,
    key,
  )
  await settleTransfers(tx, settledFirst, key)
  await receiveReturns(tx, returned, key)
  await receiveDishonours(tx, dishonoured, key)
  await receiveContests(tx, contested, key)
  await notifyChanges(tx, changed, key)
  await makeTransfers(tx, made, () => now, key)
}

type Original = {
  readonly id: string
  readonly state: string
  /** For a dishonour or a contest: that is what it waits for. */
  readonly answerable: boolean
  readonly returned_at?: string
}

/**
 * The transfer that a return, its dishonour or contest, or a change speaks of, by its original trace number; the newest that can
 * take it. Only a return that we sent can be dishonoured by its bank, and that is of an incoming one.
 */
async function findOriginals(
  tx: Transaction,
  entries: readonly NachaEntry[],
): Promise<ReadonlyMap<number, Original>> {
  const wanted = entries.flatMap((entry) => {
    const trace = entry.return?.original_trace ?? entry.change?.original_trace ?? ''
    const use = entry.return ? achReturnUse(entry.return.code) : 'return'
    return trace === '' ? [] : [{ line: entry.line, trace, use, minor: minorUnits(entry.amount).toString() }]
  })
  if (wanted.length === 0) return new Map()
  const { rows } = await tx.query<{ line: number } & Original>(
    `SELECT DISTINCT ON (w.line) w.line, t.id, t.state, a.answerable, t.bank_return ->> 'returned_at' AS returned_at
     FROM jsonb_to_recordset($1) AS w (line integer, trace text, use text, minor bigint)
     JOIN cts.transfer t ON t.trace_number = w.trace
      AND t.direction = CASE w.use WHEN 'dishonour' THEN 'incoming' ELSE 'outgoing' END
     CROSS JOIN LATERAL (SELECT CASE w.use
       WHEN 'dishonour' THEN t.state = 'returned' AND t.bank_return -> 'dishonour' IS NULL
       WHEN 'contest' THEN t.state = 'return_dishonoured'
       ELSE false END AS answerable) a
     ORDER BY w.line, a.answerable DESC, t.state = 'settled' DESC, t.state = 'created' DESC,
              t.amount_minor = w.minor DESC, t.created_at DESC, t.id`,
    [JSON.stringify(wanted)],
  )
  return new Map(rows.map(({ line, ...original }) => [line, original]))
}

/** What a dishonour and a contest both say. */
function answerOf(
  file: CommittedFile<NachaEntry>,
  entry: NachaEntry,
  given: NonNullable<NachaEntry['return']>,
  now: Date,
): Contested['contest'] {
  return {
    code: given.code,
    at: now.toISOString(),
    file_id: file.sha256,
    ...(entry.trace_number ? { trace_number: entry.trace_number } : {}),
    ...(given.addenda_information ? { addenda: given.addenda_information } : {}),
  }
}

function returnOf(
  file: CommittedFile<NachaEntry>,
  entry: NachaEntry,
  given: NonNullable<NachaEntry['return']>,
  now: Date,
  original: Original | undefined,
  free: boolean,
): ReceivedReturn['bank_return'] {
  return {
    case: 'book',
    code: given.code,
    received_at: now.toISOString(),
    original_known: original !== undefined,
    original_trace: given.original_trace,
    file_id: file.sha256,
    ...(entry.trace_number ? { trace_number: entry.trace_number } : {}),
    ...(given.addenda_information ? { addenda: given.addenda_information } : {}),
    ...(given.original_rdfi ? { original_rdfi: given.original_rdfi } : {}),
    ...(given.date_of_death ? { date_of_death: given.date_of_death } : {}),
    ...(original && !free ? { original_transfer_id: original.id } : {}),
  }
}

function partiesOf(entry: NachaEntry) {
  const company = {
    party_id: partyIdOfAccount('nacha-company', entry.company.id),
    name: entry.company.name,
    account: entry.company.id,
    kind: 'company' as const,
  }
  // Entry classes for accounts of companies: CCD, CTX, and the ones that acknowledge them.
  const corporate = ['CCD', 'CTX', 'ACK', 'ATX', 'ADV'].includes(entry.sec_code)
  const holder = {
    party_id: partyIdOfAccount(entry.rdfi, entry.account),
    name: entry.name,
    account: entry.account,
    kind: corporate ? ('company' as const) : ('person' as const),
  }
  return {
    company,
    holder,
    notices: [
      { id: company.party_id, kind: company.kind, name: company.name, country: 'US' },
      { id: holder.party_id, kind: holder.kind, name: holder.name, country: 'US' },
    ],
  }
}

function transferOf(
  file: CommittedFile<NachaEntry>,
  entry: NachaEntry,
  { company, holder }: ReturnType<typeof partiesOf>,
  now: Date,
): NewTransfer {
  return {
    id: `tr_${file.sha256.slice(0, 16)}.${entry.line}`,
    rail: 'ach',
    direction: 'incoming',
    side: entry.side,
    state: 'created',
    amount_minor: minorUnits(entry.amount),
    currency: entry.amount.currency,
    originator: company,
    receiver: holder,
    reference: entry.trace_number || entry.individual_id || entry.company.entry_description,
    ...(entry.trace_number ? { trace_number: entry.trace_number } : {}),
    sec_code: entry.sec_code,
    created_at: now,
    effective_date: entry.effective_date ?? now.toISOString().slice(0, 10),
    file_id: file.sha256,
    entry: {
      line: entry.line,
      batch: entry.batch,
      transaction_code: entry.transaction_code,
      company: entry.company,
      ...(entry.individual_id ? { individual_id: entry.individual_id } : {}),
      ...(entry.addenda?.length ? { addenda: entry.addenda } : {}),
    },
  }
}

/** When the entry settles: its effective date, or the banking day after it. */
function settlementOf(transfer: NewTransfer): Date {
  const day = bankingDayFrom(calendarOf(transfer.rail), transfer.effective_date)
  return instantAt(day, SETTLEMENT_TIME, 'America/New_York')
}
