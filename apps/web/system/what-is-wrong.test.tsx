// @vitest-environment happy-dom
import type { JobState } from '@countersign/sdk/wire/jobs.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import system from './system.messages.en.json'
import { WhatIsWrong } from './what-is-wrong.tsx'

afterEach(cleanup)

const alert = (n: number) => ({
  ...{ id: `kernel.${n}`, kind: 'kernel.queue_late', severity: 'medium', title: `Alert ${n}` },
  ...{ raised_at: '2026-11-22T10:00:00Z', facts: {}, told: [], told_names: {} },
  // The first is somebody's already.
  ...(n === 0
    ? { acknowledged_by: 'amara', acknowledged_by_name: 'Amara Okafor' }
    : { acknowledged_by: null, acknowledged_by_name: null }),
})

function show({
  workers = ['worker@a:1'],
  states = {},
  open = 0,
}: {
  workers?: readonly string[]
  states?: Readonly<Record<string, JobState>>
  open?: number
}) {
  const answers: Record<string, unknown> = {
    // As many as fit on a page, however many there are.
    '/v1/alerts': {
      alerts: Array.from({ length: Math.min(open, 50) }, (_, n) => alert(n)),
      ...{ waiting: open, open, next_cursor: null },
    },
    '/v1/connectors': { window_s: 300, connectors: [] },
    '/v1/projections': { projections: [] },
    '/v1/jobs': {
      workers,
      jobs: ['effects', 'projections'].map((name) => ({
        ...{ name, title: `Job ${name}`, rounds: [] },
        state: states[name] ?? (workers.length === 0 ? 'unattended' : 'well'),
      })),
    },
  }
  renderInConsole(<WhatIsWrong />, {
    answer: ({ path }) => Response.json(answers[path]),
    texts: system,
  })
}

test('T-10 nothing is wrong where the workers do their jobs and nothing else calls for anybody', async () => {
  show({})
  await screen.findByText('Nothing calls for anybody now')
})

test('T-10 where no worker runs health says that first, and what it means; not once for each job', async () => {
  show({ workers: [], open: 1 })
  const banner = await screen.findByRole('alert')
  expect(banner.textContent).toContain('No worker has said anything for half a minute')
  expect(banner.textContent).toContain('Nothing is sent, signed or brought up to date')
  expect(banner.compareDocumentPosition(screen.getByText('Alert 0'))).toBe(Node.DOCUMENT_POSITION_FOLLOWING)
  expect(screen.queryByText('Job effects')).toBeNull()
  expect(screen.queryByText('Nothing calls for anybody now')).toBeNull()
})

test.each([
  ['failing', 'failing'],
  ['stuck', 'does not end'],
  ['unattended', 'nobody does it'],
] as const)('T-10 a job that is %s stands in health by its name', async (state, word) => {
  show({ states: { effects: state } })
  const job = await screen.findByText('Job effects')
  expect(job.closest('li')?.textContent).toContain(word)
  expect(screen.queryByText('Job projections')).toBeNull()
})

test('T-10 of many alerts the gravest are shown, and how many more there are, on further pages too', async () => {
  show({ open: 70 })
  await screen.findByText('62 more alerts')
})

test('T-10 K-47 health says who sees to an alert already, and of the others nothing', async () => {
  show({ open: 2 })
  const line = async (title: string) => (await screen.findByText(title)).closest('li')?.textContent
  expect(await line('Alert 0')).toContain('Amara Okafor sees to it')
  expect(await line('Alert 1')).not.toContain('sees to it')
})
