import {
  accept,
  defineAction,
  OTHER,
  type ReasonCode,
  refuse,
  refuseField,
  refuseFields,
} from '@countersign/kernel/actions/define-action.ts'
import { type Said, say, written } from '@countersign/kernel/languages/say.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { z } from 'zod'
import { returnReason } from '../reason-codes/reason-codes.ts'
import type { Upstreams } from '../upstreams.ts'
import {
  type AccountCorrection,
  correctedFields,
  correctionLines,
  HIDDEN_FIELDS,
} from './account-correction.ts'
import { accountNumber, holderName, railFaults } from './account-fields.ts'
import { deliverToCts } from './deliver-to-cts.ts'
import { type NamedReceiver, namedReceiver, whileListed } from './named-receiver.ts'
import { railName } from './rail-name.ts'
import { type Remedy, remedyOf } from './remedy.ts'
import { cameBack, type ReturnedTransfer } from './returned-transfer.ts'
import { isRoutingNumber } from './routing-number.ts'
import { shownName } from './shown-party.ts'
import { stateTitle } from './state-title.ts'
import { ACCOUNT_FIELDS, ACCOUNT_TYPES, type AccountField, type Transfer } from './transfer.ts'
import { whileFrozen } from './while-frozen.ts'

/** Nacha Operating Rules, Article Two, reinitiated entries: so many times, within so many days of the first settlement. */
const ATTEMPTS_MAX = 2
const WINDOW_MS = 180 * 24 * 3600 * 1000

