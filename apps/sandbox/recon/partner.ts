import { z } from 'zod'
import type { Queryable } from '../database/database.ts'
import { Day, Id, Instant } from '../http/fields.ts'
import { MoneySchema } from '../http/money.ts'
import { referenceKey } from './expected-lines.ts'

const Named = z.strictObject({ name: z.string(), kind: z.enum(['person', 'company', 'unknown']) })

/** What a statement's line may be bound to: an expected line, by its transfer or its posting. */
export const PartnerSchema = z.strictObject({
  id: Id,
  kind: z.enum(['transfer', 'posting']),
  posting_id: Id,
  side: z.enum(['debit', 'credit']).meta({ description: "As on the bank's statement: a credit came in." }),
  amount: MoneySchema,
  open: MoneySchema.meta({ description: 'What nothing is bound to yet.' }),
  date: Day,
  reference: z.string(),
  from: Named.optional(),
  to: Named.optional(),
  bound: z
    .array(z.strictObject({ exception_id: Id, amount: MoneySchema, by: z.string(), at: Instant }))
    .meta({
      description: 'What people have bound to it, the latest first, at most 10.',
    }),
})
export type Partner = z.infer<typeof PartnerSchema>

const FOUND_MAX = 20
/** What is typed in full names a transfer or a posting; shorter than this, a reference's beginning is too common. */
const BEGINNING_CHARACTERS_MIN = 3

/** The expected lines that ids name, a transfer by what settling it posted; what is not known is left out. */
export async function partnersNamed(db: Queryable, ids: readonly string[]): Promise<Partner[]> {
  const { rows } = await db.query<{ partner: Partner }>(
    `SELECT recon.partner_json(e) AS partner FROM recon.expected_line e
     WHERE e.posting_id = ANY ($1) OR (e.transfer_id = ANY ($1) AND NOT e.reversal)
     ORDER BY e.posting_id`,
    [ids],
  )
  return rows.map(({ partner }) => partner)
}

/** So many are looked at by their reference, and so many on either side of the exception's day. */
const LOOKED_AT_MAX = 1_000

/**
 * What of an exception's currency and side is open and fits what somebody typed: an id, an amount, or the beginning of a
 * reference, nearest in date first; at most 20. A beginning that more have than are looked at is looked for among those nearest in
 * date as well: of many that begin so, those are meant. `~<~` is the order of the index.
 */
export async function partnersLike(db: Queryable, exceptionId: string, typed: string): Promise<Partner[]> {
  const key = referenceKey(typed)
  const { rows } = await db.query<{ partner: Partner }>(
    `SELECT recon.partner_json(f) AS partner
     FROM recon.exception x
     CROSS JOIN LATERAL (
       SELECT * FROM (
         (SELECT e.* FROM recon.expected_line e WHERE e.posting_id = $2 OR (e.transfer_id = $2 AND NOT e.reversal))
         UNION
         (SELECT e.* FROM recon.expected_line e
          WHERE NOT e.matched AND e.currency = x.currency AND e.side = x.side
            AND e.open_minor = platform.minor($3, x.currency)
          ORDER BY abs(e.date - x.date), e.posting_id LIMIT $6)
         UNION
         (SELECT e.* FROM recon.expected_line e
          WHERE NOT e.matched AND e.currency = x.currency AND e.side = x.side AND $4 AND e.reference_key LIKE $5
          ORDER BY e.reference_key USING ~<~ LIMIT $7)
         UNION
         (SELECT * FROM (
            (SELECT e.* FROM recon.expected_line e
             WHERE NOT e.matched AND e.currency = x.currency AND e.side = x.side AND $4 AND e.date >= x.date
             ORDER BY e.date, e.posting_id LIMIT $7)
            UNION ALL
            (SELECT e.* FROM recon.expected_line e
             WHERE NOT e.matched AND e.currency = x.currency AND e.side = x.side AND $4 AND e.date < x.date
             ORDER BY e.date DESC, e.posting_id DESC LIMIT $7)) near
          WHERE near.reference_key LIKE $5)) found
       WHERE NOT found.matched AND found.currency = x.currency AND found.side = x.side
       ORDER BY abs(found.date - x.date), found.posting_id LIMIT $6) f
     WHERE x.id = $1`,
    [
      exceptionId,
      typed.trim(),
      amountIn(typed),
      key.length >= BEGINNING_CHARACTERS_MIN,
      `${key}%`,
      FOUND_MAX,
      LOOKED_AT_MAX,
    ],
  )
  return rows.map(({ partner }) => partner)
}

/** The amount that was typed, as a plain decimal; null where it is none. */
function amountIn(typed: string): string | null {
  const plain = typed.replace(/[\s\u00a0\u202f'’]/g, '')
  return /^\d{1,13}(\.\d{1,4})?$/.test(plain) ? plain : null
}
