import { latestEntries } from '@countersign/testkit/audit-entries.ts'
import { openBrowser } from '@countersign/testkit/browser.ts'
import { type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product

beforeAll(async () => {
  product = await startProduct({ issuer: true, worker: false, webhooks: false })
}, 120_000)
afterAll(() => product?.close())

const stateOf = (callback: URL) => callback.searchParams.get('state')

test('K-01 C-01 a person signs in by code and PKCE and is who the provider says', async () => {
  const browser = openBrowser(product.url)
  const begun = await browser.go('/auth/login', { until: `${product.issuer?.url}/` })
  const asked = begun.url.searchParams
  expect(asked.get('response_type')).toBe('code')
  expect(asked.get('code_challenge_method')).toBe('S256')
  expect(asked.get('code_challenge')).toMatch(/^[\w-]{43}$/)
  expect(asked.get('nonce')).toMatch(/^[\w-]{20,}$/)
  expect(asked.get('redirect_uri')).toBe(`${product.url}/auth/callback`)

  const arrived = await browser.signIn('transfers/OPS', '/app/queues/transfers.returns?state=open')
  expect(arrived.url.pathname + arrived.url.search).toBe('/app/queues/transfers.returns?state=open')
  const me = await browser.send('GET', '/v1/me')
  expect(me.status).toBe(200)
  expect(me.body).toMatchObject({
    person: { id: 'transfers-OPS', name: 'Nora Lindqvist', kind: 'person' },
    roles: ['transfers/OPS'],
    consoles: [{ name: 'transfers' }],
    session: { kind: 'session' },
    language: 'en',
  })
  const [entry] = await latestEntries(product, 'transfers-OPS')
  expect(entry).toMatchObject({ kind: 'sign_in', outcome: 'signed_in', actor: { roles: ['transfers/OPS'] } })
})

test('K-03 the cookie is HttpOnly and SameSite=Lax, and says nothing of whom it stands for', async () => {
  const browser = openBrowser(product.url)
  await browser.signIn('transfers/OPS')
  const cookie = browser.cookies(product.url).get('countersign_session')
  expect(cookie?.attributes).toMatch(/HttpOnly/i)
  expect(cookie?.attributes).toMatch(/SameSite=Lax/i)
  expect(cookie?.attributes).not.toMatch(/Secure/i)
  expect(cookie?.value).toMatch(/^[\w-]{43}$/)
  const { rows } = await product.superuser.query(
    `SELECT count(*)::int AS kept FROM kernel.session s WHERE s::text LIKE '%' || $1 || '%'`,
    [cookie?.value],
  )
  expect(rows).toEqual([{ kept: 0 }])
})

test('K-01 a callback that this browser did not begin is refused, and the one that began it can still finish', async () => {
  const mine = openBrowser(product.url)
  const callback = await mine.signInUpToCallback('transfers/ADMIN')
  const foreign = openBrowser(product.url)
  await foreign.go('/auth/login', { until: `${product.issuer?.url}/` })
  const stolen = await foreign.go(callback)
  expect(stolen.status).toBe(401)
  expect(stolen.body.code).toBe('sign_in_expired')
  expect(foreign.cookies(product.url).has('countersign_session')).toBe(false)
  expect((await latestEntries(product, 'anonymous'))[0]).toMatchObject({
    kind: 'sign_in_failed',
    outcome: 'refused',
  })

  expect((await mine.go(callback)).url.pathname).toBe('/app')
  expect((await mine.send('GET', '/v1/me')).body.person.id).toBe('transfers-ADMIN')
})

test('K-01 a state is used once, and an altered one is worth nothing', async () => {
  const browser = openBrowser(product.url)
  const callback = await browser.signInUpToCallback('transfers/OPS')
  const altered = new URL(callback)
  altered.searchParams.set('state', `${stateOf(callback)}x`)
  expect((await browser.go(altered)).status).toBe(401)

  const again = openBrowser(product.url)
  const second = await again.signInUpToCallback('transfers/OPS')
  const binding = again.cookies(product.url).get('countersign_sign_in')
  expect((await again.go(second)).url.pathname).toBe('/app')
  const replayed = await fetch(second, {
    headers: { cookie: `countersign_sign_in=${binding?.value}` },
    redirect: 'manual',
  })
  expect(replayed.status).toBe(401)
})

test('K-01 an attempt is gone once it is taken, whether or not the provider had a code left to refuse', async () => {
  const { rows: begun } = await product.superuser.query(
    `SELECT kernel.begin_sign_in('a-state', 'a-nonce', 'a-verifier', '/app', '\\x01')`,
  )
  expect(begun).toHaveLength(1)
  const take = async (browser: string) => {
    const { rows } = await product.database
      .pool('app')
      .query(`SELECT kernel.take_sign_in('a-state', $1::bytea) AS attempt`, [browser])
    return rows[0].attempt
  }
  expect(await take('\\x02')).toBeNull()
  expect(await take('\\x01')).toEqual({ nonce: 'a-nonce', code_verifier: 'a-verifier', return_to: '/app' })
  expect(await take('\\x01')).toBeNull()

  // The provider is not asked about an answer that says no: the state alone decides.
  const browser = openBrowser(product.url)
  const asked = await browser.go('/auth/login', { until: `${product.issuer?.url}/` })
  const binding = browser.cookies(product.url).get('countersign_sign_in')
  const turnedBack = () =>
    fetch(`${product.url}/auth/callback?error=access_denied&state=${asked.url.searchParams.get('state')}`, {
      headers: { cookie: `countersign_sign_in=${binding?.value}` },
      redirect: 'manual',
    })
  expect((await turnedBack()).status).toBe(302)
  expect((await turnedBack()).status).toBe(401)
})

test.each([
  ['nonce', `UPDATE kernel.sign_in_attempt SET nonce = 'another' WHERE state = $1`],
  ['PKCE verifier', `UPDATE kernel.sign_in_attempt SET code_verifier = repeat('v', 43) WHERE state = $1`],
  [
    'ten minutes',
    `UPDATE kernel.sign_in_attempt SET created_at = created_at - interval '11 minutes' WHERE state = $1`,
  ],
])('K-01 without the right %s nobody is signed in', async (_what, tampering) => {
  const browser = openBrowser(product.url)
  const callback = await browser.signInUpToCallback('transfers/OPS')
  await product.superuser.query(tampering, [stateOf(callback)])
  const refused = await browser.go(callback)
  expect(refused.status).toBe(401)
  expect(refused.headers.get('content-type')).toContain('application/problem+json')
  expect(browser.cookies(product.url).has('countersign_session')).toBe(false)
  expect((await browser.send('GET', '/v1/me')).status).toBe(401)
})

test('K-01 an answer in the name of another issuer is refused (RFC 9207)', async () => {
  const browser = openBrowser(product.url)
  const callback = await browser.signInUpToCallback('transfers/OPS')
  expect(callback.searchParams.get('iss')).toBe(product.issuer?.url)
  callback.searchParams.set('iss', 'http://127.0.0.1:1')
  expect((await browser.go(callback)).status).toBe(401)
  expect((await browser.send('GET', '/v1/me')).status).toBe(401)
})

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
  'app',
])('K-01 return_to %j leads nowhere but to the console', async (wanted) => {
  const browser = openBrowser(product.url)
  const arrived = await browser.signIn('transfers/OPS', wanted)
  expect(arrived.url.origin).toBe(product.url)
  expect(arrived.url.pathname).toBe('/app')
})

