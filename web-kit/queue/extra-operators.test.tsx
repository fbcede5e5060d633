// @vitest-environment happy-dom
import type { Queue } from '@countersign/sdk/wire/queues.ts'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import ExtraOperators from './extra-operators.tsx'

afterEach(cleanup)

const person = (id: string, away: boolean, acts = true) => ({
  ...{ id, name: `Name ${id}`, skills: [], max_open: null, away, away_from: null, away_until: null, open: 3 },
  ...{ roles: [`transfers/${id.toUpperCase()}`], acts },
})

function show(people: ReturnType<typeof person>[]) {
  const queue: Queue = {
    ...{ name: 'transfers.returns', console: 'transfers', title: 'Returns', columns: [] },
    ...{ count: { value: 9, exact: true }, oldest_at: null },
  }
  HTMLDialogElement.prototype.showModal ??= () => undefined
  renderInConsole(<ExtraOperators queue={queue} onClose={() => undefined} />, {
    answer: ({ path, params }) => {
      if (path.endsWith('/people')) return Response.json({ people })
      // Of what nobody has, and not of all that waits.
      const value = params.get('assignee') === 'none' ? 7 : 9
      return Response.json({ items: [], next_cursor: null, count: { value, exact: true }, oldest_at: null })
    },
  })
}

test('T-09 who is here stands there with role and what they have, and how much nobody has', async () => {
  show([person('ops', false), person('admin', true), person('compliance', false, false)])
  const label = (await screen.findByText('Name ops')).closest('label')
  expect(label?.textContent).toBe(' Name ops · OPS · 3 open')
  expect(screen.queryByText('Name admin')).toBeNull()
  // Who can do nothing to what is listed is no help with it.
  expect(screen.queryByText('Name compliance')).toBeNull()
  await screen.findByText(/Nobody has 7 items now\./)
})

test('T-09 where everybody is away it says so, and offers nothing to confirm', async () => {
  show([person('ops', true)])
  await screen.findByText(/Everybody who works this queue is away/)
  expect(screen.queryByRole('button', { name: 'Assign evenly' })).toBeNull()
})
