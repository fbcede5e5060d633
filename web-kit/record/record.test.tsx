// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { ConsoleWeb } from '../console-web.ts'
import { renderInConsole } from '../render-in-console.tsx'
import { Record } from './record.tsx'

const party: Entity = {
  ...{ kind: 'party', id: 'p_1', version: 1, fresh_at: '2026-11-20T09:00:00Z', stale: false },
  ...{ title: 'Y. T••••', state: 'active', data: {}, affordances: [] },
}
const console: ConsoleWeb = {
  ...{ name: 'transfers', actionForms: {}, actionKeys: {}, columnLabels: {}, hiddenColumns: [], sources: {} },
  records: { party: { name: 'transfers.kind.party', headedBy: 'title', states: {} } },
}

afterEach(cleanup)

test('X-08 the title of a record keeps its own direction: a masked name reads the same from right to left', async () => {
  renderInConsole(
    <Record
      of={{ kind: 'party', id: 'p_1' }}
      console={console}
      me="nora"
      layout="page"
      act={undefined}
      onAct={() => undefined}
    />,
    {
      answer: ({ path }) => {
        if (path === '/v1/entities/party/p_1') return Response.json(party)
        if (path === '/v1/actions') return Response.json({ actions: [] })
        if (path.endsWith('/timeline')) return Response.json({ entries: [], next_cursor: null })
        return null
      },
    },
  )
  const heading = await screen.findByRole('heading', { level: 1 })
  expect(heading.querySelector('bdi')?.textContent).toBe('Y.\u00a0T••••')
})
