import type { ChartLine, ChartTone } from './chart-data.ts'
import { DASHES, LIMIT_DASH } from './dashes.ts'

const TEXT_PX = 14
const LINE_PX = 22
const SAMPLE_PX = 26
const GAP_PX = 14
const EDGE_PX = 12

export type PictureWords = {
  readonly question: string
  /** Over which time, in which zone. */
  readonly range: string
  readonly lines: readonly Pick<ChartLine, 'label' | 'tone'>[]
  /** The name of the dotted line. */
  readonly limit: string | null
}

type Item = { readonly text: string; readonly tone: ChartTone | 'limit' }

/**
 * The drawn chart as a picture that says all by itself: its question, its time, and each line's name beside a piece of it as it is
 * drawn, on the colour that the chart stands on.
 *
 * @param within where its colours and letters are those of the page
 */
export function chartPicture(
  drawn: HTMLCanvasElement,
  { question, range, lines, limit }: PictureWords,
  within: Element,
): Promise<Blob> {
  const scale = window.devicePixelRatio
  const canvas = document.createElement('canvas')
  const ctx = canvas.getContext('2d')
  if (ctx === null) return Promise.reject(new Error('this browser draws no pictures'))
  const style = getComputedStyle(within)
  const fonts = {
    strong: `600 ${TEXT_PX}px ${style.fontFamily}`,
    plain: `${TEXT_PX - 2}px ${style.fontFamily}`,
  }
  const width = drawn.width / scale
  const room = width - 2 * EDGE_PX
  ctx.font = fonts.strong
  const heading = wrapped(question.split(' '), room, (words) => ctx.measureText(words.join(' ')).width)
  ctx.font = fonts.plain
  const named: Item[] = [
    ...lines.map(({ label, tone }) => ({ text: label, tone })),
    ...(limit === null ? [] : [{ text: limit, tone: 'limit' as const }]),
  ]
  const widthOf = ({ text }: Item) => SAMPLE_PX + 6 + ctx.measureText(text).width + GAP_PX
  const legend = wrapped(named, room, (row) => row.reduce((sum, item) => sum + widthOf(item), 0))
  const top = EDGE_PX + LINE_PX * (heading.length + 1 + legend.length)

  canvas.width = drawn.width
  canvas.height = drawn.height + top * scale
  ctx.scale(scale, scale)
  ctx.fillStyle = style.backgroundColor
  ctx.fillRect(0, 0, width, canvas.height / scale)
  const rightToLeft = style.direction === 'rtl'
  ctx.direction = rightToLeft ? 'rtl' : 'ltr'
  ctx.textAlign = 'start'
  ctx.textBaseline = 'middle'
  /** From the side on which reading begins. */
  const x = (from: number) => (rightToLeft ? width - EDGE_PX - from : EDGE_PX + from)
  const text = (words: string, from: number, row: number) => {
    ctx.fillStyle = style.color
    ctx.fillText(words, x(from), EDGE_PX + LINE_PX * (row + 0.5))
  }
  ctx.font = fonts.strong
  for (const [row, words] of heading.entries()) text(words.join(' '), 0, row)
  ctx.font = fonts.plain
  text(range, 0, heading.length)
  for (const [index, items] of legend.entries()) {
    const row = heading.length + 1 + index
    let from = 0
    for (const item of items) {
      const y = EDGE_PX + LINE_PX * (row + 0.5)
      drawSample(ctx, within, item.tone, [x(from), x(from + SAMPLE_PX)], y)
      text(item.text, from + SAMPLE_PX + 6, row)
      from += widthOf(item)
    }
  }
  ctx.drawImage(drawn, 0, top, width, drawn.height / scale)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be made'))))
  })
}

/** A piece of a line as it is drawn. */
function drawSample(
  ctx: CanvasRenderingContext2D,
  within: Element,
  tone: Item['tone'],
  [from, to]: readonly [number, number],
  y: number,
): void {
  ctx.strokeStyle = tone === 'limit' ? getComputedStyle(within).color : colourOf(within, tone)
  ctx.lineWidth = 2
  ctx.setLineDash([...(tone === 'limit' ? LIMIT_DASH : DASHES[tone])])
  ctx.beginPath()
  ctx.moveTo(from, y)
  ctx.lineTo(to, y)
  ctx.stroke()
}

/** In as many rows as it takes; what is wider than a row by itself has one of its own. */
function wrapped<T>(
  items: readonly T[],
  room: number,
  widthOf: (row: readonly T[]) => number,
): readonly T[][] {
  const rows: T[][] = []
  for (const item of items) {
    const row = rows.at(-1)
    if (row !== undefined && widthOf([...row, item]) <= room) row.push(item)
    else rows.push([item])
  }
  return rows
}

/** A custom property is not resolved by itself: a colour that is set from it is. */
function colourOf(within: Element, tone: ChartTone): string {
  const probe = document.createElement('span')
  probe.style.color = `var(--chart-${tone})`
  within.append(probe)
  const resolved = getComputedStyle(probe).color
  probe.remove()
  return resolved
}
