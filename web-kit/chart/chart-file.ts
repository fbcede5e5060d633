import { localOf } from '../zoned-time.ts'
import type { ChartData } from './chart-data.ts'

const MINUTE_MS = 60_000

/** As RFC 4180: the beginning of each step with its offset, and the values exactly; of what was not measured, nothing. */
export function chartCsv(
  { times, lines, unit }: ChartData,
  words: { readonly from: string; readonly unit: Readonly<Record<ChartData['unit'], string>> },
  timeZone: string,
): string {
  const head = [words.from, ...lines.map(({ label }) => `${label} (${words.unit[unit]})`)]
  const rows = times.map((at, index) => [
    withOffset(at, timeZone),
    ...lines.map(({ values }) => {
      const value = values[index]
      return value === null || value === undefined ? '' : String(value)
    }),
  ])
  return csvOf([head, ...rows])
}

/** Rows of fields, as RFC 4180 has them. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(quoted).join(',')}\r\n`).join('')
}

/** What a file of a chart is called. */
export function fileNameOf(question: string): string {
  return question.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '')
}

/** A text that a spreadsheet takes for a formula is made none. */
function quoted(field: string): string {
  const harmless = /^[=+\-@\t\r]/.test(field) && Number.isNaN(Number(field)) ? `'${field}` : field
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** `2026-11-22T14:05:00+01:00` */
export function withOffset(at: number, timeZone: string): string {
  const local = localOf(new Date(at).toISOString(), timeZone)
  const ahead = Math.round((Date.parse(`${local}Z`) - Math.floor(at / MINUTE_MS) * MINUTE_MS) / MINUTE_MS)
  const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, '0')
  const offset = ahead === 0 ? 'Z' : `${ahead < 0 ? '-' : '+'}${two(ahead / 60)}:${two(ahead % 60)}`
  return `${local}:00${offset}`
}

/** Hands a file to the browser, as a download is. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
