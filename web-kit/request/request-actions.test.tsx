// @vitest-environment happy-dom
import { createClient } from '@countersign/sdk/client.ts'
import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import type { Me } from '@countersign/sdk/wire/me.ts'
import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterContextProvider,
} from '@tanstack/react-router'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeAll, expect, test } from 'vitest'
import catalogue from '../catalogue.en.ts'
import { ClientProvider } from '../client-context.tsx'
import { KeymapProvider } from '../keymap.tsx'
import { MeProvider } from '../me-context.tsx'
import { startMessages } from '../messages.ts'
import { RequestDetail } from './request-detail.tsx'

const AT = '2026-11-20T09:00:00Z'
const TYPE = 'kernel.resolve_outcome'
const action: ActionDeclaration = {
  type: TYPE,
  title: 'Resolve outcome',
  console: 'kernel',
  risk: 'critical',
  moves_money: true,
  input_schema: {
    type: 'object',
    properties: { outcome: { type: 'string', title: 'What came of it', enum: ['executed', 'failed'] } },
  },
  target_kind: 'request',
  reasons: [{ code: 'seen_at_upstream', title: 'Seen', note_required: true }],
  doors: [],
}
const request = (state: ActionRequest['state']): ActionRequest => ({
  id: 'req_1',
  type: 'transfers.return_transfer',
  title: 'Return transfer',
  state,
  revision: 1,
  target: { kind: 'transfer', id: 'tr_1' },
  digest: 'sha256:0',
  approvals: { required: 1, given: [] },
  requested_by: { id: 'p', name: 'Ann' },
  created_at: AT,
  effect: { connector: 'cts', detail: { code: 'timeout', message: 'no answer in time' } },
})
const me: Me = {
  person: { id: 'q', name: 'Ben' },
  roles: [],
  consoles: [],
  permissions: [],
  session: { expires_at: AT, kind: 'token' },
  language: 'en',
}

function open(state: ActionRequest['state'], allowed: boolean) {
  const client = createClient({
    transport: async (url) => {
      if (url.startsWith('/v1/entities/request/req_1')) {
        const affordance = { action: TYPE, title: action.title, allowed, approvals: 1 }
        return Response.json({
          ...{
            kind: 'request',
            id: 'req_1',
            version: '4',
            fresh_at: AT,
            stale: false,
            title: 'x',
            state,
            data: {},
          },
          affordances: [allowed ? affordance : { ...affordance, reason: 'You asked for it yourself.' }],
        })
      }
      if (url === '/v1/actions') return Response.json({ actions: [action] })
      return Response.json({}, { status: 404 })
    },
  })
  const router = createRouter({ routeTree: createRootRoute(), history: createMemoryHistory() })
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <ClientProvider client={client}>
        <KeymapProvider>
          <MeProvider me={me}>
            <RouterContextProvider router={router}>
              <RequestDetail request={request(state)} approval={undefined} heading="h1" />
            </RouterContextProvider>
          </MeProvider>
        </KeymapProvider>
      </ClientProvider>
    </QueryClientProvider>,
  )
}

beforeAll(() => {
  startMessages('en', catalogue)
})
afterEach(cleanup)

test('K-16 a request of which nobody knows offers the sheet in which people say what came of it', async () => {
  open('outcome_unknown', true)
  fireEvent.click(await screen.findByText('Resolve outcome'))
  expect(await screen.findByRole('dialog')).toBeTruthy()
  expect(await screen.findByText('What came of it')).toBeTruthy()
  expect(screen.getByText('no answer in time')).toBeTruthy()
})

test('K-16 to who asked for it, it is offered and not allowed, with the reason', async () => {
  open('outcome_unknown', false)
  const button = (await screen.findByText('Resolve outcome')).closest('button')
  expect(button?.getAttribute('aria-disabled') ?? button?.disabled).toBeTruthy()
})

test('K-16 of a request that has ended, nothing is offered', async () => {
  open('executed', true)
  await screen.findByText('no answer in time')
  expect(screen.queryByText('Resolve outcome')).toBeNull()
})
