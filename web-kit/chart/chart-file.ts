import { localOf } from '../zoned-time.ts'
import type { ChartData } from './chart-data.ts'

const MINUTE_MS = 60_000
const PNG_SCALE_TEXT = 14

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
  return [head, ...rows].map((row) => `${row.map(quoted).join(',')}\r\n`).join('')
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

/** The drawn chart with its question above it, on the colour that it stands on. */
export function chartPng(
  drawn: HTMLCanvasElement,
  { question, legend, within }: { question: string; legend: string; within: Element },
): Promise<Blob> {
  const scale = window.devicePixelRatio
  const line = PNG_SCALE_TEXT * 1.6 * scale
  const canvas = document.createElement('canvas')
  canvas.width = drawn.width
  canvas.height = drawn.height + line * 2.5
  const ctx = canvas.getContext('2d')
  if (ctx === null) return Promise.reject(new Error('this browser draws no pictures'))
  const style = getComputedStyle(within)
  ctx.fillStyle = style.backgroundColor
  ctx.fillRect(0, 0, canvas.width, canvas.height)
  ctx.fillStyle = style.color
  ctx.direction = style.direction === 'rtl' ? 'rtl' : 'ltr'
  const start = ctx.direction === 'rtl' ? canvas.width - line / 2 : line / 2
  ctx.textAlign = 'start'
  ctx.font = `600 ${PNG_SCALE_TEXT * scale}px ${style.fontFamily}`
  ctx.fillText(question, start, line)
  ctx.font = `${(PNG_SCALE_TEXT - 2) * scale}px ${style.fontFamily}`
  ctx.fillText(legend, start, line * 2)
  ctx.drawImage(drawn, 0, line * 2.5)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be made'))))
  })
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
