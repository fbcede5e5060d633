// @vitest-environment happy-dom
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import { HeatMap } from './heat-map.tsx'
import type { SeriesRead } from './use-series.ts'

afterEach(cleanup)

const point = (at: string, n: number) => ({
  ...{ at, n, total: n, low: n, high: n, p50: null, p90: null, p99: null },
})

function draw(source: Partial<SeriesRead>) {
  renderInConsole(
    <HeatMap
      question="When?"
      note="By hour."
      series="queue_opened"
      source={{ found: undefined, error: null, retry: () => undefined, ...source }}
    />,
    { answer: () => null },
  )
}
const found = (points: ReturnType<typeof point>[]) => ({
  queue_opened: {
    ...{ name: 'queue_opened', measure: 'count' as const, unit: 'items' as const, step_s: 3_600 },
    series: [{ label: 'q', points }],
  },
})

test('X-10 each cell says its day, its hour and how many; the same hour of two weeks is one', () => {
  // Both are Mondays.
  draw({ found: found([point('2026-11-16T14:00:00Z', 3), point('2026-11-23T14:00:00Z', 4)]) })
  expect(screen.getByTitle('Monday, 14:00 to 15:00: 7').textContent).toBe('7')
  expect(screen.getByTitle('Tuesday, 14:00 to 15:00: 0').textContent).toBe('')
  expect(screen.getByRole('button', { name: /^Save/ })).toBeTruthy()
})

test('X-10 X-06 while it is read that is shown; what cannot be read says why and offers to try again; nothing is nothing', () => {
  draw({})
  expect(screen.queryByText('Nothing was measured in this time.')).toBeNull()
  expect(screen.getByLabelText('Reading: When?')).toBeTruthy()
  cleanup()
  const retry = vi.fn()
  draw({ error: new Error('x'), retry })
  expect(screen.queryByText('Nothing was measured in this time.')).toBeNull()
  fireEvent.click(screen.getByRole('button'))
  expect(retry).toHaveBeenCalled()
  cleanup()
  draw({ found: found([]) })
  expect(screen.getByText('Nothing was measured in this time.')).toBeTruthy()
})

test('X-10 X-07 the same as a table: each hour in which there was anything is a line, in the order of the week', () => {
  draw({ found: found([point('2026-11-17T09:00:00Z', 2), point('2026-11-16T14:00:00Z', 3)]) })
  fireEvent.click(screen.getByRole('button', { name: 'Table' }))
  const lines = screen
    .getAllByRole('row')
    .map((row) => [...row.children].map(({ textContent }) => textContent))
  expect(lines.slice(1)).toEqual([
    ['Monday', '14:00–15:00', '3'],
    ['Tuesday', '09:00–10:00', '2'],
  ])
  fireEvent.click(screen.getByRole('button', { name: 'Table' }))
  expect(screen.getByTitle('Monday, 14:00 to 15:00: 3')).toBeTruthy()
})
