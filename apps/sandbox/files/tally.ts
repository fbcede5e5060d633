import type { Money } from '../http/money.ts'
import { decimal, minorUnits } from '../http/money.ts'

/** What a chunk holds in sum; kept beside it, so that a commit need not read a million entries to add up. */
export type Tally = {
  readonly entries: number
  /** Minor units per currency, as decimal strings. */
  readonly debit: Readonly<Record<string, string>>
  readonly credit: Readonly<Record<string, string>>
  /** First and last line of the file that the chunk covers; absent where it covers none. */
  readonly lines?: readonly [number, number]
  /** Of what it holds, wherever it stands in the file; SHA-256, hexadecimal. */
  readonly digest?: string
}

export type Totals = {
  readonly entries: number
  readonly debit: Money | readonly Money[]
  readonly credit: Money | readonly Money[]
}

type Counted = { readonly side: 'debit' | 'credit'; readonly amount: Money }

/** Adds up entries. */
export function tallyOf(counted: readonly Counted[], lines?: readonly [number, number]): Tally {
  const sums = { debit: new Map<string, bigint>(), credit: new Map<string, bigint>() }
  for (const { side, amount } of counted) {
    sums[side].set(amount.currency, (sums[side].get(amount.currency) ?? 0n) + minorUnits(amount))
  }
  return {
    entries: counted.length,
    debit: asStrings(sums.debit),
    credit: asStrings(sums.credit),
    ...(lines ? { lines } : {}),
  }
}

/** Says in a sentence how the declared totals differ from the content, or undefined where they agree. */
export function differenceOfTotals(declared: Totals, tallies: readonly Tally[]): string | undefined {
  const entries = tallies.reduce((sum, tally) => sum + tally.entries, 0)
  if (entries !== declared.entries) return `${declared.entries} entries were declared, ${entries} came`
  for (const side of ['debit', 'credit'] as const) {
    const found = new Map<string, bigint>()
    for (const tally of tallies) {
      for (const [currency, minor] of Object.entries(tally[side])) {
        found.set(currency, (found.get(currency) ?? 0n) + BigInt(minor))
      }
    }
    const wanted = new Map([declared[side]].flat().map((money) => [money.currency, minorUnits(money)]))
    for (const currency of new Set([...wanted.keys(), ...found.keys()])) {
      const want = wanted.get(currency) ?? 0n
      const have = found.get(currency) ?? 0n
      if (want !== have) {
        return `${side} of ${decimal(want, currency)} ${currency} was declared, ${decimal(have, currency)} came`
      }
    }
  }
  return undefined
}

function asStrings(sums: ReadonlyMap<string, bigint>): Record<string, string> {
  return Object.fromEntries([...sums].map(([currency, minor]) => [currency, minor.toString()]))
}
