// @vitest-environment happy-dom
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { PageTabs } from './page-tabs.tsx'

const tabs = [
  { name: 'open', label: 'Now' },
  { name: 'over', label: 'Over' },
] as const

async function open(address: string, current: 'open' | 'over') {
  const root = createRootRoute()
  const page = createRoute({
    getParentRoute: () => root,
    path: '/alerts',
    component: () => <PageTabs label="Alerts" path="/alerts" by="state" tabs={tabs} current={current} />,
  })
  const history = createMemoryHistory({ initialEntries: [address] })
  render(<RouterProvider router={createRouter({ routeTree: root.addChildren([page]), history })} />)
  await screen.findByRole('navigation', { name: 'Alerts' })
  return screen
    .getAllByRole('link')
    .map((link) => [link.textContent, link.getAttribute('href'), link.getAttribute('aria-current')])
}

afterEach(cleanup)

test('X-11 of the lists of a page each has its address, and one alone is current', async () => {
  expect(await open('/alerts', 'open')).toEqual([
    ['Now', '/alerts', 'page'],
    ['Over', '/alerts?state=over', null],
  ])
  cleanup()
  expect(await open('/alerts?state=over', 'over')).toEqual([
    ['Now', '/alerts', null],
    ['Over', '/alerts?state=over', 'page'],
  ])
})
