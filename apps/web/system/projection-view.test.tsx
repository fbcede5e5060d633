// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { KnownKinds } from '@countersign/web-kit/entity-link.tsx'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { projectionView } from './projection-view.tsx'
import { ProjectionsPage } from './projections-page.tsx'
import texts from './system.messages.en.json'

const projection = (state: string, data: Record<string, unknown>): Entity => ({
  kind: 'projection',
  id: 'transfers.returns',
  version: '1.42',
  fresh_at: '2026-11-20T09:00:00Z',
  stale: false,
  title: 'transfers.returns',
  state,
  data,
  affordances: [],
})
const stopped = {
  position: 41,
  head: 57,
  behind_ms: 65_000,
  failing: 'invalid input syntax for type date',
  stopped_at: { position: 42, type: 'cts.transfer_settled', refs: ['transfer/tr_8123', 'party/p_1/2'] },
  failures: 7,
  retry_at: '2026-11-20T09:05:00Z',
  left_out_count: 0,
  left_out: [],
}
const skipped = {
  position: 57,
  head: 57,
  behind_ms: 0,
  failing: null,
  stopped_at: null,
  failures: 0,
  retry_at: null,
  left_out_count: 61,
  left_out: [
    {
      ...{ position: 42, type: 'cts.transfer_settled', why: 'skipped: the bank sent it twice' },
      ...{ at: '2026-11-20T09:10:00Z', skipped_by: 'req_7' },
    },
    {
      ...{ position: 12, type: null, why: 'it is of no schema that is known' },
      ...{ at: '2026-11-19T09:10:00Z', skipped_by: null },
    },
  ],
}

function draw(entity: Entity) {
  const { Body } = projectionView
  if (Body === undefined) throw new Error('the view has no body')
  renderInConsole(
    <KnownKinds kinds={new Set(['transfer', 'party'])}>
      <Body entity={entity} />
    </KnownKinds>,
    { answer: () => null, texts },
  )
}
/** What stands beside a label. */
const beside = (label: string) => screen.getByText(label).closest('dt')?.nextElementSibling?.textContent

afterEach(cleanup)

test('K-24 a projection that stands still shows at which event, what that concerns, why, and when it is tried again', () => {
  draw(projection('stopped', stopped))
  expect(beside('Behind')).toBe('65 s')
  expect(beside('Shows events up to')).toBe('41')
  expect(beside('Why it stands still')).toBe('invalid input syntax for type date')
  expect(beside('Stopped at')).toBe('cts.transfer_settled, event 42')
  expect(beside('Tries')).toBe('7')
  expect(beside('Tried again')).toBeTruthy()
  const concerned = screen.getAllByRole('link').map((link) => link.getAttribute('href'))
  expect(concerned).toEqual([
    expect.stringContaining('/entities/transfer/tr_8123'),
    // An id may hold a slash: what stands before the first is the kind.
    expect.stringContaining(`/entities/party/${encodeURIComponent('p_1/2')}`),
  ])
  expect(screen.queryByRole('region', { name: 'Left out' })).toBeNull()
})

test('K-24 what a projection leaves out stands there, with why and with the request that had it skipped', () => {
  draw(projection('incomplete', skipped))
  expect(beside('Behind')).toBe('up to date')
  expect(screen.queryByText('Why it stands still')).toBeNull()
  expect(screen.queryByText('Tries')).toBeNull()
  const left = within(screen.getByRole('region', { name: 'Left out' }))
  expect(left.getByText('The newest of 61.')).toBeTruthy()
  const [bySkip, byItself] = left.getAllByRole('listitem')
  expect(bySkip?.textContent).toContain('cts.transfer_settled, event 42')
  expect(bySkip?.textContent).toContain('skipped: the bank sent it twice')
  expect(left.getByRole('link', { name: 'skipped by two people' }).getAttribute('href')).toContain(
    '/requests/req_7',
  )
  expect(byItself?.textContent).toContain('it is of no schema that is known')
  expect(left.getAllByRole('link')).toHaveLength(1)
})

test('K-24 a record that lacks a member is drawn without it', () => {
  draw(projection('stopped', { position: 3, stopped_at: { position: 4 }, left_out: [null, { position: 1 }] }))
  expect(beside('Shows events up to')).toBe('3')
  expect(screen.queryByRole('region', { name: 'Left out' })).toBeNull()
})

test('K-24 the page of projections says of each how it stands, and leads to its record', async () => {
  const summary = (name: string, state: string, more: object) => ({ name, state, ...more })
  const projections = [
    summary('transfers.returns', 'stopped', { ...stopped, left_out: 0 }),
    summary('transfers.hits', 'incomplete', { ...skipped, left_out: 61 }),
    summary('kernel.timeline', 'well', { ...skipped, left_out: 0 }),
  ]
  renderInConsole(<ProjectionsPage />, {
    answer: ({ path }) => (path === '/v1/projections' ? Response.json({ projections }) : null),
    me: { permissions: ['kernel:read'] },
    texts,
  })
  const row = (name: string) => screen.findByRole('row', { name: new RegExp(name) })
  expect((await row('transfers.returns')).textContent).toMatch(
    /stands still.*65 s.*cts\.transfer_settled, event 42/,
  )
  expect((await row('transfers.hits')).textContent).toMatch(/leaves events out.*61/)
  const well = await row('kernel.timeline')
  expect(well.textContent).toMatch(/well.*up to date/)
  expect(within(well).getByRole('link').getAttribute('href')).toContain(
    '/entities/projection/kernel.timeline',
  )
})
