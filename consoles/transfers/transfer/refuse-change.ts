import { accept, defineAction, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { changeRefusals } from '../reason-codes/reason-codes.ts'
import type { Upstreams } from '../upstreams.ts'
import { changeWaits, wasCorrected } from './change-waits.ts'
import { deliverToCts } from './deliver-to-cts.ts'
import type { Transfer } from './transfer.ts'
import { transfer } from './transfer-entity.ts'

/** A notification of change that is wrong itself goes back to the bank that sent it. */
export const refuseChange = defineAction<
  Transfer,
  z.ZodObject,
  { readonly id: string; readonly code: string },
  Upstreams
>({
  name: 'transfers.refuse_change',
  risk: 'medium',
  movesMoney: false,
  target: transfer,
  input: z.object({}),
  reasons: changeRefusals(),
  approvals: { required: 1, eligibleRoles: ['transfers/ADMIN'], expiresInS: 24 * 3600 },
  excludes: ['transfers.answer_change'],
  present: {
    title: say`Refuse notification`,
    tone: 'danger',
    help: say`Sends a notification of change back to the bank, within fifteen days. It cannot be taken back; the bank can send a corrected one.`,
  },
  offeredOn: wasCorrected,
  attributes: (record) => ({ rail: record.rail }),
  decide(record, _input, { now, reason }) {
    const refused = changeWaits(record)
    if (refused) return refused
    const until = record.change?.refuse_by === undefined ? undefined : new Date(record.change.refuse_by)
    if (until !== undefined && now > until) {
      return refuse(
        'refusal_window_closed',
        say`It could be refused until ${until}, fifteen days after it came. The account can be corrected.`,
      )
    }
    return accept({ id: record.id, code: reason?.code ?? 'C61' })
  },
  preview: ({ change }) => ({
    summary: say`The notification of change ${change?.code ?? '–'} is sent back to the bank: nothing is corrected.`,
    changes: [{ label: say`Notification`, before: say`waits`, after: say`refused` }],
    effects: [
      ...(change?.refuse_by === undefined
        ? []
        : [say`It can be refused until ${new Date(change.refuse_by)}.`]),
      say`Its item leaves the queue.`,
    ],
  }),
  effect: deliverToCts(({ id, code }, { upstreams, key, targetVersion, signal }) =>
    upstreams.cts.answerChange(id, { answer: 'refuse', code }, { key, ifMatch: targetVersion, signal }),
  ),
})
