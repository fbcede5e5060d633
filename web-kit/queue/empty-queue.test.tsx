// @vitest-environment happy-dom
import type { Queue, QueuePage, WorkItem } from '@countersign/sdk/wire/queues.ts'
import { cleanup, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { ConsoleWeb } from '../console-web.ts'
import { renderInConsole } from '../render-in-console.tsx'
import { QueueView } from './queue-view.tsx'

const queue: Queue = {
  name: 'transfers.returns',
  console: 'transfers',
  title: 'Returns',
  columns: [],
  count: { value: 0, exact: true },
  oldest_at: null,
}
const page = (items: WorkItem[]): QueuePage => ({
  items,
  next_cursor: null,
  count: { value: items.length, exact: true },
  oldest_at: null,
  behind_ms: 0,
})
const item = (name: string): WorkItem => ({
  id: `transfers.returns:${name}`,
  subject: { kind: 'transfer', id: name },
  title: name,
  state: 'open',
  opened_at: '2026-11-21T10:00:00Z',
  due_at: null,
  assignee: null,
  fields: {},
})
const console: ConsoleWeb = {
  name: 'transfers',
  records: {},
  actionForms: {},
  actionKeys: {},
  columnLabels: {},
  hiddenColumns: [],
  sources: {},
}

afterEach(cleanup)

test.each([
  ['in an empty list what comes in is shown at once', [], false],
  ['in a list with rows what comes in is counted, and moves none', [item('first')], true],
])('X-02 %s', async (_what, before, counted) => {
  let items: WorkItem[] = before
  const { queries } = renderInConsole(
    <QueueView
      {...{ queue, console, me: 'nora', list: {}, openId: null }}
      onList={() => undefined}
      onOpen={() => undefined}
      onEnter={() => undefined}
      onActions={() => undefined}
    />,
    { answer: ({ path }) => Response.json(path.endsWith('/views') ? { views: [] } : page(items)) },
  )
  await (before.length === 0 ? screen.findByText('Nothing is waiting here') : screen.findByRole('grid'))
  items = [item('second'), ...before]
  await queries.invalidateQueries({ queryKey: ['queue-head'] })
  await waitFor(() => expect(screen.queryByText(/1 new/) !== null).toBe(counted))
  const shown = queries.getQueriesData<{ pages: QueuePage[] }>({ queryKey: ['queue-items'] })
  const listed = shown.flatMap(([, data]) => data?.pages.flatMap((one) => one.items) ?? [])
  await waitFor(() => expect(screen.queryByText('Nothing is waiting here')).toBeNull())
  if (counted) expect(listed.map(({ title }) => title)).toEqual(['first'])
})
