// @vitest-environment happy-dom
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { LateNow } from './late-now.tsx'
import texts from './system.messages.en.json'

afterEach(cleanup)

const HOUR_MS = 3_600_000
const draw = (kind: string, breached: number) =>
  renderInConsole(<LateNow leads alert={{ kind, facts: { queue: 'transfers.returns' } }} />, {
    me: { permissions: ['kernel:read'] },
    texts,
    answer: () =>
      Response.json({
        queues: [
          {
            ...{ name: 'transfers.returns', console: 'transfers', title: 'Returns', columns: [], breached },
            ...{
              count: { value: 9, exact: true },
              oldest_at: new Date(Date.now() - 5 * HOUR_MS).toISOString(),
            },
          },
        ],
      }),
  })

test('K-47 an alert of a late queue says how many are late now and how old the oldest is, and leads there', async () => {
  draw('kernel.queue_late', 3)
  const said = await screen.findByRole('link', { name: '3 late now, the oldest open for 5h' })
  expect(said.getAttribute('href')).toBe('/transfers/returns')
})

test('K-47 of what is late no more, and of other alerts, it says nothing and asks for nothing', async () => {
  const { asked } = draw('kernel.outcome_unknown', 3)
  expect(asked).toEqual([])
  cleanup()
  const late = draw('kernel.queue_late', 0)
  await expect.poll(() => late.asked.length).toBe(1)
  expect(screen.queryByRole('link')).toBeNull()
})
