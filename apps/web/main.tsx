import '@fontsource-variable/inter/index.css'
import '@countersign/ui/tokens.css'
import '@countersign/ui/base.css'
import { createClient } from '@countersign/sdk/client.ts'
import { isUndecided, problemStatus } from '@countersign/sdk/problem.ts'
import { ClientProvider } from '@countersign/web-kit/client-context.tsx'
import { KeymapProvider } from '@countersign/web-kit/keymap.tsx'
import { directionOf, startMessages } from '@countersign/web-kit/messages.ts'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import catalogue from './catalogue.en.ts'
import { createAppRouter } from './router.tsx'
import { sessionEnded } from './shell/session-ended.ts'

const READ_TRIES = 2

const language = 'en'
startMessages(language, catalogue)
document.documentElement.lang = language
document.documentElement.dir = directionOf(language)

const client = createClient({ transport: (url, init) => fetch(url, init) })
const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (problemStatus(error) === 401) sessionEnded.say()
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal is an answer; only silence and trouble are tried again.
      retry: (tries, error) => tries < READ_TRIES && isUndecided(error),
    },
  },
})
const router = createAppRouter({ client, queries })

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no #root.')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <ClientProvider client={client}>
        <KeymapProvider>
          <RouterProvider router={router} />
        </KeymapProvider>
      </ClientProvider>
    </QueryClientProvider>
  </StrictMode>,
)
