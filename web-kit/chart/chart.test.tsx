// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, within } from '@testing-library/react'
import { parse } from 'csv-parse/sync'
import { afterEach, expect, test, vi } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import { Chart } from './chart.tsx'
import type { ChartData } from './chart-data.ts'
import { chartCsv, withOffset } from './chart-file.ts'

const FROM = Date.parse('2026-11-22T10:00:00Z')
const MINUTE_MS = 60_000
const QUESTION = 'How much waits?'
const data: ChartData = {
  from: FROM,
  to: FROM + 4 * MINUTE_MS,
  stepS: 60,
  unit: 'count',
  times: [0, 1, 2, 3].map((minute) => FROM + minute * MINUTE_MS),
  lines: [
    { key: 'waiting', label: 'Open', tone: 'first', values: [12, null, 14, 15] },
    { key: 'late', label: 'Past their time', tone: 'bad', values: [1, 2, 0, null] },
  ],
}
const words = {
  from: 'From',
  unit: { count: 'number', perMinute: 'a minute', seconds: 'seconds', share: 'share of 1' },
}

afterEach(cleanup)

function draw(over: Partial<ChartData> = {}) {
  renderInConsole(
    <Chart
      question={QUESTION}
      source={{ data: { ...data, ...over }, error: null, retry: () => undefined }}
      group="test"
    />,
    { answer: () => null },
  )
  return screen.getByRole('slider', { name: /How much waits\?/ })
}

test('X-10 X-07 a chart is looked at with the arrows: each step says its moment and every value', () => {
  const slider = draw()
  const said = () => slider.getAttribute('aria-valuetext') ?? ''
  expect(said()).toMatch(/10:03.*Open 15, Past their time –/)
  fireEvent.keyDown(slider, { key: 'ArrowLeft' })
  expect(said()).toMatch(/10:02.*Open 14, Past their time 0/)
  fireEvent.keyDown(slider, { key: 'ArrowLeft' })
  expect(said()).toMatch(/10:01.*Open –, Past their time 2/)
  fireEvent.keyDown(slider, { key: 'Home' })
  expect(said()).toMatch(/10:00.*Open 12/)
  fireEvent.keyDown(slider, { key: 'ArrowLeft' })
  expect(slider.getAttribute('aria-valuenow')).toBe('0')
  fireEvent.keyDown(slider, { key: 'End' })
  expect(slider.getAttribute('aria-valuenow')).toBe('3')
})

test('X-10 the legend has the newest value of each line, and then that of the moment that is looked at', () => {
  const slider = draw()
  const legend = () => screen.getAllByRole('listitem').map(({ textContent }) => textContent)
  expect(legend()).toEqual(['Open15', 'Past their time0'])
  expect(screen.getByText('newest')).toBeTruthy()
  fireEvent.keyDown(slider, { key: 'Home' })
  expect(legend()).toEqual(['Open12', 'Past their time1'])
  fireEvent.blur(slider)
  expect(legend()).toEqual(['Open15', 'Past their time0'])
})

test('X-10 P-04 a newest value that is some steps old says of when it is', () => {
  draw({
    lines: [{ key: 'waiting', label: 'Open', tone: 'first', values: [12, null, null, null] }],
  })
  expect(screen.getByText(/^newest, .*10:00/)).toBeTruthy()
})

const legends = () =>
  screen.getAllByRole('region').map((region) => within(region).getByText(/newest|\d\d:\d\d/).textContent)

function drawTwo(over: Partial<ChartData> = {}) {
  const source = (of: ChartData) => ({ data: of, error: null, retry: () => undefined })
  const coarse = { ...data, stepS: 120, times: [0, 2].map((minute) => FROM + minute * MINUTE_MS) }
  const lines = [{ ...data.lines[0], key: 'a', label: 'A', tone: 'first' as const, values: [1, 2] }]
  return (
    <>
      <Chart question={QUESTION} source={source({ ...data, ...over })} group="both" />
      <Chart question="And how old?" source={source({ ...coarse, lines })} group="both" />
    </>
  )
}

test('X-10 X-07 the moment that is looked at by keyboard is that of every chart of the page, each by its own steps', () => {
  renderInConsole(drawTwo(), { answer: () => null })
  const slider = screen.getByRole('slider', { name: /How much waits/ })
  expect(legends()).toEqual(['newest', 'newest'])
  fireEvent.keyDown(slider, { key: 'Home' })
  fireEvent.keyDown(slider, { key: 'ArrowRight' })
  expect(legends()).toEqual([expect.stringContaining('10:01'), expect.stringContaining('10:00')])
  fireEvent.keyDown(slider, { key: 'ArrowRight' })
  expect(legends()).toEqual([expect.stringContaining('10:02'), expect.stringContaining('10:02')])
  fireEvent.blur(slider)
  expect(legends()).toEqual(['newest', 'newest'])
})

