import { createHash } from 'node:crypto'
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
import { moneyFromWire, wireMoney } from '@countersign/kernel/money/money.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import type { ReconException } from './exception.ts'
import { type AcceptedChange, atRecon, unlessOpen } from './exception-change.ts'
import { exception } from './exception-entity.ts'
import { exceptionTitle } from './exception-title.ts'
import { partnerNamed } from './partner.ts'
import { readException } from './read-exception.ts'
import { leftOver, lessBy, type Share, sharesOf, sumOf } from './shares-of.ts'
import { type UnlikeShare, unlikeShares } from './unlike-shares.ts'

const PARTS_MAX = 20
/** What an assignment for which nothing speaks is about, where the approval rules ask. */
const UNLIKE = 'unlike partner'

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

/** With those for which nothing spoke. */
type Accepted = AcceptedChange & { readonly unlike: readonly string[] }

/** With those of what it is to be assigned to for which nothing speaks now. */
type Assignable = ReconException & { readonly unlike?: readonly string[] }

/** An exception, and those it is to be assigned to as they are at this moment. */
const assignable: EntityType<Assignable, Upstreams> = {
  ...exception,
  list: undefined,
  async read(id, { recon }, context) {
    const parts = input.safeParse(context.input).data?.parts
    const reading = await readException(
      id,
      recon,
      context,
      parts?.map((part) => part.id),
    )
    if (reading.status !== 'found' || parts === undefined) return reading
    const shares = sharesOf(reading.state, parts)
    if ('decision' in shares) return reading
    const unlike = unlikeShares(reading.state, shares).map((share) => share.id)
    return { ...reading, state: { ...reading.state, unlike } }
  },
}

/** The line of a statement is the line of these transfers or postings; what they leave over stays open as an exception of its own. */
export const assignException = defineAction<Assignable, typeof input, Accepted, Upstreams>({
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
  approvalsWhere: [
    {
      when: { scope: UNLIKE },
      scopeTitle: say`a partner that is unlike it`,
      required: 1,
      eligibleRoles: ['transfers/ADMIN'],
    },
  ],
  present: {
    title: say`Assign unmatched`,
    tone: 'neutral',
    help: say`Binds the line to one or several transfers or postings; what is left over stays open.`,
  },
  inverse: 'transfers.unassign_exception',
  // What Recon proposes moves without the line itself: whoever agrees is told, and is no forger.
  restsOn: ({ unlike = [] }) =>
    unlike.length === 0
      ? undefined
      : `unlike.${createHash('sha256').update(unlike.toSorted().join()).digest('hex').slice(0, 16)}`,
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
      const fault = faultOf(record, share, index) ?? namedBefore(record, shares, index)
      if (fault) return fault
    }
    return accept({
      id: record.id,
      unlike: unlikeShares(record, shares).map(({ id }) => id),
      change: { verb: 'assign', parts: shares, by: actor.id, reason: reason?.code ?? OTHER.code },
    })
  },
  preview(record, { parts }) {
    const shares = sharesOf(record, parts)
    if ('decision' in shares) return { summary: shares.message, changes: [], effects: [] }
    const left = leftOver(record, shares)
    const unlike = unlikeShares(record, shares)
    const kept = shares.flatMap(({ id, amount }) => {
      const rest = lessBy(partnerNamed(record, id)?.open ?? amount, amount)
      return moneyFromWire(rest).minor === 0n ? [] : [{ id, rest }]
    })
    return {
      subject: exceptionTitle(record),
      summary: say`${sumOf(record, shares)} of ${record.amount} is assigned to ${shares.map(({ id }) => id)}.`,
      changes: [
        { label: say`Exception`, before: say`open`, after: say`assigned` },
        ...shares.map(({ id, amount }) => {
          const open = partnerNamed(record, id)?.open ?? amount
          return {
            label: say`Open of ${id}`,
            before: say`${open}`,
            after: say`${lessBy(open, amount)}`,
          }
        }),
      ],
      effects: [
        left === undefined
          ? kept.length === 0
            ? say`Nothing is left over.`
            : say`Nothing of the line is left over.`
          : say`${left} is left over and stays open as an exception of its own.`,
        ...kept.map(({ id, rest }) => say`${rest} of ${id} stays open, for another line.`),
        say`It leaves the queue when Recon confirms it.`,
      ],
      ...(unlike.length === 0
        ? {}
        : { warnings: unlike.map((one) => unlikeInWords(record, one, shares.length)) }),
    }
  },
  recorded: ({ change, unlike }) => ({
    parts:
      change.verb === 'assign' ? change.parts.map(({ id, amount }) => ({ id, amount: { ...amount } })) : [],
    ...(unlike.length === 0 ? {} : { unlike: [...unlike] }),
  }),
  attributes(record, { parts = [] }: Partial<Input>): Record<string, string> {
    const shares = sharesOf(record, parts)
    return 'decision' in shares || unlikeShares(record, shares).length === 0 ? {} : { scope: UNLIKE }
  },
  effect: atRecon,
})

/** Why the line cannot be assigned so to this one of them. */
function faultOf(record: ReconException, { id, amount }: Share, index: number): Refusal | undefined {
  const partner = partnerNamed(record, id)
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

/** A transfer and the posting that settling it made are one. */
function namedBefore(record: ReconException, shares: readonly Share[], index: number): Refusal | undefined {
  const posting = (share: Share | undefined) => share && partnerNamed(record, share.id)?.posting_id
  const first = shares.findIndex((share) => posting(share) === posting(shares[index]))
  if (first === index) return undefined
  return refuseField(
    `input.parts.${index}.id`,
    say`names what ${shares[first]?.id ?? ''} names already: a transfer and its posting are one`,
  )
}

function unlikeInWords(record: ReconException, { id, how, partner, amount }: UnlikeShare, of: number) {
  if (how === 'stranger' && of > 1) {
    return say`Nothing speaks for ${id} beside the others: Recon did not propose them together, and no reference is the same. That amounts come to a line together happens among strangers too.`
  }
  return how === 'stranger'
    ? say`Nothing speaks for ${id}: Recon did not propose it, ${partner.open} of it is open where the line has ${record.amount}, and no reference is the same.`
    : say`${id} gets less than it could: ${lessBy(partner.open, amount)} of it stays open, and of the line something is left over.`
}