test.each([
  ['/app/\u0001x', '/app/%01x'],
  ['/app/\u007f', '/app/%7F'],
  ['/app/日', '/app/%E6%97%A5'],
])('K-01 return_to %j leads to %s, as a header can say it', async (wanted, path) => {
  const arrived = await openBrowser(product.url).signIn('transfers/OPS', wanted)
  expect(arrived.url.pathname).toBe(path)
  expect(arrived.headers.get('content-type')).not.toBe('application/json; charset=utf-8')
})

test('K-01 a person who turns back at the provider lands on the sign-in page with the reason', async () => {
  const browser = openBrowser(product.url)
  const begun = await browser.go('/auth/login', { until: `${product.issuer?.url}/` })
  const back = await browser.go(
    `/auth/callback?error=access_denied&state=${begun.url.searchParams.get('state')}`,
    { until: `${product.url}/app` },
  )
  expect(back.url.pathname + back.url.search).toBe('/app/sign-in?error=access_denied')
})

test.each([
  ['access_denied', 'access_denied'],
  ['Erika Mustermann', 'not_confirmed'],
  ['erika.mustermann@example.org', 'not_confirmed'],
])('I13 K-31 of a sign-in that failed with the error "%s" the log keeps "%s"', async (error, kept) => {
  const browser = openBrowser(product.url)
  const begun = await browser.go('/auth/login', { until: `${product.issuer?.url}/` })
  await browser.go(
    `/auth/callback?error=${encodeURIComponent(error)}&state=${begun.url.searchParams.get('state')}`,
    { until: `${product.url}/app` },
  )
  const [entry] = await latestEntries(product, 'anonymous')
  expect(entry?.kind).toBe('sign_in_failed')
  expect(entry?.detail).toEqual({ why: kept })
})