test('X-10 the moment that is looked at stays when new figures come and the range moves on', () => {
  const { redraw } = renderInConsole(drawTwo(), { answer: () => null })
  const slider = screen.getByRole('slider', { name: /How much waits/ })
  fireEvent.keyDown(slider, { key: 'End' })
  fireEvent.keyDown(slider, { key: 'ArrowLeft' })
  expect(slider.getAttribute('aria-valuetext')).toMatch(/10:02.*Open 14/)
  redraw(
    drawTwo({
      from: FROM + MINUTE_MS,
      to: FROM + 5 * MINUTE_MS,
      times: [1, 2, 3, 4].map((minute) => FROM + minute * MINUTE_MS),
      lines: [{ key: 'waiting', label: 'Open', tone: 'first', values: [null, 14, 15, 99] }],
    }),
  )
  expect(slider.getAttribute('aria-valuetext')).toMatch(/10:02.*Open 14/)
})

test('X-10 X-07 a part of the time is chosen with Shift and the arrows, and shown alone with Enter', () => {
  const chosen: number[][] = []
  renderInConsole(
    <Chart
      question={QUESTION}
      source={{ data, error: null, retry: () => undefined }}
      group="choose"
      onRange={(from, to) => chosen.push([from, to])}
    />,
    { answer: () => null },
  )
  const slider = screen.getByRole('slider', { name: /Shift/ })
  fireEvent.keyDown(slider, { key: 'Home' })
  fireEvent.keyDown(slider, { key: 'Enter' })
  fireEvent.keyDown(slider, { key: 'ArrowRight' })
  fireEvent.keyDown(slider, { key: 'ArrowRight', shiftKey: true })
  expect(screen.getByText(/10:01 to .*10:03 chosen/)).toBeTruthy()
  fireEvent.keyDown(slider, { key: 'Escape' })
  expect(screen.queryByText(/chosen/)).toBeNull()
  fireEvent.keyDown(slider, { key: 'Enter' })
  expect(chosen).toEqual([])
  fireEvent.keyDown(slider, { key: 'ArrowLeft', shiftKey: true })
  fireEvent.keyDown(slider, { key: 'Enter' })
  // Of the steps of 10:01 and 10:02, both whole.
  expect(chosen).toEqual([[FROM + MINUTE_MS, FROM + 3 * MINUTE_MS]])
})

test('X-10 X-06 a picture that cannot be made is told, and that the values can be saved', async () => {
  // The test's browser has no popovers, and draws nothing.
  HTMLElement.prototype.hidePopover ??= () => undefined
  draw()
  fireEvent.click(screen.getByRole('button', { name: /^Save/ }))
  fireEvent.click(screen.getByText('The picture (PNG)'))
  expect(await screen.findByText(/The picture could not be made/)).toBeTruthy()
})

test('X-10 the table has the same values, the newest first, and a gap for what was not measured', () => {
  draw()
  fireEvent.click(screen.getByRole('button', { name: 'Table', pressed: false }))
  const rows = within(screen.getByRole('table')).getAllByRole('row').slice(1)
  const cells = rows.map((row) =>
    within(row)
      .getAllByRole('cell')
      .map(({ textContent }) => textContent),
  )
  expect(cells).toEqual([
    ['15', '–'],
    ['14', '0'],
    ['–', '2'],
    ['12', '1'],
  ])
  expect(screen.queryByRole('slider')).toBeNull()
})

test('X-10 the file has exactly what is drawn, times with their offset, and parses back to it', () => {
  const odd = {
    ...data,
    unit: 'seconds' as const,
    lines: [
      {
        ...data.lines[0],
        key: 'a',
        label: 'a "b", c',
        tone: 'first' as const,
        values: [0.1 + 0.2, null, 3, 4],
      },
    ],
  }
  const [head, ...rows] = parse(chartCsv(odd, words, 'Asia/Kolkata')) as string[][]
  expect(head).toEqual(['From', 'a "b", c (seconds)'])
  expect(rows.map(([at, value]) => [Date.parse(at ?? ''), value === '' ? null : Number(value)])).toEqual(
    odd.times.map((at, index) => [at, odd.lines[0]?.values[index] ?? null]),
  )
  expect(rows[0]?.[0]).toBe('2026-11-22T15:30:00+05:30')
  const formula = { ...odd, lines: odd.lines.map((line) => ({ ...line, label: '=SUM(A1)' })) }
  expect(chartCsv(formula, words, 'UTC')).toContain("'=SUM(A1) (seconds)")
})

test.each([
  ['UTC', '2026-11-22T10:00:00Z'],
  ['America/New_York', '2026-11-22T05:00:00-05:00'],
  ['Asia/Kathmandu', '2026-11-22T15:45:00+05:45'],
  ['America/St_Johns', '2026-11-22T06:30:00-03:30'],
])('X-10 an instant in %s is %s', (timeZone, text) => {
  expect(withOffset(FROM, timeZone)).toBe(text)
  expect(Date.parse(text)).toBe(FROM)
})

test('X-10 X-06 where nothing was measured it says so; where it cannot be read, why, and offers to try again', () => {
  renderInConsole(
    <Chart
      question={QUESTION}
      source={{ data: { ...data, times: [], lines: [] }, error: null, retry: () => undefined }}
      group="test"
    />,
    { answer: () => null },
  )
  expect(screen.getByText('Nothing was measured in this time.')).toBeTruthy()
  cleanup()
  const retry = vi.fn()
  renderInConsole(
    <Chart question={QUESTION} source={{ data: undefined, error: new Error('x'), retry }} group="test" />,
    { answer: () => null },
  )
  fireEvent.click(screen.getByRole('button'))
  expect(retry).toHaveBeenCalled()
})
