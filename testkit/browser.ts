import { randomUUID } from 'node:crypto'

type Visit = {
  readonly status: number
  /** Where the browser stands now. */
  readonly url: URL
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server said; tests look into it by path and compare
  readonly body: any
}

/** As much of a browser as signing in takes: cookies, redirects, forms, and the Origin header that it sends itself. */
export type Browser = {
  /** Goes to an address and on along its redirects; `until` names where to stop short of a request. */
  readonly go: (
    url: string | URL,
    options?: { form?: Record<string, string>; until?: string },
  ) => Promise<Visit>
  /** One request of a page of the console, from its own origin unless the headers say otherwise (null: none). */
  readonly send: (
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers?: Record<string, string | null>,
  ) => Promise<Visit>
  /** Signs in as a persona of the development issuer, up to the page that is returned to. */
  readonly signIn: (persona: string, returnTo?: string) => Promise<Visit>
  /** The same up to the callback's address, which is not asked for. */
  readonly signInUpToCallback: (persona: string) => Promise<URL>
  /** `name` → its value and the attributes it was set with, of one origin. */
  readonly cookies: (origin: string) => ReadonlyMap<string, Cookie>
}

export type Cookie = { readonly value: string; readonly attributes: string }

const REDIRECTS_MAX = 20

/** @param consoleUrl where the product is: `http://127.0.0.1:8084` */
export function openBrowser(consoleUrl: string): Browser {
  const jars = new Map<string, Map<string, Cookie>>()
  const jarOf = (origin: string) => {
    const jar = jars.get(origin) ?? new Map<string, Cookie>()
    jars.set(origin, jar)
    return jar
  }

  async function request(
    url: URL,
    init: RequestInit & { headers: Record<string, string> },
  ): Promise<Response> {
    const jar = jarOf(url.origin)
    const cookie = [...jar]
      .filter(([, { attributes }]) => url.pathname.startsWith(/path=([^;]+)/i.exec(attributes)?.[1] ?? '/'))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ')
    const response = await fetch(url, {
      ...init,
      headers: { ...(cookie === '' ? {} : { cookie }), ...init.headers },
      redirect: 'manual',
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = '', attributes = ''] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? []
      const gone =
        value === '' || /expires=Thu, 01 Jan 1970/i.test(attributes) || /max-age=0/i.test(attributes)
      if (gone) jar.delete(name)
      else jar.set(name, { value, attributes })
    }
    return response
  }

  const go: Browser['go'] = async (from, { form, until } = {}) => {
    let url = new URL(from, consoleUrl)
    let body = form && new URLSearchParams(form)
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
      const response = await request(url, {
        method: body ? 'POST' : 'GET',
        headers: {},
        ...(body ? { body } : {}),
      })
      body = undefined
      const location = response.headers.get('location')
      if (location === null) return visit(response, url)
      url = new URL(location, url)
      if (until !== undefined && url.href.startsWith(until)) return visit(response, url)
    }
    throw new Error(`more than ${REDIRECTS_MAX} redirects from ${String(from)}`)
  }

  const begin = async (persona: string, until: string | undefined, returnTo?: string): Promise<Visit> => {
    const query = returnTo === undefined ? '' : `?return_to=${encodeURIComponent(returnTo)}`
    const page = await go(`/auth/login${query}`)
    return go(page.url, { form: { persona }, ...(until === undefined ? {} : { until }) })
  }

  return {
    go,
    async send(method, path, body, headers = {}) {
      const given: Record<string, string | null> = {
        origin: consoleUrl,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
        ...headers,
      }
      const kept = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== null)
      const url = new URL(path, consoleUrl)
      const response = await request(url, {
        method,
        headers: Object.fromEntries(kept),
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      return visit(response, url)
    },
    signIn: (persona, returnTo) => begin(persona, undefined, returnTo),
    signInUpToCallback: async (persona) => (await begin(persona, `${consoleUrl}/auth/callback`)).url,
    cookies: (origin) => jarOf(origin),
  }
}

async function visit(response: Response, url: URL): Promise<Visit> {
  const text = await response.text()
  const json = response.headers.get('content-type')?.includes('json') && text !== ''
  return {
    status: response.status,
    url,
    headers: response.headers,
    text,
    body: json ? JSON.parse(text) : null,
  }
}
