import { accept, defineAction, refuse, refuseField } from '@countersign/kernel/actions/define-action.ts'
import { type Said, say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { achReasonsOf } from '../reason-codes/reason-codes.ts'
import type { Upstreams } from '../upstreams.ts'
import { deliverToCts } from './deliver-to-cts.ts'
import { fromTo } from './from-to.ts'
import { cameBack } from './returned-transfer.ts'
import { stateTitle } from './state-title.ts'
import type { Transfer } from './transfer.ts'
import { transfer } from './transfer-entity.ts'
import { whileFrozen } from './while-frozen.ts'

/** Nacha Operating Rules, Appendix Four: what a dishonour with R69 names, in the order of its codes 01 to 07. */
const FIELDS = {
  account: say`account number`,
  original_trace: say`original trace number`,
  amount: say`amount`,
  individual_id: say`identification of the receiver`,
  transaction_code: say`transaction code`,
  company_id: say`identification of the company`,
  effective_date: say`effective date`,
} as const satisfies Readonly<Record<string, Said>>
type Field = keyof typeof FIELDS
const FIELD_NAMES = Object.keys(FIELDS) as [Field, ...Field[]]

const input = z.object({
  incorrect_field: z
    .enum(FIELD_NAMES)
    .optional()
    .meta({ title: 'What is wrong in the return', description: 'With R69 alone.' }),
})

const EVERY_REASON = achReasonsOf('dishonour')

type Accepted = { readonly id: string; readonly code: string; readonly incorrect_field?: Field }

/** A bank's return of an ACH entry of ours goes back to it: the entry stands, unless the bank contests that. */
export const dishonourReturn = defineAction<Transfer, typeof input, Accepted, Upstreams>(
  {
    name: 'transfers.dishonour_return',
    risk: 'high',
    movesMoney: true,
    target: transfer,
    input,
    reasons: (record) => EVERY_REASON.filter(({ code }) => fitsHistory(code, record)),
    approvals: { required: 1, eligibleRoles: ['transfers/ADMIN'], expiresInS: 24 * 3600 },
    excludes: ['transfers.send_again'],
    present: {
      title: say`Dishonour return`,
      tone: 'danger',
      help: say`Sends the bank's return back to it, within five banking days. It cannot be taken back; the bank can contest it.`,
    },
    offeredOn: cameBack,
    attributes: (record) => ({ amount: record.amount, rail: record.rail }),
    decide(record, { incorrect_field }, { now, reason }) {
      if (!cameBack(record)) return refuse('not_returned', say`No bank has returned it.`)
      if (record.rail !== 'ach') {
        return refuse(
          'return_final',
          say`Only ACH knows dishonours. The return of a credit transfer is final; the payment can be sent again.`,
        )
      }
      const { return: received } = record
      if (received.contest !== undefined) {
        return refuse(
          'contested',
          say`The bank contested a dishonour of this return: ACH knows nothing after that.`,
        )
      }
      if (received.dishonour !== undefined) {
        return refuse('dishonoured', say`It was dishonoured already, for ${received.dishonour.code}.`)
      }
      if (record.sent_again_as !== undefined) {
        return refuse('sent_again', say`It was sent again already, as ${record.sent_again_as}.`)
      }
      const until = received.dishonour_by === undefined ? undefined : new Date(received.dishonour_by)
      if (until !== undefined && now > until) {
        return refuse(
          'dishonour_window_closed',
          say`It could be dishonoured until ${until}, five banking days after the return settled.`,
        )
      }
      const frozen = whileFrozen(record)
      if (frozen) return frozen
      if (reason && (reason.code === 'R69') !== (incorrect_field !== undefined)) {
        return reason.code === 'R69'
          ? refuseField('input.incorrect_field', say`is required with R69`, FIELD_NAMES)
          : refuseField('input.incorrect_field', say`goes with R69 alone`, [])
      }
      return accept({
        id: record.id,
        code: reason?.code ?? 'R61',
        ...(incorrect_field === undefined ? {} : { incorrect_field }),
      })
    },
    preview(record, { incorrect_field }, { reason }) {
      const { amount } = record
      const [from, to] = fromTo(record)
      const received = cameBack(record) ? record.return : undefined
      return {
        summary: say`The bank's return of ${amount} from ${from} to ${to} is sent back to it: the payment stands.`,
        changes: [
          { label: say`Transfer`, before: stateTitle(record.state), after: stateTitle('return_dishonoured') },
        ],
        effects: [
          ...(incorrect_field === undefined
            ? []
            : [say`The bank is told what is wrong in its return: the ${FIELDS[incorrect_field]}.`]),
          record.state === 'returned'
            ? say`The ledger posts the exact reverse of the return: ${amount}.`
            : say`The return was not booked, so the ledger posts nothing.`,
          ...(received?.dishonour_by === undefined
            ? []
            : [say`It can be dishonoured until ${new Date(received.dishonour_by)}.`]),
          say`The bank can contest it within two banking days; the return is then back in the queue, and stands.`,
        ],
        ...(reason?.code === 'R68' && received?.due_by !== undefined
          ? {
              warnings: [
                say`The bank had to send it by ${new Date(received.due_by)}; it came ${new Date(received.received_at)}.`,
              ],
            }
          : {}),
      }
    },
    effect: deliverToCts(({ id, ...request }, { upstreams, key, targetVersion, signal }) =>
      upstreams.cts.dishonourReturn(id, request, { key, ifMatch: targetVersion, signal }),
    ),
  },
  EVERY_REASON,
)

/** Whether what is known of a return bears that code out. */
function fitsHistory(code: string, record: Transfer): boolean {
  if (!cameBack(record)) return false
  const { return: received, side } = record
  switch (code) {
    case 'R62':
      return side === 'debit'
    case 'R67':
      return received.original_transfer_id !== undefined
    case 'R68':
      return received.due_by !== undefined && new Date(received.received_at) > new Date(received.due_by)
    case 'R70':
      return received.code === 'R06' || received.code === 'R31'
    default:
      return true
  }
}
