import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { wireMoney } from '@countersign/kernel/money/money.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { day, instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import { shownName } from '../transfer/shown-party.ts'
import { isBankReference } from './bank-reference.ts'

const named = z.object({ name: z.string(), kind: z.enum(['person', 'company', 'unknown']) })

/** What a statement's line may be assigned to, as Recon has it: a transfer by what settling it posted, or a posting. */
export const partnerSchema = z.object({
  id: entityId,
  kind: z.enum(['transfer', 'posting']),
  posting_id: entityId,
  side: z.enum(['debit', 'credit']),
  amount: wireMoney,
  open: wireMoney,
  date: day,
  reference: z.string(),
  from: named.optional(),
  to: named.optional(),
  bound: z.array(z.object({ exception_id: entityId, amount: wireMoney, by: z.string(), at: instant })),
})
export type Partner = z.output<typeof partnerSchema>

/** One of those that were read with an exception, by its transfer or its posting. */
export function partnerNamed(
  { partners }: { readonly partners?: readonly Partner[] | undefined },
  id: string,
): Partner | undefined {
  return partners?.find((partner) => partner.id === id || partner.posting_id === id)
}

/** As it may be shown without a reveal. */
export function shownPartner(partner: Partner): Readonly<Record<string, Json>> {
  return {
    id: partner.id,
    kind: partner.kind,
    amount: partner.amount,
    open: partner.open,
    date: partner.date,
    // Whatever a bank wrote in its place and is no reference may name somebody.
    reference: isBankReference(partner.reference) ? partner.reference : '',
    from: partner.from ? shownName(partner.from) : null,
    to: partner.to ? shownName(partner.to) : null,
  }
}
