import type { QueuePage, WorkItem } from '@countersign/sdk/wire/queues.ts'
import { describe, expect, test } from 'vitest'
import { makeQueueRows } from './queue-rows.ts'

function item(id: string, over: Partial<WorkItem> = {}): WorkItem {
  return {
    id,
    subject: { kind: 'transfer', id: `tr_${id}` },
    title: id,
    state: 'open',
    opened_at: '2026-11-20T09:00:00Z',
    due_at: null,
    assignee: null,
    fields: {},
    ...over,
  }
}
const page = (ids: string[], next: string | null): QueuePage => ({
  items: ids.map((id) => item(id)),
  next_cursor: next,
  count: { value: ids.length, exact: true },
  oldest_at: null,
  behind_ms: 0,
})
const queueRows: ReturnType<typeof makeQueueRows> = (shown, head) => makeQueueRows()(shown, head)
const shape = (rows: readonly { id: string; gone: boolean }[]) =>
  rows.map((row) => (row.gone ? `-${row.id}` : row.id))

describe('X-02 the list keeps its place', () => {
  test('X-02 new items are counted and move no row', () => {
    const { rows, fresh } = queueRows([page(['a', 'b', 'c'], null)], page(['n', 'a', 'm', 'b', 'c'], null))
    expect(shape(rows)).toEqual(['a', 'b', 'c'])
    expect(fresh).toBe(2)
  })

  test('X-02 an item that left the queue stays in its row, marked gone', () => {
    const { rows } = queueRows([page(['a', 'b', 'c'], null)], page(['a', 'c'], null))
    expect(shape(rows)).toEqual(['a', '-b', 'c'])
  })

  test('X-02 the head says nothing of rows beyond its reach', () => {
    const shown = [page(['a', 'b'], 'x'), page(['c', 'd'], null)]
    const { rows } = queueRows(shown, page(['n', 'b'], 'y'))
    expect(shape(rows)).toEqual(['-a', 'b', 'c', 'd'])
  })

  test('X-02 what changed in an item is shown in its row', () => {
    const head = page(['a'], null)
    head.items = [item('a', { assignee: { id: 'p', name: 'Mei L.' } })]
    const { rows } = queueRows([page(['a'], null)], head)
    expect(rows[0]?.assignee?.name).toBe('Mei L.')
  })

  test('X-02 a page more costs only that page: the rows before it are the same objects, and each is found by its id', () => {
    const rowsOf = makeQueueRows()
    const [first, second] = [page(['a', 'b'], 'x'), page(['b', 'c'], null)]
    const head = page(['b'], 'y')
    const alone = rowsOf([first], undefined)
    const before = rowsOf([first], head)
    const after = rowsOf([first, second], head)
    expect(shape(after.rows)).toEqual(['-a', 'b', 'c'])
    expect(rowsOf([first, second], undefined).rows[0]).toBe(alone.rows[0])
    expect([after.indexOf('c'), after.indexOfRecord('transfer:tr_b'), after.indexOf('z')]).toEqual([2, 1, -1])
    // What was answered before stays as it was.
    expect([shape(before.rows), before.indexOf('c')]).toEqual([['-a', 'b'], -1])
    expect(shape(rowsOf([page(['c'], null)], undefined).rows)).toEqual(['c'])
  })

  test('X-02 an item that two pages both hold is one row', () => {
    const { rows } = queueRows([page(['a', 'b'], 'x'), page(['b', 'c'], null)], undefined)
    expect(shape(rows)).toEqual(['a', 'b', 'c'])
  })
})

test('T-04 X-02 that one of the rows is marked is known of pages read before, newly, and by the head', () => {
  const frozen = [{ kind: 'frozen', word: 'Frozen', tone: 'danger' }] as unknown as WorkItem['marks']
  const marked: QueuePage = { ...page([], null), items: [item('c', { marks: frozen })] }
  const rows = makeQueueRows()
  expect(rows([page(['a'], 'x')], undefined).mark).toBeUndefined()
  expect(rows([page(['a'], 'x')], marked).mark).toBe('Frozen')
  const grown = [page(['a'], 'x'), marked]
  expect(rows(grown, undefined).mark).toBe('Frozen')
  expect(rows([...grown, page(['d'], null)], undefined).mark).toBe('Frozen')
  expect(rows([page(['a'], 'x')], undefined).mark).toBeUndefined()
})
