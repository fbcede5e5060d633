// @vitest-environment happy-dom
import type { RosterSummary } from '@countersign/sdk/wire/alerts.ts'
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { rosterView } from './roster-view.tsx'
import system from './system.messages.en.json'

afterEach(cleanup)

const nora = { id: 'nora', name: 'Nora Lindqvist', kind: 'person' as const }
const entries = [
  { person: 'nora', order: 1, zone: 'UTC', hours: [{ days: ['mon'], from: '09:00', to: '17:00' }] },
]
const roster = (now: Pick<RosterSummary, 'on_call' | 'next_on_call'>): RosterSummary => ({
  ...{ console: 'transfers', title: 'Transfers', entries, people: [nora] },
  ...now,
})

async function shown(now: Pick<RosterSummary, 'on_call' | 'next_on_call'>) {
  const entity = {
    ...{ kind: 'roster', id: 'transfers', version: '1', title: 'On call for Transfers', state: 'set' },
    ...{ data: { entries }, affordances: [] },
  } as unknown as Entity
  if (rosterView.Body === undefined) throw new Error('a roster shows nothing of itself')
  renderInConsole(<rosterView.Body entity={entity} />, {
    answer: ({ path }) =>
      Response.json(path === '/v1/rosters' ? { rosters: [roster(now)] } : { people: [nora] }),
    texts: system,
  })
  return (await screen.findByText(/^On call/)).textContent
}

test('K-47 X-05 the record of who is on call says who that is now', async () => {
  expect(await shown({ on_call: ['nora'], next_on_call: null })).toMatch(/now .*Nora Lindqvist/)
})

test('K-47 X-05 where nobody is on call now it says who is next, and when', async () => {
  const next = { person: 'nora', at: '2026-11-30T09:00:00Z' }
  const text = await shown({ on_call: [], next_on_call: next })
  expect(text).toContain('nobody now')
  expect(text).toMatch(/Nora Lindqvist.* is next.*2026/)
})
