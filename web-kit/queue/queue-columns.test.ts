import type { QueueColumn, WorkItem } from '@countersign/sdk/wire/queues.ts'
import { describe, expect, test } from 'vitest'
import type { ConsoleWeb } from '../console-web.ts'
import { fittingColumns, lettersOf, numericColumns, queueColumns } from './queue-columns.tsx'
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

test('X-02 what an item is stays beside an open record, and goes before names', () => {
  const kind: QueueColumn = { key: 'kind', title: 'Kind', type: 'code', stays: true }
  const beside = fittingColumns(
    [...columns.slice(0, 5), kind, ...columns.slice(5)],
    574,
    { hiddenColumns: ['currency'] },
    { from: 20, to: 20, code: 3, rail: 7, kind: 13 },
  )
  expect(beside.map(({ key }) => key)).toEqual(['code', 'amount', 'from', 'kind'])
})

test('X-02 T-06 beside an open record a score is read whole, before whatever is declared after it', () => {
  const declared: QueueColumn[] = [
    { key: 'screened', title: 'Screened', type: 'person' },
    { key: 'score', title: 'Score', type: 'score' },
    { key: 'list', title: 'List', type: 'code' },
    { key: 'rule', title: 'Rule', type: 'code' },
  ]
  const letters = { screened: 24, score: 5, list: 24, rule: 24 }
  const fitting = (width: number) =>
    fittingColumns(declared, width, { hiddenColumns: [] }, letters).map(({ key }) => key)
  expect(fitting(480)).toEqual(['screened', 'score'])
  expect(fitting(1_200)).toEqual(['screened', 'score', 'list', 'rule'])
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

test('X-02 T-02 a column of deadlines is as wide as what it says, in whichever language that is longer', () => {
  const until: QueueColumn = { key: 'until', title: 'Due', type: 'deadline' }
  const rows = [
    { fields: { until: new Date(Date.now() - 19 * 86_400_000).toISOString() } },
  ] as unknown as WorkItem[]
  const width = (over: string) => {
    const t = (id: string, values?: Record<string, unknown>) =>
      id === 'queue.deadline.over' ? `${over} ${values?.length}` : id
    const letters = lettersOf([until], rows, { columnLabels: {} }, t, 'en')
    const columns = queueColumns({
      ...{ declared: [until], letters, numeric: new Set<string>(), width: 600, me: 'me', t },
      ...{ console: { columnLabels: {}, hiddenColumns: [] } as unknown as ConsoleWeb },
      ...{ selected: new Set<string>(), onSelect: () => undefined },
    })
    return Number.parseInt(columns.find(({ key }) => key === 'until')?.track ?? '', 10)
  }
  // At 13 px a letter is 6 px or more, and the sign behind it as much as two.
  expect(width('over for')).toBeGreaterThanOrEqual('over for 19d'.length * 6 + 12)
  expect(width('dépassée depuis')).toBeGreaterThanOrEqual('dépassée depuis 19d'.length * 6 + 12)
})
