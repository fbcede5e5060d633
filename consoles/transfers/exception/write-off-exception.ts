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
import type { ReconException } from './exception.ts'
import { type AcceptedChange, atRecon, unlessOpen } from './exception-change.ts'
import { exception } from './exception-entity.ts'
import { WRITE_OFF } from './write-off-limit.ts'

const ACCOUNTS = ['bank_charges', 'rounding', 'unexplained'] as const
const ACCOUNT_TITLES: Readonly<Record<(typeof ACCOUNTS)[number], Said>> = {
  bank_charges: say`bank charges`,
  rounding: say`rounding differences`,
  unexplained: say`unexplained differences`,
}

const input = z.object({
  account: z
    .enum(ACCOUNTS)
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
      return refuseField('input.account', say`the account that it is posted to is missing`, ACCOUNTS)
    }
    return accept({
      id: record.id,
      change: { verb: 'write-off', account, by: actor.id, reason: reason?.code ?? OTHER.code },
    })
  },
  preview: (record, { account }) => ({
    summary: say`${record.amount} is written off to ${ACCOUNT_TITLES[account]}.`,
    changes: [{ label: say`Exception`, before: say`open`, after: say`written off` }],
    effects: [
      // As the bank's statement has it: what came in and nobody claims is a gain.
      (record.side === 'credit') === (record.kind === 'statement_line')
        ? say`The Ledger debits the bank account and credits ${ACCOUNT_TITLES[account]} with ${record.amount}.`
        : say`The Ledger credits the bank account and debits ${ACCOUNT_TITLES[account]} with ${record.amount}.`,
      ...(record.write_off_limit
        ? [say`At most ${record.write_off_limit} may be written off of one exception.`]
        : []),
      say`It leaves the queue when Recon confirms it.`,
    ],
  }),
  effect: atRecon,
})
