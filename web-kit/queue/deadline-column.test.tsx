// @vitest-environment happy-dom
import type { QueueColumn } from '@countersign/sdk/wire/queues.ts'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { ConsoleWeb } from '../console-web.ts'
import { renderInConsole } from '../render-in-console.tsx'
import { queueColumns } from './queue-columns.tsx'
import type { QueueRow } from './queue-rows.ts'

afterEach(cleanup)

const HOUR_MS = 3_600_000
const declared = [{ key: 'until', title: 'Deadline', type: 'deadline' }] as unknown as QueueColumn[]

/** How the last of them stood out. */
let stood: string | null = null

/** What a cell of the column says of an instant that far from now. */
function cellOf(hours: number): string | null {
  const until = new Date(Date.now() + hours * HOUR_MS).toISOString()
  const columns = queueColumns({
    ...{ declared, letters: { until: 8 }, numeric: new Set(), width: 1_200, me: 'me', selected: new Set() },
    ...{ console: { columnLabels: {}, hiddenColumns: [] } as unknown as ConsoleWeb, t: (id) => id },
    onSelect: () => undefined,
  })
  const column = columns.find(({ key }) => key === 'until')
  if (!column) throw new Error('the column does not fit')
  const row = { fields: { until } } as unknown as QueueRow
  renderInConsole(<p data-testid="cell">{column.render(row)}</p>, { answer: () => null, texts: {} })
  const said = screen.getByTestId('cell').textContent
  stood = screen.getByTestId('cell').firstElementChild?.getAttribute('data-state') ?? null
  cleanup()
  return said
}

test('T-02 a deadline says whether it lies ahead or has passed, and by how much', () => {
  expect(cellOf(72)).toBe('in 3d')
  expect(cellOf(-72)).toBe('over for 3d')
})

test('T-02 a deadline that is over or near stands out, one that is far does not', () => {
  const states = [-1, 31, 72].map((hours) => {
    cellOf(hours)
    return stood
  })
  expect(states).toEqual(['late', 'soon', 'fine'])
})