const input = z.object({
  account: accountNumber.optional().meta({
    ...accountNumber.meta(),
    title: 'Account',
    description: 'Only where it was wrong: the receiver’s account number or IBAN.',
  }),
  routing_number: z
    .string()
    .regex(
      /^(\d{9}|[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)$/,
      written(say`must be a routing number of nine digits, or a BIC of eight or eleven characters`),
    )
    .optional()
    .meta({
      title: 'Bank',
      description: 'Only where it was wrong: the routing number, or the BIC, of the receiver’s bank.',
    }),
  account_type: z
    .enum(ACCOUNT_TYPES)
    .optional()
    .meta({ title: 'Type of account', description: 'Only where it was wrong, and by ACH alone.' }),
  name: holderName.optional().meta({
    ...holderName.meta(),
    title: 'Name',
    description: 'Only where it was wrong: the name on the account.',
  }),
})

const REASONS: Readonly<Record<Remedy, readonly ReasonCode[]>> = {
  wait: [{ code: 'funds_expected', title: say`The account is expected to be covered now` }, OTHER],
  authorise: [
    {
      code: 'authorised_again',
      title: say`The receiver has authorised it again (say how and when)`,
      noteRequired: true,
    },
  ],
  correct: [
    { code: 'originator_corrected', title: say`The originator corrected the account data` },
    { code: 'bank_corrected', title: say`Their bank corrected the account data` },
    OTHER,
  ],
  anew: [{ code: 'written_anew', title: say`What was wrong is written anew in a new entry` }, OTHER],
}

type Accepted = {
  readonly id: string
  /** Which fields are given; what they hold is in the input, where it is sealed. */
  readonly gives: AccountField[]
  /** Of what a bank has corrected, as it was shown; absent where nothing is on file. CTS sends to nothing else. */
  readonly on_file_version?: number
  readonly authorised_again: boolean
}

const ON_FILE: Readonly<Record<(typeof HIDDEN_FIELDS)[number], Said>> = {
  account: say`Account on file`,
  name: say`Name on file`,
  individual_id: say`Identification on file`,
}

const onFile = (field: keyof typeof ON_FILE): string => `on_file.${field}`

/** What a bank has corrected since the payment went out, where nothing else is given for it: the money goes there. */
function goesUnseen(record: Transfer, given: AccountCorrection): readonly string[] {
  const { on_file = {} } = record
  const other = correctedFields(record, on_file)
  return HIDDEN_FIELDS.filter((field) => other.includes(field) && given[field] === undefined).map(onFile)
}

/** A payment of ours that a bank returned goes out once more; a return that was not booked yet is booked with it. */
export const sendAgain = defineAction<NamedReceiver, typeof input, Accepted, Upstreams>(
  {
    name: 'transfers.send_again',
    risk: 'high',
    movesMoney: true,
    target: namedReceiver(({ on_file }, given) => (given as AccountCorrection).name ?? on_file?.name),
    openedBeforeAgreeing: {
      fields: HIDDEN_FIELDS.map((field) => ({ path: onFile(field), title: ON_FILE[field] })),
      taken: goesUnseen,
    },
    restsOn: ({ on_file }) => (on_file?.version === undefined ? undefined : `on_file.${on_file.version}`),
    input,
    reasons: (record) => REASONS[remedyFor(record) ?? 'correct'],
    approvals: { required: 1, eligibleRoles: ['transfers/ADMIN'], expiresInS: 24 * 3600 },
    present: {
      title: say`Send again`,
      tone: 'danger',
      help: say`Books the return and sends the payment once more, with what was wrong corrected. It cannot be taken back: what goes out can only be returned.`,
    },
    offeredOn: cameBack,
    attributes: (record) => ({ amount: record.amount, rail: record.rail }),
    decide(record, correction, { now }) {
      if (!cameBack(record)) return refuse('not_returned', say`No bank has returned it.`)
      const { return: received, rail, resubmission, settled_at } = record
      if (record.state === 'return_dishonoured') {
        return refuse('return_dishonoured', say`Its return was dishonoured: it stands as settled.`)
      }
      if (record.sent_again_as !== undefined) {
        return refuse('sent_again', say`It was sent again already, as ${record.sent_again_as}.`)
      }
      if (settled_at === undefined) {
        return refuse('original_unknown', say`No payment of ours is known behind this return.`)
      }
      const remedy = remedyOf(rail, received.code)
      if (!remedy) return notSentAgain(record)
      if (rail === 'ach') {
        if ((resubmission?.attempt ?? 0) >= ATTEMPTS_MAX) {
          return refuse(
            'resubmissions_exhausted',
            say`It was sent again twice already; ACH allows no third time.`,
          )
        }
        const until = new Date(Date.parse(resubmission?.first_settled_at ?? settled_at) + WINDOW_MS)
        if (now > until) {
          return refuse(
            'window_closed',
            say`It could be sent again until ${until}, 180 days after it first settled.`,
          )
        }
      }
      const frozen = whileFrozen(record)
      if (frozen) return frozen
      return (
        faultOf(record, remedy, correction) ??
        whileListed(record) ??
        accept({
          id: record.id,
          gives: givenFields(correction),
          ...(record.on_file?.version === undefined ? {} : { on_file_version: record.on_file.version }),
          authorised_again: remedy === 'authorise',
        })
      )
    },
    preview(record, correction) {
      const { amount, originator, receiver, resubmission } = record
      const [from, to] = [shownName(originator), shownName(receiver)]
      const attempt = (resubmission?.attempt ?? 0) + 1
      const books = record.state === 'return_received'
      return {
        summary: draws(record)
          ? say`The debit of ${amount} goes out once more by ${railName(record.rail)}: ${from} draws it from ${to}.`
          : say`${amount} from ${from} to ${to} goes out once more by ${railName(record.rail)}.`,
        changes: [
          ...(books
            ? [{ label: say`Transfer`, before: stateTitle(record.state), after: stateTitle('returned') }]
            : []),
          ...correctionLines(record, corrected(record, correction), correction),
        ],
        warnings: [...replacedInWords(record, correction), ...comparedWithNone(record)],
        effects: [
          ...(books
            ? [say`The bank's return is booked: the ledger posts the exact reverse of what settling posted.`]
            : []),
          draws(record)
            ? say`A new debit of ${amount} leaves on the next banking day: the money comes from the receiver's account.`
            : say`A new transfer of ${amount} leaves on the next banking day.`,
          ...(record.rail === 'ach'
            ? [
                say`Its entry carries the description RETRY PYMT; it is attempt ${attempt} of ${ATTEMPTS_MAX} that ACH allows.`,
              ]
            : []),
        ],
      }
    },
    effect: deliverToCts(
      async ({ id, gives, on_file_version = 0, authorised_again }, { upstreams, input: asked, ...write }) => {
        const { key, targetVersion, signal } = write
        const given = (await asked()) as AccountCorrection
        const corrections = Object.fromEntries(
          gives.flatMap((field) => (given[field] === undefined ? [] : [[field, given[field]]])),
        )
        if (Object.values(corrections).some((value) => value.includes('••'))) {
          return {
            outcome: 'refused',
            code: 'input_erased',
            message: 'The account data to send it to were erased before it was sent.',
          }
        }
        return upstreams.cts.sendAgain(
          id,
          {
            on_file_version,
            ...(Object.keys(corrections).length > 0 ? { corrections } : {}),
            ...(authorised_again ? { authorised_again: true as const } : {}),
          },
          { key, ifMatch: targetVersion, signal },
        )
      },
    ),
  },
  [
    ...new Map(
      Object.values(REASONS).flatMap((each) => each.map((reason) => [reason.code, reason])),
    ).values(),
  ],
)

function remedyFor(record: Transfer): Remedy | undefined {
  return cameBack(record) ? remedyOf(record.rail, record.return.code) : undefined
}

/** What is on file of the account, and what is given over it. */
function corrected(record: Transfer, given: AccountCorrection): AccountCorrection {
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...record.on_file, ...Object.fromEntries(set) }
}

