import { createClient } from '@countersign/sdk/client.ts'
import type { Me } from '@countersign/sdk/wire/me.ts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterContextProvider,
} from '@tanstack/react-router'
import { render } from '@testing-library/react'
import type { ReactNode } from 'react'
import catalogue from './catalogue.en.ts'
import { ClientProvider } from './client-context.tsx'
import { KeymapProvider } from './keymap.tsx'
import { MeProvider } from './me-context.tsx'
import { type Catalogue, mergeCatalogues, startMessages } from './messages.ts'

/** A request as the server would have got it. `path` is without its parameters; `body` undefined where there is none. */
export type Asked = {
  method: string
  path: string
  params: URLSearchParams
  key: string | null
  body: unknown
}

/** The operator whose console a component is drawn in. */
export const nora: Me = {
  person: { id: 'nora', name: 'Nora Lindqvist' },
  roles: ['transfers/OPS'],
  consoles: [],
  permissions: [],
  session: { expires_at: '2026-11-21T18:00:00Z', kind: 'session' },
  language: 'en',
}

/**
 * Draws a component as it stands in a console, for a test.
 *
 * @param answer what the server answers; null: no answer comes
 * @returns everything that was asked of the server, in order; and the address as it is now
 */
export function renderInConsole(
  component: ReactNode,
  {
    answer,
    me = {},
    texts = {},
  }: { answer: (asked: Asked) => Response | null; me?: Partial<Me>; texts?: Catalogue },
): {
  asked: Asked[]
  queries: QueryClient
  redraw: (component: ReactNode) => void
  address: () => string
} {
  startMessages('en', mergeCatalogues({ kit: catalogue, texts }))
  const asked: Asked[] = []
  const client = createClient({
    transport: async (url, init) => {
      const { pathname, searchParams } = new URL(url, 'http://console.test')
      const one: Asked = {
        method: init.method ?? 'GET',
        path: pathname,
        params: searchParams,
        key: new Headers(init.headers).get('idempotency-key'),
        body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
      }
      asked.push(one)
      const answered = answer(one)
      if (answered === null) throw new TypeError('fetch failed')
      return answered
    },
  })
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const history = createMemoryHistory()
  const router = createRouter({ routeTree: createRootRoute(), history })
  const within = (drawn: ReactNode) => (
    <QueryClientProvider client={queries}>
      <ClientProvider client={client}>
        <RouterContextProvider router={router}>
          <KeymapProvider>
            <MeProvider me={{ ...nora, ...me }}>{drawn}</MeProvider>
          </KeymapProvider>
        </RouterContextProvider>
      </ClientProvider>
    </QueryClientProvider>
  )
  const { rerender } = render(within(component))
  return {
    ...{ asked, queries, redraw: (next) => rerender(within(next)) },
    address: () => history.location.href,
  }
}
