import { openBrowser } from '@countersign/testkit/browser.ts'
import { type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** Where browsers reach it: something in front of the server ends TLS there. */
const PUBLIC_URL = 'https://console.example'
let product: Product

beforeAll(async () => {
  product = await startProduct({
    issuer: true,
    worker: false,
    webhooks: false,
    serverEnvironment: { PUBLIC_URL },
  })
}, 120_000)
afterAll(() => product?.close())

const set = (answer: Response, name: string) =>
  answer.headers.getSetCookie().find((line) => line.startsWith(`${name}=`)) ?? ''
const cookieOf = (line: string) => line.slice(line.indexOf('=') + 1, line.indexOf(';'))

test('K-03 behind https every cookie of a sign-in, of the session and of its end is Secure', async () => {
  const login = await fetch(`${product.url}/auth/login`, { redirect: 'manual' })
  const begun = set(login, 'countersign_sign_in')
  expect(begun).toMatch(/; Secure(;|$)/)
  expect(begun).toMatch(/; HttpOnly(;|$)/)

  const browser = openBrowser(product.url)
  const page = await browser.go(login.headers.get('location') ?? '')
  const { url: callback } = await browser.go(page.url, {
    form: { persona: 'transfers/OPS' },
    until: `${PUBLIC_URL}/auth/callback`,
  })
  const signedIn = await fetch(`${product.url}${callback.pathname}${callback.search}`, {
    headers: { cookie: `countersign_sign_in=${cookieOf(begun)}` },
    redirect: 'manual',
  })
  expect(signedIn.status).toBe(302)
  const session = set(signedIn, 'countersign_session')
  expect(session).toMatch(/; Secure(;|$)/)
  expect(session).toMatch(/; HttpOnly(;|$)/)
  expect(session).toMatch(/; SameSite=Lax(;|$)/)

  const signedOut = await fetch(`${product.url}/auth/logout`, {
    method: 'POST',
    headers: {
      cookie: `countersign_session=${cookieOf(session)}`,
      origin: PUBLIC_URL,
      'content-type': 'application/json',
    },
    body: '{}',
  })
  expect(signedOut.status).toBe(200)
  for (const line of signedOut.headers.getSetCookie()) expect(line).toMatch(/; Secure(;|$)/)
})
