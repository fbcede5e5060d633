import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import type { WireMoney } from '@countersign/kernel/money/money.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import type { ReconException } from './exception.ts'
import { type AcceptedChange, atRecon } from './exception-change.ts'
import { exception } from './exception-entity.ts'
import { exceptionTitle } from './exception-title.ts'

type Accepted = AcceptedChange & {
  /** What it was assigned to: what assigning it again begins with. */
  readonly parts: readonly { readonly id: string; readonly amount: WireMoney }[]
}

/** An assignment was wrong: the line, what it was bound to and what was left over are as they were before it. */
export const unassignException = defineAction<ReconException, z.ZodObject, Accepted, Upstreams>({
  name: 'transfers.unassign_exception',
  risk: 'medium',
  movesMoney: false,
  target: { ...exception, list: undefined },
  input: z.object({}),
  reasons: [
    { code: 'wrong_partner', title: say`It belongs to another` },
    { code: 'wrong_amount', title: say`The parts were wrong` },
    { code: 'bank_corrected', title: say`The bank corrected the line` },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
  present: {
    title: say`Take assignment back`,
    tone: 'danger',
    help: say`The line is open again, and so is what it was assigned to.`,
  },
  inverse: 'transfers.assign_exception',
  inverseInput: ({ parts }) => ({ parts: parts.map(({ id, amount }) => ({ id, amount: { ...amount } })) }),
  offeredOn: ({ state, parts }) => state === 'assigned' && parts !== undefined,
  decide(record, _input, { actor, reason }) {
    if (record.state !== 'assigned' || record.parts === undefined) {
      return refuse('not_assigned', say`Nobody has assigned it; there is nothing to take back.`)
    }
    const left = record.residual
    if (left && left.state !== 'open') {
      return refuse(
        'residual_not_open',
        left.state === 'written_off'
          ? say`What was left over, ${left.id}, is written off: take that back first.`
          : say`What was left over, ${left.id}, is assigned: take that back first.`,
      )
    }
    return accept({
      id: record.id,
      change: { verb: 'unassign', by: actor.id, reason: reason?.code ?? OTHER.code },
      parts: record.parts.map(({ id, amount }) => ({ id, amount })),
    })
  },
  preview: (record) => ({
    subject: exceptionTitle(record),
    summary: say`The line of ${record.amount} is open again.`,
    changes: [
      { label: say`Exception`, before: say`assigned`, after: say`open` },
      ...(record.parts ?? []).map(({ id, amount }) => ({
        label: say`Assigned to ${id}`,
        before: say`${amount}`,
      })),
    ],
    effects: [
      ...(record.residual
        ? [
            say`What was left over, ${record.residual.id} with ${record.residual.amount}, is withdrawn: the line is whole again.`,
          ]
        : []),
      say`It is back in the queue, with the time that it had.`,
    ],
  }),
  recorded: ({ parts }) => ({ parts: parts.map(({ id, amount }) => ({ id, amount: { ...amount } })) }),
  effect: atRecon,
})
