import type { SettlementConfig } from './merchant.ts'

const DAY_MS = 86_400_000
const DAYS_OF_WEEK = 7

type Schedule = Pick<SettlementConfig, 'schedule' | 'weekday' | 'cut_off'>

/** The first cut-off of a schedule after an instant. */
export function cutOffAfter({ schedule, weekday, cut_off }: Schedule, at: Date): Date {
  const first = new Date(`${at.toISOString().slice(0, 10)}T${cut_off}:00.000Z`).getTime()
  for (let day = 0; day <= DAYS_OF_WEEK; day += 1) {
    const candidate = new Date(first + day * DAY_MS)
    const fits = schedule === 'daily' || (candidate.getUTCDay() || DAYS_OF_WEEK) === weekday
    if (fits && candidate > at) return candidate
  }
  throw new RangeError(`a ${schedule} schedule has no cut-off on weekday ${weekday}`)
}

/** The last cut-off of a schedule at or before an instant. */
export function cutOffBefore(schedule: Schedule, at: Date): Date {
  const length = schedule.schedule === 'daily' ? 1 : DAYS_OF_WEEK
  return new Date(cutOffAfter(schedule, at).getTime() - length * DAY_MS)
}
