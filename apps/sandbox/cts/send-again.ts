import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { text } from '../http/fields.ts'
import { minorUnits } from '../http/money.ts'
import { type Refusal, refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { readOnFile } from './answer-change.ts'
import { bankingDayAfter } from './banking-calendar.ts'
import { type Asked, changeTransfer, tooLate } from './change-transfer.ts'
import { makeTransfers, markSentAgain, returnTransfers } from './move-transfers.ts'
import { calendarOf, localDay, type Rail, zoneOf } from './return-deadlines.ts'
import { type AccountDetails, AccountOnFile, type Transfer } from './transfer.ts'

/** Nacha Operating Rules, Article Two, reinitiated entries: so many times, within so many days of the first settlement. */
const ATTEMPTS_MAX = 2
const WINDOW_DAYS = 180
/** The company entry description that a reinitiated entry carries in the place of its own. */
const ENTRY_DESCRIPTION = 'RETRY PYMT'

export const SendAgainRequest = z.strictObject({
  corrections: AccountOnFile.optional().meta({
    description: "Of the receiver's account, over what is on file.",
  }),
  on_file_version: z.int().min(0).optional().meta({
    description:
      'Of the account data on file that were decided on; 0: there were none. Refused where they are others now.',
  }),
  authorised_again: z.boolean().optional().meta({
    description: 'After R08: the receiver has authorised this entry anew.',
  }),
  note: text(4_000).optional(),
})

type Remedy = 'wait' | 'authorise' | 'correct' | 'anew'

/** What lets a payment that came back for that reason go out again; a code that is not here: nothing does. */
const REMEDIES: Readonly<Record<'ach' | 'iso', Readonly<Record<Remedy, readonly string[]>>>> = {
  ach: {
    wait: ['R01', 'R09'],
    authorise: ['R08'],
    correct: ['R02', 'R03', 'R04', 'R12', 'R13', 'R20', 'R22', 'R28'],
    // Fields that are written anew: effective date, amount's form, addenda, mandatory fields, trace number.
    anew: ['R18', 'R19', 'R25', 'R26', 'R27'],
  },
  iso: {
    wait: [],
    authorise: [],
    correct: [
      ...['AC01', 'AC03', 'AC04', 'AC06', 'AC07', 'AC14', 'AC15', 'AGNT'],
      ...['BE01', 'BE04', 'BE06', 'CNOR', 'RC01', 'RC04', 'RC07', 'RC08'],
    ],
    anew: ['BE08', 'DS28', 'ED05', 'TM01'],
  },
}

/** Sends a payment that came back once more; a return that was not booked yet is booked with it. */
export async function sendAgain(
  tx: Transaction,
  request: z.infer<typeof SendAgainRequest>,
  asked: Asked,
): Promise<Outcome> {
  const { now, key } = asked
  return changeTransfer(
    tx,
    asked,
    { movesMoney: true },
    (transfer) => refusalOfSendingAgain(transfer, request, now),
    async (transfer) => {
      const onFile = await readOnFile(tx, transfer.receiver.party_id)
      if (request.on_file_version !== undefined && request.on_file_version !== onFile.version) {
        return refuse(
          'account_changed',
          `What is on file of the receiver's account was corrected since: it is version ${onFile.version}, and ${request.on_file_version} was decided on.`,
        )
      }
      const corrections = { ...onFile.data, ...request.corrections }
      const changed = changedFields(transfer, corrections)
      if (remedyOf(transfer) === 'correct' && changed.length === 0) {
        const message = `must hold what was wrong: it came back for ${transfer.return?.code}`
        return refuse('correction_required', `corrections ${message}.`, [{ field: 'corrections', message }])
      }
      if (transfer.state === 'return_received') {
        const booked = { case: 'book', reason: transfer.return?.code ?? '' } as const
        await returnTransfers(tx, [{ id: transfer.id, at: now, ...booked }], key)
      }
      const again = anew(transfer, corrections, changed, now)
      await makeTransfers(tx, [again], () => now, key)
      await markSentAgain(tx, { id: transfer.id, at: now, as: again.id }, key)
      return { sent_again_as: again.id }
    },
  )
}

function refusalOfSendingAgain(
  transfer: Transfer,
  { authorised_again }: z.infer<typeof SendAgainRequest>,
  now: Date,
): Refusal | undefined {
  const { state, rail, return: received, resubmission } = transfer
  if (
    transfer.direction !== 'outgoing' ||
    !['return_received', 'returned'].includes(state) ||
    received?.case !== 'book' ||
    transfer.settled_at === undefined ||
    transfer.sent_again_as !== undefined
  ) {
    return refuse(
      'transfer_not_resendable',
      `It is ${transfer.direction} and ${state}; what is sent again is a payment of ours that a bank returned and that was not sent again yet.`,
    )
  }
  const remedy = remedyOf(transfer)
  if (!remedy) {
    return refuse('transfer_not_resendable', `What came back for ${received.code} is not sent again.`)
  }
  if (rail === 'ach') {
    if ((resubmission?.attempt ?? 0) >= ATTEMPTS_MAX) {
      return refuse('resubmissions_exhausted', `It was sent again ${ATTEMPTS_MAX} times already.`)
    }
    const first = resubmission?.first_settled_at ?? transfer.settled_at
    const until = new Date(Date.parse(first) + WINDOW_DAYS * 86_400_000).toISOString()
    const late = tooLate(until, now, 'It could be sent again')
    if (late) return late
  }
  if (remedy === 'authorise' && authorised_again !== true) {
    const message = 'must be true: payment was stopped, so the receiver has to have authorised it again'
    return refuse('authorisation_required', `authorised_again ${message}.`, [
      { field: 'authorised_again', message, allowed: [true] },
    ])
  }
  return undefined
}

function remedyOf({ rail, return: received }: Transfer): Remedy | undefined {
  const remedies = Object.entries(REMEDIES[rail === 'ach' ? 'ach' : 'iso']) as [Remedy, readonly string[]][]
  return remedies.find(([, codes]) => codes.includes(received?.code ?? ''))?.[0]
}

const FIELDS = ['account', 'routing_number', 'account_type', 'name', 'individual_id'] as const
type Field = (typeof FIELDS)[number]

function changedFields({ receiver }: Transfer, corrections: AccountOnFile): Field[] {
  return FIELDS.filter((field) => corrections[field] !== undefined && corrections[field] !== receiver[field])
}

function anew(transfer: Transfer, corrections: AccountOnFile, corrected: Field[], now: Date) {
  const { rail, resubmission, settled_at, receiver } = transfer
  const attempt = (resubmission?.attempt ?? 0) + 1
  const { party_id, kind, name, account, ...details } = { ...receiver, ...corrections }
  const first = resubmission?.first_settled_at ?? settled_at
  return {
    id: `${transfer.id.replace(/\.again\d$/, '')}.again${attempt}`,
    rail,
    direction: 'outgoing' as const,
    side: transfer.side,
    state: 'created' as const,
    amount_minor: minorUnits(transfer.amount),
    currency: transfer.amount.currency,
    originator: transfer.originator,
    receiver: { party_id, kind, name, account },
    receiver_details: details satisfies AccountDetails,
    resubmission: {
      of: transfer.id,
      attempt,
      ...(first === undefined ? {} : { first_settled_at: first }),
      corrected,
      ...(rail === 'ach' ? { entry_description: ENTRY_DESCRIPTION } : {}),
    },
    reference: transfer.reference,
    ...(transfer.sec_code === undefined ? {} : { sec_code: transfer.sec_code }),
    ...(transfer.trace_number === undefined ? {} : { trace_number: traceOf(transfer, attempt) }),
    created_at: now,
    effective_date: nextBankingDay(rail, now),
  }
}

function nextBankingDay(rail: Rail, now: Date): string {
  return bankingDayAfter(calendarOf(rail), localDay(now, zoneOf(rail)), 1)
}

/** Our bank's eight digits stay; the seven of the entry are its own. */
function traceOf({ id, trace_number = '' }: Transfer, attempt: number): string {
  const digest = createHash('sha256').update(`${id}\n${attempt}`).digest()
  return `${trace_number.slice(0, 8)}${String(digest.readUInt32BE() % 10_000_000).padStart(7, '0')}`
}
