import type { QueueColumn } from '@countersign/sdk/wire/queues.ts'
import { describe, expect, test } from 'vitest'
import { fittingColumns, numericColumns } from './queue-columns.tsx'
import { toggled } from './queue-filters.tsx'

const columns: QueueColumn[] = [
  { key: 'code', title: 'Code', type: 'code' },
  { key: 'amount', title: 'Amount', type: 'money' },
  { key: 'from', title: 'Originator', type: 'text' },
  { key: 'to', title: 'Receiver', type: 'text' },
  { key: 'rail', title: 'Rail', type: 'code' },
  { key: 'currency', title: 'Currency', type: 'code' },
]
const keys = (width: number) =>
  fittingColumns(columns, width, { hiddenColumns: ['currency'] }, { from: 20, to: 20, code: 3, rail: 7 }).map(
    ({ key }) => key,
  )

describe('X-02 a dense table', () => {
  test('X-02 on a wide screen every declared column is there, in order', () => {
    expect(keys(1_200)).toEqual(['code', 'amount', 'from', 'to', 'rail'])
  })

  test('X-02 beside an open record the first ones stay', () => {
    const narrow = keys(520)
    expect(narrow.slice(0, 2)).toEqual(['code', 'amount'])
    expect(narrow.length).toBeLessThan(columns.length)
  })
})

test('X-02 beside an open record both names stay, before the rail', () => {
  expect(keys(574)).toEqual(['code', 'amount', 'from', 'to'])
})

test('X-02 a column of figures is known by its values', () => {
  const item = (fields: Record<string, unknown>) => ({
    id: '1',
    subject: { kind: 'hit', id: '1' },
    title: '',
    state: 'open',
    opened_at: '2026-11-20T09:00:00Z',
    due_at: null,
    assignee: null,
    fields,
  })
  const rows = [item({ code: 0.97, rail: 'ach' }), item({ code: null, rail: 'wire' })]
  expect([...numericColumns(columns, rows)]).toEqual(['code'])
})

describe('X-01 filters are in the URL', () => {
  const rail = { key: 'rail', many: true }
  test('X-01 a filter of many takes a further value and gives one back', () => {
    const one = toggled({ sort: 'opened_at' }, rail, 'ach')
    const two = toggled(one, rail, 'wire')
    expect(two).toEqual({ sort: 'opened_at', rail: 'ach,wire' })
    expect(toggled(two, rail, 'ach')).toEqual({ sort: 'opened_at', rail: 'wire' })
    expect(toggled(one, rail, 'ach')).toEqual({ sort: 'opened_at' })
  })

  test('X-01 a filter of one takes the other value instead', () => {
    expect(toggled({ assignee: 'me' }, { key: 'assignee', many: false }, 'none')).toEqual({
      assignee: 'none',
    })
  })
})
