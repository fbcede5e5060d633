import { useNow } from '../clock.ts'
import { stepFor, type TimeRange } from './time-range.ts'

/** By which steps a range is shown, in seconds: wider once it is as old as only wider ones are kept. */
export function useStep(range: TimeRange, finestS: number): number {
  return stepFor(range, finestS, useNow())
}