function notSentAgain({ rail, return: received }: ReturnedTransfer) {
  const title = returnReason(rail, received.code)?.title
  return title === undefined
    ? refuse('not_sent_again', say`What comes back for ${received.code} is not sent again.`)
    : refuse(
        'not_sent_again',
        say`What comes back for ${received.code} (${title}) is not sent again: nothing that can be corrected here is behind it.`,
      )
}

function givenFields(given: AccountCorrection): AccountField[] {
  return ACCOUNT_FIELDS.filter((field) => given[field] !== undefined)
}

/** A debit takes money from its receiver; who is called so pays. */
function draws({ side }: Transfer): boolean {
  return side === 'debit'
}

/** Where the money goes instead, or comes from, by the word of whoever asks: no bank has said so. */
function replacedInWords(record: Transfer, given: AccountCorrection): Said[] {
  const fields = correctedFields(record, given)
  const account = fields.includes('account') ? redacted(given.account ?? '', 'account') : undefined
  const name = fields.includes('name') ? redacted(given.name ?? '', 'name') : undefined
  if (account !== undefined && name !== undefined) {
    return [
      draws(record)
        ? say`It is drawn from another account (${account}), in another name (${name}), than the debit that came back. No bank has said so: it is the word of whoever asks for this.`
        : say`It goes to another account (${account}), in another name (${name}), than the payment that came back. No bank has said so: it is the word of whoever asks for this.`,
    ]
  }
  if (account !== undefined) {
    return [
      draws(record)
        ? say`It is drawn from another account (${account}) than the debit that came back. No bank has said so: it is the word of whoever asks for this.`
        : say`It goes to another account (${account}) than the payment that came back. No bank has said so: it is the word of whoever asks for this.`,
    ]
  }
  if (name !== undefined) {
    return [
      say`It goes out in another name (${name}) than the payment that came back. No bank has said so: it is the word of whoever asks for this.`,
    ]
  }
  if (!fields.includes('routing_number')) return []
  const bank = given.routing_number ?? ''
  return [
    draws(record)
      ? say`It is drawn from another bank (${bank}) than the debit that came back. No bank has said so: it is the word of whoever asks for this.`
      : say`It goes to another bank (${bank}) than the payment that came back. No bank has said so: it is the word of whoever asks for this.`,
  ]
}

function comparedWithNone({ listedName }: NamedReceiver): Said[] {
  return listedName?.lists.length === 0
    ? [say`No sanctions list is in force here: the corrected name was compared with none.`]
    : []
}

/** All that is wrong with what was given, each by its field. */
function faultOf(record: ReturnedTransfer, remedy: Remedy, given: AccountCorrection) {
  const { rail } = record
  const fields = givenFields(given)
  if (remedy !== 'correct' && fields.length > 0) {
    return refuseFields(
      fields.map((field) => ({
        field: `input.${field}`,
        message: say`must be left empty: it came back for ${record.return.code}, so nothing was wrong with the account`,
      })),
    )
  }
  const wrong = [
    ...railFaults(record, given),
    ...(given.routing_number !== undefined && !isRoutingNumber(rail, given.routing_number)
      ? [
          {
            field: 'input.routing_number',
            message:
              rail === 'ach'
                ? say`must be a routing number of nine digits whose last is its check digit`
                : say`must be a BIC of eight or eleven characters`,
          },
        ]
      : []),
    ...(given.account_type !== undefined && rail !== 'ach'
      ? [{ field: 'input.account_type', message: say`is for ACH alone` }]
      : []),
  ]
  if (wrong.length > 0) return refuseFields(wrong)
  if (remedy === 'correct' && correctedFields(record, corrected(record, given)).length === 0) {
    return refuseField(
      'input.account',
      say`something must be corrected: it came back for ${record.return.code}`,
    )
  }
  return undefined
}
