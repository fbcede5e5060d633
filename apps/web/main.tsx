import '@fontsource-variable/inter/index.css'
import '@countersign/ui/tokens.css'
import '@countersign/ui/base.css'
import { createClient } from '@countersign/sdk/client.ts'
import { isUndecided } from '@countersign/sdk/problem.ts'
import { ClientProvider } from '@countersign/web-kit/client-context.tsx'
import { KeymapProvider } from '@countersign/web-kit/keymap.tsx'
import { directionOf, startMessages } from '@countersign/web-kit/messages.ts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
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

const client = createClient({
  transport: async (url, init) => {
    const answer = await fetch(url, init)
    // Whatever was asked: the first that is told so says it for the whole page. A fresh sign-in (RFC 9470) is another matter.
    const challenge = answer.headers.get('www-authenticate') ?? ''
    if (answer.status === 401 && !challenge.includes('insufficient_user_authentication')) sessionEnded.say()
    return answer
  },
})
const queries = new QueryClient({
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
