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
      known={[{ kind: 'party', id: 'pty_2' }]}
      named={new Set(['hit'])}
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
          : Response.json({ entries, may_annotate: true, next_cursor: null }),
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

test('X-03 what happened to another record of the same kind says to which, also where that is linked beside', async () => {
  draw([
    {
      ...{ position: '1', at: '2026-11-20T09:00:00Z', source: 'cts', type: 'made', summary: 'Party made' },
      ...{ about: { kind: 'party', id: 'pty_2' }, links: [{ kind: 'party', id: 'pty_2' }] },
    },
  ])
  expect((await screen.findByText('Party made')).closest('span[title=made]')?.textContent).toBe(
    'pty_2: Party made',
  )
  expect(screen.getAllByText('pty_2')).toHaveLength(1)
})

test('X-03 T-06 what is named on a timeline is called by its title where its page is, else by its id', async () => {
  draw([
    {
      ...{ position: '1', at: '2026-11-20T09:00:00Z', source: 'cts', type: 'raised', summary: 'Hit raised' },
      links: [
        { kind: 'hit', id: 'scr_93c2e3ab', title: 'OFAC SDN M. W••••' },
        { kind: 'transfer', id: 'tr_1', title: '1.00 USD ACH' },
      ],
    },
  ])
  expect(await screen.findByText('OFAC SDN M. W••••')).toBeTruthy()
  expect(screen.queryByText('scr_93c2e3ab')).toBeNull()
  expect(screen.getByText('tr_1')).toBeTruthy()
})
