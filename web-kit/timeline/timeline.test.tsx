// @vitest-environment happy-dom
import type { TimelineEntry } from '@countersign/sdk/wire/timeline.ts'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import { Timeline } from './timeline.tsx'

afterEach(cleanup)

const declared = (type: string, title: string) => ({ type, reasons: [{ code: 'cleared', title }] })

function draw(entries: TimelineEntry[]) {
  renderInConsole(
    <Timeline
      of={{ kind: 'party', id: 'pty_1' }}
      me="nora"
      onCorrect={() => undefined}
      sources={{}}
      known={[]}
    />,
    {
      answer: ({ path }) =>
        path === '/v1/actions'
          ? Response.json({
              actions: [
                declared('kernel.enable_account', 'Looked into and cleared'),
                declared('transfers.unfreeze_entity', 'Investigated and cleared'),
              ],
            })
          : Response.json({ entries, next_cursor: null }),
    },
  )
}

test('X-05 the reason of a request is told in the words of its own action, whatever another calls the same code', async () => {
  draw([
    {
      ...{ position: '1', at: '2026-11-20T09:00:00Z', source: 'kernel', type: 'kernel.request.requested' },
      ...{ summary: 'Unfreeze asked for', links: [] },
      detail: { action: 'transfers.unfreeze_entity', reason_code: 'cleared' },
    },
  ])
  expect((await screen.findByText(/Investigated and cleared/)).textContent).not.toContain('Looked into')
})