const AS_BROWSER = { accept: 'text/html,application/xhtml+xml' }

test('K-01 whoever is stopped on the way in with a browser reads why, on a page that leads back', async () => {
  const stopped = await fetch(`${product.url}/auth/callback?state=%3Cb%3E`, { headers: AS_BROWSER })
  expect(stopped.status).toBe(401)
  expect(stopped.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const page = await stopped.text()
  expect(page).toContain('was not begun in this browser')
  expect(page).toContain('href="/auth/login"')
  expect(page).toContain('href="/auth/login?max_age=0"')
  const refused = await fetch(`${product.url}/auth/login?max_age=soon`, { headers: AS_BROWSER })
  expect(refused.status).toBe(400)
  expect(await refused.text()).toContain('Begin again')
})

test('K-01 somebody who may not enter can choose somebody else at the provider', async () => {
  const browser = openBrowser(product.url)
  await browser.signIn('transfers/COMPLIANCE-2')
  const other = await browser.go('/auth/login?max_age=0')
  expect(other.text).toContain('Choose who to be')
})

test('K-01 a parameter that a provider adds to its answer is ignored (RFC 6749 §4.1.2)', async () => {
  const browser = openBrowser(product.url)
  const callback = await browser.signInUpToCallback('transfers/OPS')
  callback.searchParams.set('authuser', '0')
  expect((await browser.go(callback)).url.pathname).toBe('/app')
})

test('K-01 a page asked for under another host leads to the same page under the public one, once', async () => {
  const { port } = new URL(product.url)
  const elsewhere = `http://localhost:${port}`
  const page = '/app/queues/transfers.returns?state=open'
  const led = await fetch(`${elsewhere}${page}`, { headers: AS_BROWSER, redirect: 'manual' })
  expect(led.status).toBe(302)
  expect(led.headers.get('location')).toBe(`${product.url}${page}`)
  const begun = await fetch(`${elsewhere}/auth/login`, { headers: AS_BROWSER, redirect: 'manual' })
  expect(begun.headers.get('location')).toBe(`${product.url}/auth/login`)

  // A proxy that does not pass on the host would send the same request again.
  const cookie = led.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const again = await fetch(`${elsewhere}${page}`, { headers: { ...AS_BROWSER, cookie }, redirect: 'manual' })
  expect(again.status).not.toBe(302)
})

test('K-01 what programs ask for is answered under whatever host they know', async () => {
  const elsewhere = `http://localhost:${new URL(product.url).port}`
  expect((await fetch(`${elsewhere}/healthz`)).status).toBe(200)
  expect((await fetch(`${elsewhere}/v1/me`, { redirect: 'manual' })).status).toBe(401)
  const posted = await fetch(`${elsewhere}/auth/logout`, { method: 'POST', headers: AS_BROWSER })
  expect(posted.status).toBe(401)
})

test('K-01 a provider out of reach is said plainly, with when to try again', async () => {
  const alone = await startProduct({ worker: false, webhooks: false })
  try {
    const answer = await fetch(`${alone.url}/auth/login`, { redirect: 'manual' })
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('5')
    expect(await answer.json()).toMatchObject({ code: 'issuer_unreachable' })
  } finally {
    await alone.close()
  }
})
