import {
  accept,
  defineAction,
  OTHER,
  type Refusal,
  refuse,
  refuseField,
} from '@countersign/kernel/actions/define-action.ts'
import type { EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { moneyFromWire, moneyToWire, type WireMoney, wireMoney } from '@countersign/kernel/money/money.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import type { ReconException } from './exception.ts'
import { type AcceptedChange, atRecon, unlessOpen } from './exception-change.ts'
import { exception } from './exception-entity.ts'
import type { Partner } from './partner.ts'
import { readException } from './read-exception.ts'

const PARTS_MAX = 20

const input = z.object({
  parts: z
    .array(
      z.strictObject({
        id: entityId.meta({ title: 'Transfer or posting' }),
        amount: wireMoney.optional().meta({
          title: 'Amount',
          description: 'How much of the line is of it; left out of one of them: all that the others leave.',
        }),
      }),
    )
    .min(1, written(say`must name at least one transfer or posting`))
    .max(PARTS_MAX, written(say`at most ${PARTS_MAX} at once`))
    .refine(
      (parts) => new Set(parts.map(({ id }) => id)).size === parts.length,
      written(say`must name each of them once`),
    )
    .meta({ title: 'Assigned to' }),
})
type Input = z.output<typeof input>

/** An exception, and those it is to be assigned to as they are at this moment. */
const assignable: EntityType<ReconException, Upstreams> = {
  ...exception,
  list: undefined,
  read: (id, { recon }, context) => {
    const named = input.safeParse(context.input).data?.parts.map((part) => part.id)
    return readException(id, recon, context, named)
  },
}

/** The line of a statement is the line of these transfers or postings; what they leave over stays open as an exception of its own. */
export const assignException = defineAction<ReconException, typeof input, AcceptedChange, Upstreams>({
  name: 'transfers.assign_exception',
  risk: 'medium',
  movesMoney: false,
  target: assignable,
  input,
  reasons: [
    { code: 'same_payment', title: say`It is the same payment` },
    { code: 'booked_together', title: say`The bank booked several as one` },
    { code: 'booked_in_parts', title: say`The bank booked one in several` },
    { code: 'less_charges', title: say`It came less the bank’s charges` },
    { code: 'confirmed', title: say`Customer or bank confirm it`, noteRequired: true },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
  present: {
    title: say`Assign unmatched`,
    tone: 'neutral',
    help: say`Binds the line to one or several transfers or postings; what is left over stays open.`,
  },
  inverse: 'transfers.unassign_exception',
  offeredOn: ({ state }) => state === 'open',
  decide(record, { parts }: Partial<Input>, { actor, reason }) {
    if (record.kind === 'posting') {
      return refuse(
        'posting_not_assigned',
        say`A posting is not assigned by itself: open the statement line that is its partner, and assign that to it.`,
      )
    }
    const refused = unlessOpen(record)
    if (refused) return refused
    if (parts === undefined) return refuseField('input.parts', say`what it is assigned to is missing`)
    const shares = sharesOf(record, parts)
    if ('decision' in shares) return shares
    for (const [index, share] of shares.entries()) {
      const fault = faultOf(record, share, index)
      if (fault) return fault
    }
    return accept({
      id: record.id,
      change: { verb: 'assign', parts: shares, by: actor.id, reason: reason?.code ?? OTHER.code },
    })
  },
  preview(record, { parts }) {
    const shares = sharesOf(record, parts)
    if ('decision' in shares) return { summary: shares.message, changes: [], effects: [] }
    const left = leftOver(record, shares)
    return {
      summary: say`${sumOf(record, shares)} of ${record.amount} is assigned to ${shares.map(({ id }) => id)}.`,
      changes: [
        { label: say`Exception`, before: say`open`, after: say`assigned` },
        ...shares.map(({ id, amount }) => {
          const open = named(record, id)?.open ?? amount
          return {
            label: say`Open of ${id}`,
            before: say`${open}`,
            after: say`${lessBy(open, amount)}`,
          }
        }),
      ],
      effects: [
        ...(left === undefined
          ? [say`Nothing is left over.`]
          : [say`${left} is left over and stays open as an exception of its own.`]),
        say`It leaves the queue when Recon confirms it.`,
      ],
    }
  },
  recorded: ({ change }) => ({
    parts:
      change.verb === 'assign' ? change.parts.map(({ id, amount }) => ({ id, amount: { ...amount } })) : [],
  }),
  effect: atRecon,
})

type Share = { readonly id: string; readonly amount: WireMoney }

/** How much of the line each of them gets, or why that cannot be. */
function sharesOf(record: ReconException, parts: Input['parts']): Share[] | Refusal {
  const whole = moneyFromWire(record.amount)
  let left = whole.minor
  const without = parts.filter(({ amount }) => amount === undefined)
  for (const [index, { amount }] of parts.entries()) {
    if (amount === undefined) {
      if (without.length === 1) continue
      return refuseField(
        `input.parts.${index}.amount`,
        say`is missing; it may be left out of one of them only`,
      )
    }
    if (amount.currency !== record.amount.currency) {
      return refuseField(
        `input.parts.${index}.amount`,
        say`is in ${amount.currency}, and the line in ${record.amount.currency}`,
        [record.amount.currency],
      )
    }
    const { minor } = moneyFromWire(amount)
    if (minor <= 0n) return refuseField(`input.parts.${index}.amount`, say`must be more than nothing`)
    left -= minor
  }
  if (left < 0n) {
    const over = moneyToWire({ minor: -left, currency: whole.currency })
    return refuseField('input.parts', say`come to ${over} more than the line, which is ${record.amount}`)
  }
  if (left === 0n && without.length > 0) {
    const index = parts.findIndex(({ amount }) => amount === undefined)
    return refuseField(`input.parts.${index}`, say`gets nothing: the others come to the whole line`)
  }
  const rest = moneyToWire({ minor: left, currency: whole.currency })
  return parts.map(({ id, amount }) => ({ id, amount: amount ?? rest }))
}

/** Why the line cannot be assigned so to this one of them. */
function faultOf(record: ReconException, { id, amount }: Share, index: number): Refusal | undefined {
  const partner = named(record, id)
  if (!partner) {
    return refuseField(
      `input.parts.${index}.id`,
      say`names nothing that was posted and that a statement would show`,
    )
  }
  if (partner.open.currency !== record.amount.currency) {
    return refuseField(
      `input.parts.${index}.id`,
      say`is in ${partner.open.currency}, and the line in ${record.amount.currency}`,
    )
  }
  if (record.side !== undefined && partner.side !== record.side) {
    return refuseField(
      `input.parts.${index}.id`,
      record.side === 'credit'
        ? say`is money that went out, and on the line it came in`
        : say`is money that came in, and on the line it went out`,
    )
  }
  if (moneyFromWire(partner.open).minor >= moneyFromWire(amount).minor) return undefined
  const [last] = partner.bound
  return refuse(
    'partner_taken',
    last === undefined
      ? say`${id} has ${partner.open} open, and ${amount} would be assigned to it.`
      : say`${id} has ${partner.open} open: ${last.amount} of it was assigned to ${last.exception_id} by ${last.by}, ${new Date(last.at)}.`,
  )
}

function named(record: ReconException, id: string): Partner | undefined {
  return record.partners?.find((partner) => partner.id === id || partner.posting_id === id)
}

function sumOf(record: ReconException, shares: readonly Share[]): WireMoney {
  const minor = shares.reduce((sum, { amount }) => sum + moneyFromWire(amount).minor, 0n)
  return moneyToWire({ minor, currency: record.amount.currency })
}

function leftOver(record: ReconException, shares: readonly Share[]): WireMoney | undefined {
  const left = lessBy(record.amount, sumOf(record, shares))
  return moneyFromWire(left).minor === 0n ? undefined : left
}

function lessBy(amount: WireMoney, by: WireMoney): WireMoney {
  return moneyToWire({
    minor: moneyFromWire(amount).minor - moneyFromWire(by).minor,
    currency: amount.currency,
  })
}
