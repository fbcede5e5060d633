import '@fontsource-variable/inter/index.css'
import '@countersign/ui/tokens.css'
import '@countersign/ui/base.css'
import { createClient } from '@countersign/sdk/client.ts'
import { isUndecided } from '@countersign/sdk/problem.ts'
import { ClientProvider } from '@countersign/web-kit/client-context.tsx'
import { KeymapProvider } from '@countersign/web-kit/keymap.tsx'
import { localisedFetch } from '@countersign/web-kit/localised-fetch.ts'
import { languageChoice, zone } from '@countersign/web-kit/preferences.ts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createAppRouter, loadAhead } from './router.tsx'
import { followPageLanguage, NOT_LOADED, pageLanguage, startPageLanguage } from './shell/page-language.ts'
import { sessionEnded } from './shell/session-ended.ts'

const READ_TRIES = 2

const client = createClient({
  transport: async (url, init) => {
    const answer = await localisedFetch(url, init)
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

/** The server writes its sentences in the language of the page and its times in the zone of the page. */
async function readAnew() {
  void queries.invalidateQueries()
  await queries.refetchQueries({ queryKey: ['me'] })
  await router.invalidate()
}
// Chosen in the menu of this tab or of another.
languageChoice.subscribe(() => {
  void followPageLanguage().then((changed) => (changed ? readAnew() : undefined))
})
let shownZone = zone.read()
zone.subscribe(() => {
  if (zone.read() === shownZone) return
  shownZone = zone.read()
  void readAnew()
})

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no #root.')
const page = (
  <StrictMode>
    <QueryClientProvider client={queries}>
      <ClientProvider client={client}>
        <KeymapProvider>
          <RouterProvider router={router} />
        </KeymapProvider>
      </ClientProvider>
    </QueryClientProvider>
  </StrictMode>
)
// Nothing is asked of the server before the language is known. No top-level await: texts that shared a chunk with this file
// would wait for it, and it for them.
startPageLanguage().then(
  () => {
    loadAhead(router)
    createRoot(root).render(page)
  },
  () => {
    root.textContent = NOT_LOADED[pageLanguage()]
  },
)
