export type Quantiles = {
  readonly p50: number
  readonly p75: number
  readonly p99: number
  readonly max: number
}

/** Of measured times, in their unit; `NaN` of none. */
export function quantiles(took: readonly number[]): Quantiles {
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50: at(0.5), p75: at(0.75), p99: at(0.99), max: sorted.at(-1) ?? Number.NaN }
}
