// @vitest-environment happy-dom
import type { Queue } from '@countersign/sdk/wire/queues.ts'
import { cleanup, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import { QueueFigures } from './queue-figures.tsx'

afterEach(cleanup)

async function draw(sla: Queue['sla']) {
  const at = new Date(Math.floor(Date.now() / 3_600_000 - 3) * 3_600_000).toISOString()
  const point = { at, n: 4, total: 4, low: 1, high: 1, p50: 1, p90: 1, p99: 1 }
  const queue: Queue = {
    ...{ name: 'transfers.returns', console: 'transfers', title: 'Returns', columns: [] },
    ...{ count: { value: 0, exact: true }, oldest_at: null, sla },
  }
  renderInConsole(<QueueFigures queue={queue} range={{ back: '24h' }} onRange={() => undefined} />, {
    answer: ({ path }) =>
      Response.json({
        ...{ name: path.split('/').at(-1), measure: 'level', unit: 'items', step_s: 300 },
        series: [{ label: 'transfers.returns', points: [point] }],
      }),
  })
  const chart = async (name: string) => within(await screen.findByRole('region', { name }))
  await (await chart('How old is the oldest?')).findByText('Oldest open item')
  return chart
}

test('T-08 X-10 what is allowed is a line where it counts by the clock, as ages do', async () => {
  const chart = await draw({ hours: 4 })
  expect((await chart('How old is the oldest?')).getByText('Time allowed')).toBeTruthy()
  expect(
    (await chart('How much is done in time?')).getByText(/In time: within 4h \(day and night\)/),
  ).toBeTruthy()
})

test('T-08 X-10 what is allowed in business hours is no line among ages by the clock', async () => {
  await draw({ hours: 4, calendar: 'bank days' })
  expect(screen.queryByText('Time allowed')).toBeNull()
})

test('T-08 X-10 where items have deadlines of their own, in time says so', async () => {
  const chart = await draw({ hours: 4, own_deadlines: true })
  expect(screen.queryByText('Time allowed')).toBeNull()
  expect(
    (await chart('How much is done in time?')).getByText(/by an item’s own deadline where it has one/),
  ).toBeTruthy()
})
