import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { Id, text } from '../http/fields.ts'
import { decimal, MoneySchema, minorUnits } from '../http/money.ts'
import { type Refusal, refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import {
  type Change,
  changeException,
  followPostings,
  type HeldException,
  type Told,
  unlessOpen,
} from './changed-exception.ts'
import { raiseExceptions } from './exception.ts'

const PARTS_MAX = 20

export const AssignRequest = z.strictObject({
  parts: z
    .array(z.strictObject({ id: Id, amount: MoneySchema }))
    .min(1)
    .max(PARTS_MAX)
    .refine(
      (parts) => new Set(parts.map(({ id }) => id)).size === parts.length,
      'must name each of them once',
    )
    .meta({ description: 'Transfers or postings by their id, and how much of the exception is of each.' }),
  by: text(200, 1).meta({ description: 'Who had it assigned.' }),
  reason: text(200, 1),
  note: text(4_000).optional(),
})
type AssignRequest = z.infer<typeof AssignRequest>

/** Binds a line to what the ledger made us expect, in one part or several; what is left over stays open as an exception of its own. */
export function assignException(
  tx: Transaction,
  id: string,
  request: AssignRequest,
  change: Change,
): Promise<Outcome> {
  return changeException(tx, id, change, (held) => bind(tx, held, request, change))
}

/** The one change by which a held exception is assigned. */
export async function bind(
  tx: Transaction,
  held: HeldException,
  request: AssignRequest,
  change: Change,
): Promise<Told | Refusal> {
  const { id } = held
  const refused = unlessOpen(held) ?? unlessLine(held)
  if (refused) return refused
  const parts = await holdPartners(tx, held, request)
  if (!Array.isArray(parts)) return parts
  await tx.query(
    `WITH part AS (SELECT * FROM jsonb_to_recordset($2) AS p (posting_id text, amount_minor bigint)),
       bound AS (
         INSERT INTO recon.binding (exception_id, posting_id, amount_minor, bound_at, bound_by)
         SELECT $1, posting_id, amount_minor, $3, $4 FROM part)
       UPDATE recon.expected_line e
       SET bound_minor = e.bound_minor + p.amount_minor, matched = e.bound_minor + p.amount_minor = e.amount_minor
       FROM part p WHERE e.posting_id = p.posting_id`,
    [id, JSON.stringify(parts), change.at, request.by],
  )
  await leaveResidual(tx, held, parts, change)
  await tx.query(
    `UPDATE recon.exception SET state = 'assigned', version = version + 1, settled_by = $2, settled_at = $3 WHERE id = $1`,
    [id, request.by, change.at],
  )
  await followPostings(
    tx,
    parts.map(({ posting_id }) => posting_id),
    change,
  )
  return { event: 'exception.assigned' }
}

function unlessLine(held: HeldException): Refusal | undefined {
  if (held.kind === 'statement_line') return undefined
  return refuse('parts_do_not_fit', 'A posting is not assigned: the line of a statement is assigned to it.')
}

type Part = { readonly posting_id: string; readonly amount_minor: string }

/** The partners, held until this is committed, where each has so much open and together they are no more than the line. */
async function holdPartners(
  tx: Transaction,
  held: HeldException,
  { parts }: AssignRequest,
): Promise<Part[] | Refusal> {
  const ids = parts.map(({ id }) => id)
  // Held first: what is read after that is what whoever held them before has left.
  await tx.query(
    `SELECT FROM recon.expected_line
     WHERE posting_id = ANY ($1) OR (transfer_id = ANY ($1) AND NOT reversal) ORDER BY posting_id FOR UPDATE`,
    [ids],
  )
  const { rows } = await tx.query<{
    id: string
    posting_id: string
    currency: string
    side: string
    open_minor: string
    taken: string | null
  }>(
    `SELECT p.id, e.posting_id, e.currency, e.side, e.open_minor::text AS open_minor,
            (SELECT format('%s %s of it was assigned to %s by %s at %s', platform.decimal(b.amount_minor, e.currency), e.currency,
                           b.exception_id, b.bound_by, platform.instant(b.bound_at))
             FROM recon.binding b WHERE b.posting_id = e.posting_id ORDER BY b.bound_at DESC LIMIT 1) AS taken
     FROM unnest($1::text[]) AS p (id)
     JOIN recon.expected_line e ON e.posting_id = p.id OR (e.transfer_id = p.id AND NOT e.reversal)
     ORDER BY e.posting_id`,
    [ids],
  )
  const found: Part[] = []
  let sum = 0n
  for (const { id, amount } of parts) {
    const partner = rows.find((row) => row.id === id)
    if (!partner)
      return refuse('partner_unknown', `Nothing was posted for ${id} that a statement would show.`)
    if (found.some(({ posting_id }) => posting_id === partner.posting_id)) {
      return refuse('parts_do_not_fit', `${id} names ${partner.posting_id} a second time.`)
    }
    if (amount.currency !== held.currency || partner.currency !== held.currency) {
      return refuse('parts_do_not_fit', `The line is in ${held.currency}; ${id} is in ${partner.currency}.`)
    }
    if (partner.side !== held.side) {
      const [line, other] = held.side === 'credit' ? ['came in', 'went out'] : ['went out', 'came in']
      return refuse('parts_do_not_fit', `The line ${line}; ${id} ${other}.`)
    }
    const minor = minorUnits(amount)
    if (minor === 0n) return refuse('parts_do_not_fit', `Nothing would be assigned to ${id}.`)
    if (minor > BigInt(partner.open_minor)) {
      const open = `${id} has ${decimal(BigInt(partner.open_minor), held.currency)} ${held.currency} open`
      return refuse('partner_taken', `${open}${partner.taken === null ? '' : `: ${partner.taken}`}.`)
    }
    sum += minor
    found.push({ posting_id: partner.posting_id, amount_minor: minor.toString() })
  }
  if (sum > BigInt(held.amount_minor)) {
    const money = (value: bigint) => `${decimal(value, held.currency)} ${held.currency}`
    return refuse(
      'parts_do_not_fit',
      `The parts come to ${money(sum)}, the line is ${money(BigInt(held.amount_minor))}.`,
    )
  }
  return found
}

async function leaveResidual(
  tx: Transaction,
  held: HeldException,
  parts: readonly Part[],
  { at, key }: Change,
): Promise<void> {
  const left = parts.reduce((rest, part) => rest - BigInt(part.amount_minor), BigInt(held.amount_minor))
  if (left === 0n) return
  const { rows } = await tx.query<{ n: number; residual: Parameters<typeof raiseExceptions>[1][number] }>(
    `SELECT (SELECT count(*)::integer FROM recon.exception r WHERE r.residual_of = x.id) + 1 AS n,
            jsonb_build_object('kind', kind, 'side', side, 'currency', currency, 'date', date, 'reference', reference,
              'description', description, 'counterparty', counterparty, 'account', account, 'statement_id', statement_id,
              'line', line) AS residual
     FROM recon.exception x WHERE id = $1`,
    [held.id],
  )
  const origin = rows[0]
  if (!origin) throw new Error(`the exception ${held.id} is held and gone`)
  await raiseExceptions(
    tx,
    [
      {
        ...origin.residual,
        id: `${held.id}.r${origin.n}`,
        amount_minor: left.toString(),
        residual_of: held.id,
        candidates: [],
        raised_at: at,
      },
    ],
    key,
  )
}
