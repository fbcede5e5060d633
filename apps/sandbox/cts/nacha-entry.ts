import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Day, text } from '../http/fields.ts'
import { MoneySchema } from '../http/money.ts'

/** Nacha Operating Rules, Appendix Three, field lengths; CTX and other entries carry up to 9,999 addenda. */
const ADDENDA_MAX = 9_999

const Company = z.strictObject({
  name: text(36),
  id: text(20),
  entry_description: text(20),
})

/** One entry of a Nacha file as an importer sends it. */
export const NachaEntry = z
  .strictObject({
    line: z.number().int().min(1).max(2_000_000_000),
    batch: z.number().int().min(0).max(9_999_999),
    sec_code: z.string().regex(/^[A-Z0-9]{3}$/, 'must be a standard entry class code such as PPD'),
    transaction_code: z.string().regex(/^\d{2}$/, 'must be two digits'),
    side: z.enum(['debit', 'credit']),
    amount: MoneySchema,
    rdfi: text(34),
    account: text(35),
    name: text(140),
    individual_id: text(35).optional(),
    trace_number: text(35),
    company: Company,
    effective_date: Day.optional(),
    addenda: z.array(text(200)).max(ADDENDA_MAX).optional(),
    return: z
      .strictObject({
        code: z.string().regex(/^R\d{2}$/, 'must be a return code such as R01'),
        original_trace: text(35),
        original_rdfi: text(34).optional(),
        addenda_information: text(200).optional(),
        date_of_death: text(10).optional(),
      })
      .optional(),
    change: z
      .strictObject({
        code: z.string().regex(/^C\d{2}$/, 'must be a change code such as C01'),
        original_trace: text(35),
        original_rdfi: text(34).optional(),
        corrected_data: text(200),
      })
      .optional(),
  })
  .refine((entry) => !(entry.return && entry.change), {
    path: ['change'],
    error: 'must be absent where return is given: an entry is one or the other',
  })
export type NachaEntry = z.infer<typeof NachaEntry>

/** What of an imported entry has no member of its own on the transfer. */
export const EntryDetails = z.strictObject({
  line: z.number().int(),
  batch: z.number().int(),
  transaction_code: z.string(),
  individual_id: z.string().optional(),
  company: Company,
  addenda: z.array(z.string()).optional(),
})

/** The id of the party that holds this account at this institution: the same for every transfer that names it. */
export function partyIdOfAccount(institution: string, account: string): string {
  const digest = createHash('sha256').update(`${institution}\n${account}`).digest('hex')
  return `pty_${digest.slice(0, 16)}`
}
