// @vitest-environment happy-dom
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import people from '../people/people.messages.en.json'
import shell from '../shell/shell.messages.en.json'
import texts from './team.messages.en.json'
import { TeamPage } from './team-page.tsx'

const queue = (name: string, console: string) => ({ name, console, title: name, columns: [], actions: [] })
const person = (id: string, name: string, more: object = {}) => ({
  ...{ id, name, skills: [], max_open: null, open: 0 },
  ...{ away: false, away_from: null, away_until: null, ...more },
})
const working = [
  person('nora', 'Nora Lindqvist', { skills: ['ach', 'wire'], max_open: 5, open: 3 }),
  person('mei', 'Mei Lin', { open: 1_200, away: true, away_until: '2026-11-23T09:00:00Z' }),
  person('ann', 'Ann Ames', {
    ...{ away_from: '2026-11-24T09:00:00Z', away_until: '2026-11-25T09:00:00Z' },
  }),
]

function open(permissions: string[], answers: object[] = working) {
  return renderInConsole(<TeamPage />, {
    answer: ({ path }) => {
      if (path === '/v1/queues') {
        const queues = [queue('transfers.returns', 'transfers'), queue('transfers.hits', 'transfers')]
        return Response.json({ queues })
      }
      if (path === '/v1/queues/transfers.returns/people') return Response.json({ people: answers })
      return null
    },
    me: { permissions },
    texts: { ...shell, ...people, ...texts },
  })
}
const rowOf = (name: string) => screen.findByRole('row', { name: new RegExp(name) })
const cells = (row: HTMLElement) =>
  within(row)
    .getAllByRole('cell')
    .map(({ textContent }) => textContent?.trim())

afterEach(cleanup)

test('K-26 who works for a console, what they know, how much they have of how much they take, and when they are away', async () => {
  const { asked } = open(['kernel:read'])
  expect(cells(await rowOf('Nora'))).toEqual([
    'Nora Lindqvist',
    '3 of 5 open',
    'ach, wire',
    expect.any(String),
    '',
  ])
  const [, count, skills, presence] = cells(await rowOf('Mei'))
  expect([count, skills]).toEqual(['1,200', 'whatever comes'])
  expect(presence).toMatch(/^away/)
  const [, , , later] = cells(await rowOf('Ann'))
  expect(later).not.toMatch(/^away/)
  expect(later).toMatch(/from .* until /)
  // What somebody works at is a console's, whichever of its queues is asked.
  expect(asked.filter(({ path }) => path.endsWith('/people'))).toHaveLength(1)
})

test('K-26 whoever may sets what others know and take; everybody their own absence alone', async () => {
  open(['kernel:read', 'kernel.set_workload', 'kernel.set_absence'])
  const mine = within(await rowOf('Nora'))
  const lead = { record: '/entities/operator/', act: 'act=kernel.set_workload' }
  const set = within(await rowOf('Mei')).getByRole('link', { name: 'Skills and capacity of Mei Lin' })
  expect(decodeURIComponent(set.getAttribute('href') ?? '')).toContain(`${lead.record}transfers:mei`)
  expect(set.getAttribute('href')).toContain(lead.act)
  expect(mine.getByRole('link', { name: 'Say when I am away' }).getAttribute('href')).toContain(
    'act=kernel.set_absence',
  )
  expect(within(await rowOf('Mei')).queryByRole('link', { name: 'Say when I am away' })).toBeNull()
})

test('K-26 nobody there is said as such; and whoever may not read it is told so, and nothing is asked for', async () => {
  open(['kernel:read'], [])
  await screen.findByText('Nobody works here yet')
  cleanup()
  const { asked } = open([])
  expect(screen.queryByRole('table')).toBeNull()
  expect(screen.queryByRole('heading', { name: 'Team' })).toBeNull()
  expect(asked).toEqual([])
})
