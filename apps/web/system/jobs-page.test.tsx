// @vitest-environment happy-dom
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { JobsPage } from './jobs-page.tsx'
import system from './system.messages.en.json'

afterEach(cleanup)

type Shown = Omit<typeof round, 'of'> & { of: string | null }

const round = {
  ...{ process: 'worker@a:1', of: null, took_ms: 12, failing: 0, failed_at: null, failure: null },
  ...{ under_way: false, stuck: false, began_at: new Date(Date.now() - 4 * 60_000).toISOString() },
}

function show(state: string, over: Partial<Shown>) {
  renderInConsole(<JobsPage />, {
    answer: () =>
      Response.json({
        workers: ['worker@a:1'],
        jobs: [{ name: 'effects', title: 'Sends', state, rounds: [{ ...round, ...over }] }],
      }),
    me: { permissions: ['kernel:read'] },
    texts: { ...system, 'page.title': '{{page}}', 'sign.colon': ': ', 'transfers.source.cts': 'CTS' },
  })
}

test('T-10 a round that does not end says for how long it has been at it, and not how long the one before took', async () => {
  show('stuck', { under_way: true, stuck: true })
  const row = await screen.findByRole('row', { name: /Sends/ })
  expect(row.textContent).toContain('does not end')
  expect(row.textContent).toContain('has been at it for 4 min')
  expect(row.textContent).not.toContain('12 ms')
})

test('T-10 a round that has ended says when it was and how long it took', async () => {
  show('well', { under_way: true })
  const row = await screen.findByRole('row', { name: /Sends/ })
  expect(row.textContent).toMatch(/4 min ago, took 12 ms/)
})

test('T-10 a round of one upstream is called by its name', async () => {
  show('well', { of: 'cts' })
  expect((await screen.findByRole('row', { name: /Sends/ })).textContent).toContain('CTS: ')
})
