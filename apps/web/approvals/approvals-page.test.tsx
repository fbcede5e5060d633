// @vitest-environment happy-dom
import { createClient } from '@countersign/sdk/client.ts'
import type { Approval } from '@countersign/sdk/wire/approvals.ts'
import kit from '@countersign/web-kit/catalogue.en.ts'
import { ClientProvider } from '@countersign/web-kit/client-context.tsx'
import { KeymapProvider } from '@countersign/web-kit/keymap.tsx'
import { MeProvider } from '@countersign/web-kit/me-context.tsx'
import { mergeCatalogues, startMessages } from '@countersign/web-kit/messages.ts'
import { nora } from '@countersign/web-kit/render-in-console.tsx'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { textSearch } from '../url-search.ts'
import texts from './approvals.messages.en.json'
import { ApprovalsPage } from './approvals-page.tsx'

const request = (id: string): Approval => ({
  id,
  type: 'transfers.return_transfer',
  title: 'Return transfer',
  state: 'pending',
  revision: 1,
  target: { kind: 'transfer', id: `tr_${id}`, title: `Transfer of ${id}` },
  digest: 'sha256:0',
  approvals: { required: 1, given: [] },
  requested_by: { id: 'bea', name: 'Bea Brandt' },
  created_at: '2026-11-20T09:00:00Z',
  scheduled_for: '2199-03-01T09:30:00Z',
  can_approve: true,
})
const items = [request('first'), request('second')]
const suspended = [{ ...request('third'), state: 'stale', schedule: 'suspended' }]

/** The page at its own address, as it stands below the console's frame. */
function open(address: string) {
  const client = createClient({
    transport: async (url) => {
      const { pathname, searchParams } = new URL(url, 'http://console.test')
      if (pathname === '/v1/approvals') return Response.json({ items, sources: [] })
      if (searchParams.get('scheduled') === 'suspended') return Response.json({ requests: suspended })
      if (pathname === '/v1/requests') return Response.json({ requests: items })
      const one = items.find(({ id }) => pathname.endsWith(id))
      return Response.json(one ?? { actions: [] })
    },
  })
  const root = createRootRoute()
  const frame = createRoute({ getParentRoute: () => root, id: 'signed-in' })
  const page = createRoute({
    getParentRoute: () => frame,
    path: '/approvals',
    validateSearch: textSearch,
    component: ApprovalsPage,
  })
  const router = createRouter({
    routeTree: root.addChildren([frame.addChildren([page])]),
    history: createMemoryHistory({ initialEntries: [address] }),
  })
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <ClientProvider client={client}>
        <KeymapProvider>
          <MeProvider me={{ ...nora, permissions: ['requests:read'] }}>
            <RouterProvider router={router} />
          </MeProvider>
        </KeymapProvider>
      </ClientProvider>
    </QueryClientProvider>,
  )
}

const row = (of: string) => screen.getByRole('button', { name: new RegExp(`Transfer of ${of}`) })

beforeAll(() => startMessages('en', mergeCatalogues({ kit, texts })))
afterEach(cleanup)

test('X-02 after a tab was chosen by key, j goes into the list: the row is the current one and has the focus', async () => {
  open('/approvals?tab=scheduled')
  await screen.findByText(/Transfer of first/)
  screen.getByRole('link', { name: /Scheduled/ }).focus()
  fireEvent.keyDown(document.activeElement ?? window, { key: 'j' })
  await waitFor(() => expect(row('first').getAttribute('aria-current')).toBe('true'))
  expect(document.activeElement).toBe(row('first'))
  fireEvent.keyDown(document.activeElement ?? window, { key: 'j' })
  await waitFor(() => expect(document.activeElement).toBe(row('second')))
})

test('X-02 K-16 Enter pressed before a row was chosen opens the first one, as in a queue', async () => {
  open('/approvals')
  await screen.findByText(/Transfer of first/)
  fireEvent.keyDown(window, { key: 'Enter' })
  await waitFor(() => expect(row('first').getAttribute('aria-current')).toBe('true'))
  expect(document.activeElement).toBe(row('first'))
})

test('K-42 X-05 whoever is asked to agree sees in the list that it is not for at once', async () => {
  open('/approvals')
  await screen.findByText(/Transfer of first/)
  expect(row('first').textContent).toMatch(/not before Mar 1, 2199, .*09:30/)
})

test('K-39 X-05 a row of the inbox says who asked and how long there is to answer', async () => {
  const soon = new Date(Date.now() + 2 * 3600_000 + 5_000).toISOString()
  items.push(
    { ...request('third'), expires_at: soon },
    { ...request('fourth'), state: 'executed', emergency: { approval: 'pending', until: soon } },
  )
  open('/approvals')
  const row = async (id: string) =>
    (await screen.findByText(`Transfer of ${id}`)).closest('button')?.textContent
  expect(await row('third')).toMatch(/expires in 2h.*Bea Brandt/)
  expect(await row('fourth')).toMatch(/lapses in 2h.*in force, emergency.*Bea Brandt/)
  items.splice(2)
})

test('K-42 X-05 what is still to come stands above what came to nothing, and in the history too its time is told', async () => {
  open('/approvals?tab=scheduled')
  await screen.findByText(/Transfer of third/)
  expect(
    screen
      .getAllByRole('button', { name: /Transfer of/ })
      .map(({ textContent }) => /first|second|third/.exec(textContent ?? '')?.[0]),
  ).toEqual(['first', 'second', 'third'])
  cleanup()
  items.push({ ...request('fourth'), state: 'authorized', schedule: 'waiting' })
  open('/approvals?tab=history')
  await screen.findByText(/Transfer of fourth/)
  expect(row('fourth').textContent).toMatch(/not before Mar 1, 2199/)
  items.splice(2)
})
