import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { directionOf, type Language } from '../languages.ts'
import { theme } from '../preferences.ts'
import { useStoredValue } from '../stored-value.ts'
import { type ChartBand, type ChartData, drawnFrom } from './chart-data.ts'
import { formatTicks, formatValue } from './chart-format.ts'
import { DASHES, LIMIT_DASH } from './dashes.ts'

const HEIGHT = 150
const TICKS_APART_PX = 64
const TICK_LINES_APART_PX = 28
const AXIS_WIDTH_MIN_PX = 40
const AXIS_GAP_PX = 12
/** Half of the last mark stands beyond the end of the time. */
const END_PX = 20
const AXIS_HEIGHT_PX = 26
/** Between two marks of lengths of time; seconds. */
const SECONDS_APART = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200],
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((days) => days * 86_400),
]
/** There is no half of an item. */
const ITEMS_APART = [1, 2, 5].flatMap((first) =>
  Array.from({ length: 10 }, (_, power) => first * 10 ** power),
)

export type PlotProps = {
  data: ChartData
  language: string
  timeZone: string
  bands: readonly ChartBand[]
  /** A value that should not be passed. */
  limit: number | null
  /** The step that is looked at. */
  cursor: number | null
  /** The part of the time that is being chosen. */
  chosen: { readonly from: number; readonly to: number } | null
  /** By the pointer. */
  onCursor: (index: number | null) => void
  /** The canvas, once it is drawn; null when it is gone. */
  onCanvas: (canvas: HTMLCanvasElement | null) => void
  /** Two instants between which was drawn. */
  onRange?: ((from: number, to: number) => void) | undefined
}

/** The lines themselves, on a canvas. Time runs from left to right whichever way the page is read. */
export default function Plot(props: PlotProps) {
  const { data, language, timeZone, bands, limit, cursor, chosen } = props
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | null>(null)
  /** Of what is drawn anew under it too. */
  const pointedAt = useRef(false)
  const told = useRef(props)
  told.current = props
  const chosenTheme = useStoredValue(theme)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of theme changes the colours that are read here
  useEffect(() => {
    const within = frame.current
    // Without a canvas there are the values and the table.
    if (within === null || document.createElement('canvas').getContext('2d') === null) return
    const draw = () => {
      plot.current?.destroy()
      const options = optionsOf(within, told, () => pointedAt.current)
      const made = new UPlot(options, alignedOf(told.current.data), within)
      made.over.addEventListener('mouseenter', () => {
        pointedAt.current = true
      })
      made.over.addEventListener('mouseleave', () => {
        pointedAt.current = false
        told.current.onCursor(null)
      })
      plot.current = made
      told.current.onCanvas(made.ctx.canvas)
    }
    draw()
    const resized = new ResizeObserver(() => {
      const { clientWidth } = within
      if (clientWidth > 0) plot.current?.setSize({ width: clientWidth, height: HEIGHT })
    })
    resized.observe(within)
    const dark = window.matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', draw)
    return () => {
      resized.disconnect()
      dark.removeEventListener('change', draw)
      told.current.onCanvas(null)
      plot.current?.destroy()
      plot.current = null
    }
  }, [data, language, timeZone, bands, limit, chosenTheme])

  useEffect(() => {
    const made = plot.current
    if (made === null || made.cursor.idx === cursor) return
    const at = cursor === null ? undefined : data.times[cursor]
    if (at === undefined) made.setCursor({ left: -10, top: -10 })
    else made.setCursor({ left: made.valToPos(at, 'x'), top: 0 })
  }, [cursor, data])

  useEffect(() => {
    const made = plot.current
    if (made === null) return
    const left = chosen === null ? 0 : made.valToPos(chosen.from, 'x')
    const width = chosen === null ? 0 : made.valToPos(chosen.to, 'x') - left
    made.setSelect({ left, width, top: 0, height: made.over.clientHeight }, false)
  }, [chosen])

  return <div ref={frame} dir="ltr" />
}

function alignedOf({ times, lines }: ChartData): UPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])] as UPlot.AlignedData
}

