import type { PostingLine } from '@countersign/sdk/wire/entities.ts'
import { fromMinor, minorUnits } from '../money.tsx'

/** What a currency's postings add up to so far, debits positive. Exact: minor units, no float. */
export type Running = { currency: string; amount: string; zero: boolean }

/** For each entry, the sum of all lines up to and with it, per currency; nothing for an entry without postings. */
export function runningBalances(entries: { postings?: PostingLine[] | undefined }[]): Running[][] {
  const sums = new Map<string, { minor: bigint; digits: number }>()
  return entries.map(({ postings = [] }) => {
    for (const line of postings) add(sums, line)
    if (postings.length === 0) return []
    return [...sums].map(([currency, { minor, digits }]) => ({
      currency,
      amount: fromMinor(minor, digits),
      zero: minor === 0n,
    }))
  })
}

function add(sums: Map<string, { minor: bigint; digits: number }>, line: PostingLine): void {
  const { currency, amount } = line.amount
  const digits = amount.split('.')[1]?.length ?? 0
  const minor = minorUnits(line.amount) * (line.side === 'debit' ? 1n : -1n)
  const before = sums.get(currency) ?? { minor: 0n, digits }
  const places = Math.max(before.digits, digits)
  const scaled = (value: bigint, from: number) => value * 10n ** BigInt(places - from)
  sums.set(currency, {
    minor: scaled(before.minor, before.digits) + scaled(minor, digits),
    digits: places,
  })
}
