import { dateFormat } from '../date-format.ts'
import { formatDuration } from '../duration.ts'
import { numberFormat } from '../number-format.ts'
import type { ChartUnit } from './chart-data.ts'

const DAY_S = 86_400

/** `12`, `180 ms`, `3.2 s`, `4 h`, `97 %`: a value as a chart's legend, axis and table have it. */
export function formatValue(value: number | null, unit: ChartUnit, language: string): string {
  if (value === null) return '–'
  switch (unit) {
    case 'count':
      return numberFormat(language, { maximumFractionDigits: 1 }).format(value)
    case 'perMinute':
      return numberFormat(language, { maximumSignificantDigits: 3 }).format(value)
    case 'share':
      return numberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(value)
    case 'seconds':
      return formatSeconds(value, language)
    default:
      return unit satisfies never
  }
}

function formatSeconds(seconds: number, language: string): string {
  const unit = (of: string, maximumSignificantDigits: number) =>
    numberFormat(language, { style: 'unit', unit: of, unitDisplay: 'short', maximumSignificantDigits })
  if (seconds === 0) return unit('second', 1).format(0)
  if (seconds < 1) return unit('millisecond', 3).format(seconds * 1000)
  if (seconds < 60) return unit('second', 2).format(seconds)
  return formatDuration(seconds * 1000, language)
}

/** A step as it is named: `22 Nov, 14:05`; the day alone where steps are days. */
export function formatStep(at: number, stepS: number, language: string, timeZone: string): string {
  return dateFormat(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(stepS >= DAY_S ? {} : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    timeZone,
  }).format(at)
}

/** Marks under a chart: the time of day; the day where it is midnight there, or where marks are days apart. */
export function formatTicks(
  ticks: readonly number[],
  apartMs: number,
  language: string,
  timeZone: string,
): string[] {
  const day = dateFormat(language, { day: 'numeric', month: 'short', timeZone })
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const
  const isMidnight = (at: number) => dateFormat('en', clock).format(at) === '00:00'
  return ticks.map((at) =>
    apartMs >= DAY_S * 1000 || isMidnight(at) ? day.format(at) : dateFormat(language, clock).format(at),
  )
}
