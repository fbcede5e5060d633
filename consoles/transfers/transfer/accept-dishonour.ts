import { accept, defineAction, OTHER } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { deliverToCts } from './deliver-to-cts.ts'
import { dishonourWaits } from './dishonour-waits.ts'
import { fromTo } from './from-to.ts'
import { wasDishonoured } from './returned-transfer.ts'
import { stateTitle } from './state-title.ts'
import type { Transfer } from './transfer.ts'
import { transfer } from './transfer-entity.ts'
import { whileFrozen } from './while-frozen.ts'

/** Its bank is right: an entry that we sent back stands after all. */
export const acceptDishonour = defineAction<Transfer, z.ZodObject, { readonly id: string }, Upstreams>({
  name: 'transfers.accept_dishonour',
  risk: 'high',
  movesMoney: true,
  target: transfer,
  input: z.object({}),
  reasons: [
    { code: 'bank_is_right', title: say`The bank is right` },
    { code: 'too_late_to_contest', title: say`It is too late to contest it` },
    OTHER,
  ],
  approvals: { required: 1, eligibleRoles: ['transfers/ADMIN'], expiresInS: 24 * 3600 },
  excludes: ['transfers.contest_dishonour'],
  present: {
    title: say`Accept dishonour`,
    tone: 'danger',
    help: say`The entry that was sent back stands after all. It cannot be taken back: an entry is sent back once.`,
  },
  offeredOn: wasDishonoured,
  attributes: (record) => ({ amount: record.amount, rail: record.rail }),
  decide: (record) => dishonourWaits(record) ?? whileFrozen(record) ?? accept({ id: record.id }),
  preview(record) {
    const { amount } = record
    const [from, to] = fromTo(record)
    return {
      summary: say`The dishonour is accepted: ${amount} from ${from} to ${to} stands after all.`,
      changes: [
        { label: say`Transfer`, before: stateTitle(record.state), after: stateTitle('return_dishonoured') },
      ],
      effects: [say`The ledger posts the exact reverse of the return: ${amount}.`],
    }
  },
  effect: deliverToCts(({ id }, { upstreams, key, targetVersion, signal }) =>
    upstreams.cts.acceptDishonour(id, { key, ifMatch: targetVersion, signal }),
  ),
})
