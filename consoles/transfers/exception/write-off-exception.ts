import {
  accept,
  defineAction,
  OTHER,
  refuse,
  refuseField,
} from '@countersign/kernel/actions/define-action.ts'
import { type Said, say } from '@countersign/kernel/languages/say.ts'
import { moneyFromWire } from '@countersign/kernel/money/money.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { candidateInWords } from './candidate-in-words.ts'
import { comesTo } from './comes-to.ts'
import type { ReconException } from './exception.ts'
import { type AcceptedChange, atRecon, unlessOpen } from './exception-change.ts'
import { exception } from './exception-entity.ts'
import { exceptionTitle } from './exception-title.ts'
import { WRITE_OFF_ACCOUNT_TITLES, WRITE_OFF_ACCOUNTS } from './write-off-accounts.ts'
import { SUMS_OF_WRITE_OFFS, WRITE_OFF } from './write-off-limit.ts'

/** More than this is for the page of the line. */
const CANDIDATES_NAMED_MAX = 3

const input = z.object({
  account: z
    .enum(WRITE_OFF_ACCOUNTS)
    .meta({ title: 'Write-off account', description: 'Where the Ledger posts the difference.' }),
})

/** Nobody looks for the partner of a small difference any more; two people say so, and the Ledger posts it. */
export const writeOffException = defineAction<ReconException, typeof input, AcceptedChange, Upstreams>({
  name: WRITE_OFF,
  risk: 'high',
  movesMoney: true,
  target: { ...exception, list: undefined },
  input,
  reasons: [
    { code: 'bank_charge', title: say`The bank kept a charge` },
    { code: 'rounding', title: say`A difference of rounding` },
    { code: 'below_cost', title: say`To find it costs more than it is` },
    OTHER,
  ],
  approvals: { required: 1, eligibleRoles: ['transfers/ADMIN'], expiresInS: 24 * 3600 },
  approvalsWhere: SUMS_OF_WRITE_OFFS,
  excludes: ['transfers.assign_exception', 'transfers.assign_best_candidate'],
  present: {
    title: say`Write off`,
    tone: 'danger',
    help: say`The Ledger posts the difference; nobody looks for its partner any more.`,
  },
  inverse: 'transfers.reverse_write_off',
  offeredOn: ({ state }) => state === 'open',
  // A rule about one currency names it as the scope, so that it leaves the others alone.
  attributes: ({ amount }) => ({ amount, scope: amount.currency }),
  decide(record, { account }: Partial<z.output<typeof input>>, { actor, reason }) {
    const refused = unlessOpen(record)
    if (refused) return refused
    const { amount, write_off_limit: limit } = record
    if (limit === undefined) {
      return refuse(
        'no_write_off_limit',
        say`Nothing in ${amount.currency} is written off: no limit is set for it in the approval rules.`,
      )
    }
    if (moneyFromWire(amount).minor > moneyFromWire(limit).minor) {
      return refuse('over_write_off_limit', say`At most ${limit} is written off; this is ${amount}.`)
    }
    if (account === undefined) {
      return refuseField(
        'input.account',
        say`the account that it is posted to is missing`,
        WRITE_OFF_ACCOUNTS,
      )
    }
    return accept({
      id: record.id,
      change: { verb: 'write-off', account, by: actor.id, reason: reason?.code ?? OTHER.code },
    })
  },
  preview: (record, { account }, { reason }) => ({
    subject: exceptionTitle(record),
    summary: say`${record.amount} is written off to ${WRITE_OFF_ACCOUNT_TITLES[account]}.`,
    changes: [{ label: say`Exception`, before: say`open`, after: say`written off` }],
    effects: [
      whatItIs(record),
      ...leftOverOf(record),
      // As the bank's statement has it: what came in and nobody claims is a gain.
      (record.side === 'credit') === (record.kind === 'statement_line')
        ? say`The Ledger debits the bank account and credits ${WRITE_OFF_ACCOUNT_TITLES[account]} with ${record.amount}.`
        : say`The Ledger credits the bank account and debits ${WRITE_OFF_ACCOUNT_TITLES[account]} with ${record.amount}.`,
      ...(record.write_off_limit
        ? [say`At most ${record.write_off_limit} may be written off of one exception.`]
        : []),
      say`It leaves the queue when Recon confirms it.`,
    ],
    ...withWarnings([
      ...(reason?.code === 'bank_charge' && record.kind === 'statement_line' && record.side === 'credit'
        ? [say`This line brought money in, and a charge takes it out.`]
        : []),
      ...record.candidates
        .filter((candidate) => comesTo(candidate, record))
        .slice(0, CANDIDATES_NAMED_MAX)
        .map((candidate) => say`${candidate.id} may be its partner: ${candidateInWords(candidate)}.`),
    ]),
  }),
  effect: atRecon,
})

/** What stands on the statement, or does not: whoever agrees has not had it before them. */
function whatItIs({ kind, side, amount, date, reference }: ReconException): Said {
  if (kind === 'posting') return say`The books have ${amount} of ${date}, and no statement has shown it.`
  const called = reference === '' ? undefined : reference
  if (side === 'debit') {
    return called === undefined
      ? say`On ${date} the bank’s statement has ${amount} going out, without a reference.`
      : say`On ${date} the bank’s statement has ${amount} going out, with the reference ${called}.`
  }
  return called === undefined
    ? say`On ${date} the bank’s statement has ${amount} coming in, without a reference.`
    : say`On ${date} the bank’s statement has ${amount} coming in, with the reference ${called}.`
}

/** Of which line it is the rest, and what was made of that by whom: the limit is looked at with that in mind. */
function leftOverOf({ origin }: ReconException): Said[] {
  if (origin === undefined) return []
  return [
    say`It is what is left over of ${origin.id}, a line of ${origin.amount}.`,
    ...origin.assigned.map(
      ({ id, amount, by, at }) =>
        say`${amount} of that line was assigned to ${id} by ${by}, ${new Date(at)}.`,
    ),
  ]
}

function withWarnings(warnings: readonly Said[]): { readonly warnings?: readonly Said[] } {
  return warnings.length === 0 ? {} : { warnings }
}
