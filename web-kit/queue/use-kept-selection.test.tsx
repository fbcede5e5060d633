// @vitest-environment happy-dom
import type { WorkItem } from '@countersign/sdk/wire/queues.ts'
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { backFromUnload, useKeptSelection } from './use-kept-selection.ts'
import { selected, useSelection } from './use-selection.ts'

const row = (id: string): WorkItem => ({
  ...{ id, title: `Item ${id}`, subject: { kind: 'transfer', id: `tr_${id}` }, subject_version: '3' },
  ...{ state: 'open', opened_at: '2026-01-01T00:00:00Z', due_at: null, assignee: null, fields: {} },
})

afterEach(() => {
  cleanup()
  sessionStorage.clear()
})

/** A queue as it is shown to somebody; its rows come with the second drawing. */
function shown(queue: string, person: string, ids: readonly string[]) {
  const all = ids.map(row)
  const list = renderHook(
    ({ rows }: { rows: readonly WorkItem[] }) => {
      const selection = useSelection()
      useKeptSelection(queue, person, selection, rows)
      return selection
    },
    { initialProps: { rows: [] as readonly WorkItem[] } },
  )
  list.rerender({ rows: all })
  return list.result
}
/** The tab is loaded anew with this chosen of it. */
function loadedAnewWith(chosen: readonly string[]) {
  const list = shown('transfers.returns', 'nora', chosen)
  act(() => list.current.add(chosen.map(row).map(selected)))
  window.dispatchEvent(new Event('pagehide'))
  cleanup()
  backFromUnload()
}

test('K-26 what was selected is selected when the page has been loaded anew, as far as it still stands, and says nothing meanwhile', () => {
  const chosen = ['1', '2', '3']
  const list = shown('transfers.returns', 'nora', chosen)
  act(() => list.current.add(chosen.map(row).map(selected)))
  window.dispatchEvent(new Event('pagehide'))
  expect(JSON.stringify({ ...sessionStorage })).not.toContain('Item')
  cleanup()
  backFromUnload()
  expect([...shown('transfers.returns', 'nora', ['1', '3', '4']).current.ids]).toEqual(['1', '3'])
  // Once: whoever comes back to the list later begins anew.
  expect(shown('transfers.returns', 'nora', ['1', '3', '4']).current.ids.size).toBe(0)
})

test.each([
  ['of another queue', 'transfers.exceptions', 'nora'],
  ['of somebody else', 'transfers.returns', 'omar'],
])('K-26 what was selected in a list %s is not selected', (_what, queue, person) => {
  loadedAnewWith(['1', '2'])
  expect(shown(queue, person, ['1', '2']).current.ids.size).toBe(0)
})

test('K-26 where nothing is selected any more nothing is when the page has been loaded anew', () => {
  const list = shown('transfers.returns', 'nora', ['1'])
  act(() => list.current.toggle(row('1')))
  act(() => list.current.clear())
  window.dispatchEvent(new Event('pagehide'))
  cleanup()
  backFromUnload()
  expect(shown('transfers.returns', 'nora', ['1']).current.ids.size).toBe(0)
})
