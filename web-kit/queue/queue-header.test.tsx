// @vitest-environment happy-dom
import type { Queue, QueuePage } from '@countersign/sdk/wire/queues.ts'
import { cleanup, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { ConsoleWeb } from '../console-web.ts'
import { renderInConsole } from '../render-in-console.tsx'
import { QueueHeader } from './queue-header.tsx'
import { QueueView } from './queue-view.tsx'

const queue: Queue = {
  name: 'transfers.returns',
  console: 'transfers',
  title: 'Returns',
  columns: [],
  count: { value: 0, exact: true },
  oldest_at: null,
}
const page = (behind_ms: number) =>
  ({
    items: [],
    next_cursor: null,
    count: { value: 0, exact: true },
    oldest_at: null,
    behind_ms,
  }) as QueuePage
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
  [0, null],
  [1_999, null],
  [2_001, '2s behind'],
  [30_001, '30s behind'],
])('K-24 a list that is %i ms behind says %j', (behind, said) => {
  renderInConsole(<QueueHeader queue={queue} page={page(behind)} done={false} />, { answer: () => null })
  expect(screen.queryByText(/behind/)?.textContent?.replace('◔ ', '') ?? null).toBe(said)
})

test.each([
  [30_000, false],
  [30_001, true],
])('K-24 a list that is %i ms behind warns before one acts: %j', async (behind, warns) => {
  renderInConsole(
    <QueueView
      queue={queue}
      console={console}
      me="nora"
      list={{}}
      openId={null}
      onList={() => undefined}
      onOpen={() => undefined}
      onEnter={() => undefined}
      onActions={() => undefined}
    />,
    { answer: ({ path }) => Response.json(path.endsWith('/views') ? { views: [] } : page(behind)) },
  )
  await screen.findByText('Nothing is waiting here')
  await waitFor(() => expect(screen.getByText(/30s behind$/)).toBeTruthy())
  expect(screen.queryByText(/30s behind its upstreams/) !== null).toBe(warns)
})
