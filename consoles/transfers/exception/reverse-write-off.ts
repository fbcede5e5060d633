import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import type { ReconException } from './exception.ts'
import { type AcceptedChange, atRecon } from './exception-change.ts'
import { exception } from './exception-entity.ts'
import { exceptionTitle } from './exception-title.ts'
import { WRITE_OFF } from './write-off-limit.ts'

/** What was written off is open again, and the Ledger posts the reverse. */
export const reverseWriteOff = defineAction<ReconException, z.ZodObject, AcceptedChange, Upstreams>({
  name: 'transfers.reverse_write_off',
  risk: 'high',
  movesMoney: true,
  target: { ...exception, list: undefined },
  input: z.object({}),
  reasons: [
    { code: 'partner_found', title: say`Its partner was found` },
    { code: 'wrong_account', title: say`It was posted to the wrong account` },
    OTHER,
  ],
  approvals: { required: 1, eligibleRoles: ['transfers/ADMIN'], expiresInS: 24 * 3600 },
  present: {
    title: say`Reverse write-off`,
    tone: 'danger',
    help: say`The Ledger posts the reverse; the exception is open again.`,
  },
  inverse: WRITE_OFF,
  offeredOn: ({ state }) => state === 'written_off',
  attributes: ({ amount }) => ({ amount, scope: amount.currency }),
  decide(record, _input, { actor, reason }) {
    if (record.state !== 'written_off') {
      return refuse('not_written_off', say`It is not written off; there is nothing to reverse.`)
    }
    return accept({
      id: record.id,
      change: { verb: 'reverse-write-off', by: actor.id, reason: reason?.code ?? OTHER.code },
    })
  },
  preview: (record) => ({
    subject: exceptionTitle(record),
    summary: say`The write-off of ${record.amount} is reversed.`,
    changes: [{ label: say`Exception`, before: say`written off`, after: say`open` }],
    effects: [
      record.write_off
        ? say`The Ledger posts the exact reverse of ${record.write_off.posting_id}: ${record.amount} leaves ${record.write_off.account_name}.`
        : say`The Ledger posts the exact reverse of the write-off.`,
      say`It is back in the queue, with the time that it had.`,
    ],
  }),
  effect: atRecon,
})
