import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { WireMoney } from '@countersign/sdk/wire/values.ts'
import { money, parts, text } from '@countersign/web-kit/record/fields.ts'

type Data = Record<string, unknown>

/** A transfer or a posting that a line may be assigned to, as the server tells it. */
export type LinePartner = {
  id: string
  kind: string
  open: WireMoney
  date: string | null
  reference: string | null
  from: string | null
  to: string | null
}

/** One row to choose: one of them, or several that are the line together. */
export type PartnerRow = {
  key: string
  partners: LinePartner[]
  /** Null: somebody looked for it. */
  score: number | null
  why: string | null
}

/** The amount of an exception without its sign. */
export function lineOf({ data }: Entity): WireMoney | null {
  const signed = money(data, 'amount')
  return signed && { ...signed, amount: signed.amount.replace('-', '') }
}

/** The candidates that Recon proposes; those of which it gives no figures cannot be chosen, and are {@link proposedOnly}. */
export function candidateRows({ data }: Entity): PartnerRow[] {
  return parts(data, 'candidates').flatMap((candidate) => {
    const partners = linePartners(parts(candidate, 'partners'))
    const score = Number(candidate.score)
    if (partners.length === 0) return []
    const key = partners.map(({ id }) => id).join('+')
    return [{ key, partners, score: Number.isFinite(score) ? score : null, why: text(candidate, 'why') }]
  })
}

/** A candidate of which nobody knows what is open of it now: what a copy has of it. */
export type Proposed = { id: string; kind: string; score: number | null; why: string; with: string[] }

export function proposedOnly({ data }: Entity): Proposed[] {
  return parts(data, 'candidates').flatMap((candidate) => {
    const id = text(candidate, 'id')
    if (id === null || parts(candidate, 'partners').length > 0) return []
    const score = Number(candidate.score)
    return [
      {
        id,
        kind: text(candidate, 'kind') ?? 'transfer',
        score: Number.isFinite(score) ? score : null,
        why: text(candidate, 'why') ?? '',
        with: parts(candidate, 'with').flatMap((other) => text(other, 'id') ?? []),
      },
    ]
  })
}

export function linePartners(told: readonly Data[]): LinePartner[] {
  return told.flatMap((one) => {
    const [id, open] = [text(one, 'id'), money(one, 'open')]
    if (id === null || open === null) return []
    return [
      {
        id,
        kind: text(one, 'kind') ?? 'transfer',
        open,
        date: text(one, 'date'),
        reference: text(one, 'reference') || null,
        from: text(one, 'from'),
        to: text(one, 'to'),
      },
    ]
  })
}