function optionsOf(
  within: HTMLElement,
  told: { current: PlotProps },
  isPointedAt: () => boolean,
): UPlot.Options {
  const { data, language, timeZone, limit } = told.current
  const colour = (token: string) => {
    // A custom property is not resolved by itself: a colour that is set from it is.
    const probe = document.createElement('span')
    probe.style.color = `var(${token})`
    within.append(probe)
    const resolved = getComputedStyle(probe).color
    probe.remove()
    return resolved
  }
  const text = colour('--text-muted')
  const grid = { stroke: colour('--line'), width: 1 }
  const font = `11px ${getComputedStyle(within).fontFamily}`
  // A canvas writes from the left: a unit would stand before its number, a month before its day.
  const ofPage = (mark: string) =>
    directionOf(language as Language) === 'rtl' ? `\u2067${mark}\u2069` : mark
  const axis = { stroke: text, font, grid, ticks: { show: false } }
  return {
    width: Math.max(within.clientWidth, 1),
    height: HEIGHT,
    ms: 1,
    legend: { show: false },
    padding: [8, END_PX, 0, 0],
    tzDate: (at) => UPlot.tzDate(new Date(at), timeZone),
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: told.current.onRange !== undefined, y: false, setScale: false },
    },
    scales: {
      x: { range: [drawnFrom(data), data.to] },
      y: { range: (_plot, low, high) => [0, topOf(Math.max(low, high, limit ?? 0))] },
    },
    axes: [
      {
        ...axis,
        size: AXIS_HEIGHT_PX,
        space: TICKS_APART_PX,
        values: (_plot, ticks, _axis, _space, apart) =>
          formatTicks(ticks, apart, language, timeZone).map(ofPage),
      },
      {
        ...axis,
        size: (plot, marks) => widthOf(plot, font, marks ?? []),
        space: TICK_LINES_APART_PX,
        ...marksApart(data.unit),
        values: (_plot, ticks) => ticks.map((value) => ofPage(formatValue(value, data.unit, language))),
      },
    ],
    series: [
      {},
      ...data.lines.map(({ label, tone }) => ({
        label,
        stroke: colour(`--chart-${tone}`),
        width: 1.5,
        dash: [...DASHES[tone]],
        spanGaps: false,
        points: { show: alonePoints },
      })),
    ],
    hooks: {
      // Drawing anew sets it too, and so do the keys.
      setCursor: [(plot) => (isPointedAt() ? told.current.onCursor(plot.cursor.idx ?? null) : undefined)],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select
          if (width < 4) return
          told.current.onRange?.(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'))
        },
      ],
      drawClear: [(plot) => drawBands(plot, told.current.bands, colour('--attention-surface'))],
      draw: [(plot) => drawLimit(plot, limit, text)],
    },
  }
}

/** Between which marks it may choose; of the rest, any. */
function marksApart(unit: ChartData['unit']): { incrs?: number[] } {
  if (unit === 'seconds') return { incrs: SECONDS_APART }
  return unit === 'count' ? { incrs: ITEMS_APART.toSorted((a, b) => a - b) } : {}
}

/** Nothing is below nought; a line of nought alone lies at the foot. */
function topOf(high: number): number {
  return high > 0 ? high * 1.08 : 1
}

/** @param font of a page's pixels; the canvas may have more of them */
function widthOf({ ctx }: UPlot, font: string, marks: readonly string[]): number {
  ctx.save()
  ctx.font = font
  const widest = Math.max(AXIS_WIDTH_MIN_PX, ...marks.map((mark) => ctx.measureText(mark).width))
  ctx.restore()
  return Math.ceil(widest) + AXIS_GAP_PX
}

function drawLimit(plot: UPlot, limit: number | null, stroke: string): void {
  if (limit === null) return
  const { ctx, bbox } = plot
  const y = plot.valToPos(limit, 'y', true)
  ctx.save()
  ctx.strokeStyle = stroke
  ctx.setLineDash([...LIMIT_DASH])
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.stroke()
  ctx.restore()
}

/** A value with a gap on either side is no line: it is drawn as a point. */
function alonePoints(plot: UPlot, index: number): boolean {
  const values = plot.data[index] ?? []
  return values.some((value, at) => value != null && values[at - 1] == null && values[at + 1] == null)
}

function drawBands(plot: UPlot, bands: readonly ChartBand[], fill: string): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.fillStyle = fill
  for (const { from, to } of bands) {
    const left = Math.max(plot.valToPos(from, 'x', true), bbox.left)
    const right = Math.min(plot.valToPos(to, 'x', true), bbox.left + bbox.width)
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height)
  }
  ctx.restore()
}
