import type { WireMoney } from '@countersign/sdk/wire/values.ts'
import { fromMinor, minorUnits } from '@countersign/web-kit/money.tsx'
import { useSyncExternalStore } from 'react'
import { isAmount } from './typed-amount.ts'

/** Somebody whom a line may be assigned to, and what of theirs is open. */
export type Chosen = { id: string; open: WireMoney }
/** How much of a line one of them gets. */
export type Share = { id: string; amount: WireMoney }

/** Lines on which something is chosen; of older ones it is forgotten. */
const LINES_MAX = 20
const NOBODY: readonly Chosen[] = []

/** What is chosen on the page is what the sheet begins with, and the other way round; for as long as the page lives. */
const chosenOf = new Map<string, readonly Chosen[]>()
const listeners = new Set<() => void>()

export function choosePartners(exception: string, chosen: readonly Chosen[]): void {
  chosenOf.delete(exception)
  if (chosen.length > 0) chosenOf.set(exception, chosen)
  const oldest = chosenOf.keys().next().value
  if (chosenOf.size > LINES_MAX && oldest !== undefined) chosenOf.delete(oldest)
  for (const listener of listeners) listener()
}

export function chosenPartners(exception: string): readonly Chosen[] {
  return chosenOf.get(exception) ?? NOBODY
}

export function useChosenPartners(exception: string): readonly Chosen[] {
  return useSyncExternalStore(subscribe, () => chosenPartners(exception))
}

/** In the order in which they were chosen, each gets what it has open, as far as the line goes. */
export function allotted(line: WireMoney, chosen: readonly Chosen[]): Share[] {
  let left = minorUnits(line)
  if (left < 0n) return []
  return chosen.flatMap(({ id, open }) => {
    const has = minorUnits(open)
    const gets = has - left > 0n ? left : has
    left -= gets
    return gets === 0n ? [] : [{ id, amount: inUnitsOf(line, gets) }]
  })
}

/** Whether the line and what is open of those are the same: nothing stays open of either. */
export function fits(line: WireMoney, chosen: readonly Chosen[]): boolean {
  return (
    chosen.length > 0 && chosen.reduce((sum, { open }) => sum + minorUnits(open), 0n) === minorUnits(line)
  )
}

/** What of a line is given, and what is left over of it; what somebody has typed only half is nothing yet. */
export function sumOf(line: WireMoney, shares: readonly Share[]): { given: WireMoney; left: WireMoney } {
  const given = shares.reduce(
    (sum, { amount }) => sum + (isAmount(amount.amount, line) ? minorUnits(amount) : 0n),
    0n,
  )
  return { given: inUnitsOf(line, given), left: inUnitsOf(line, minorUnits(line) - given) }
}

function inUnitsOf({ amount, currency }: WireMoney, minor: bigint): WireMoney {
  return { amount: fromMinor(minor, amount.split('.')[1]?.length ?? 0), currency }
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  return () => listeners.delete(changed)
}
