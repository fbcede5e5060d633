// @vitest-environment happy-dom
import type { Queue, QueuePage, WorkItem } from '@countersign/sdk/wire/queues.ts'
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, test } from 'vitest'
import type { ConsoleWeb } from '../console-web.ts'
import { renderInConsole } from '../render-in-console.tsx'
import { QueueView } from './queue-view.tsx'

const NAMES = ['first', 'second', 'third', 'fourth', 'fifth']

const queue: Queue = {
  name: 'transfers.returns',
  console: 'transfers',
  title: 'Returns',
  columns: [],
  count: { value: NAMES.length, exact: true },
  oldest_at: null,
}
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
const page = {
  items: NAMES.map(item),
  next_cursor: null,
  count: { value: NAMES.length, exact: true },
  oldest_at: null,
  behind_ms: 0,
} as QueuePage
const console = {
  name: 'transfers',
  records: {},
  actionForms: {},
  actionKeys: {},
  columnLabels: {},
  hiddenColumns: [],
  sources: {},
} as ConsoleWeb

function Worked({ from }: { from: string | null }) {
  const [open, setOpen] = useState(from)
  return (
    <QueueView
      {...{ queue, console, me: 'nora', list: {} }}
      openId={open === null ? null : `transfer:${open}`}
      onList={() => undefined}
      onOpen={({ subject }) => setOpen(subject.id)}
      onEnter={() => undefined}
      onActions={() => undefined}
    />
  )
}

/** Draws the list with a record open, and gives the records that have been read so far. */
async function worked(from: string | null) {
  const { asked } = renderInConsole(<Worked from={from} />, {
    answer: ({ path }) =>
      Response.json(path.endsWith('/views') ? { views: [] } : path.includes('/entities/') ? {} : page),
  })
  await screen.findByRole('grid')
  return () =>
    asked.flatMap(({ path }) => (path.includes('/entities/transfer/') ? [path.split('/').at(-1)] : []))
}

const press = (key: string) => fireEvent.keyDown(document.body, { key })
const rested = () => new Promise((done) => setTimeout(done, 250))

afterEach(cleanup)

test('S-18 X-02 whoever looks at a record has the next one read meanwhile, the way that they go', async () => {
  const read = await worked('second')
  await waitFor(() => expect(read()).toEqual(['third']))
  press('j')
  await waitFor(() => expect(read()).toEqual(['third', 'fourth']))
  press('k')
  await waitFor(() => expect(read()).toEqual(['third', 'fourth', 'first']))
})

test('S-18 X-02 of records that are only passed by, and behind the last one, nothing is read ahead', async () => {
  const read = await worked('first')
  for (let steps = 1; steps < NAMES.length; steps += 1) press('j')
  await rested()
  expect(read()).toEqual([])
})

test('S-18 X-02 while no record is open none is read ahead', async () => {
  const read = await worked(null)
  press('j')
  await rested()
  expect(read()).toEqual([])
})
