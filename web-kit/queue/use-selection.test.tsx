// @vitest-environment happy-dom
import type { WorkItem } from '@countersign/sdk/wire/queues.ts'
import { act, renderHook } from '@testing-library/react'
import { expect, test } from 'vitest'
import { useSelection } from './use-selection.ts'

const row = (id: string): WorkItem => ({
  id,
  subject: { kind: 'transfer', id: `tr_${id}` },
  subject_version: '3',
  title: `Item ${id}`,
  state: 'open',
  opened_at: '2026-01-01T00:00:00Z',
  due_at: null,
  assignee: null,
  fields: {},
})

test('K-26 a selection holds rows one by one and whatever else matches, each once, with its record and version', () => {
  const { result } = renderHook(() => useSelection())
  act(() => result.current.toggle(row('1')))
  act(() => result.current.toggle(row('2')))
  act(() => result.current.toggle(row('1')))
  act(() =>
    result.current.add([
      { id: '2', subject: { kind: 'transfer', id: 'tr_2' }, version: '4', title: 'Item 2' },
      { id: '9', subject: { kind: 'transfer', id: 'tr_9' }, version: '1', title: 'Item 9' },
    ]),
  )
  expect([...result.current.ids]).toEqual(['2', '9'])
  expect(result.current.items.map(({ subject, version }) => `${subject.id} ${version}`)).toEqual([
    'tr_2 4',
    'tr_9 1',
  ])
  act(() => result.current.clear())
  expect(result.current.items).toEqual([])
})

test('K-26 what has left the list is chosen no more; the rest stays', () => {
  const { result } = renderHook(() => useSelection())
  for (const id of ['1', '2', '3']) act(() => result.current.toggle(row(id)))
  act(() => result.current.drop(['2', '3']))
  expect([...result.current.ids]).toEqual(['1'])
})
