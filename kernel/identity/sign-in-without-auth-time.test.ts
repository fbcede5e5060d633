import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { openBrowser } from '@countersign/testkit/browser.ts'
import { freePort } from '@countersign/testkit/free-port.ts'
import { type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededParties } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** For how long a session lasts here, however much it is used. */
const SESSION_ABSOLUTE_S = 36_000

let product: Product
let provider: Server
let issuer: string
/** What the provider's next ID token says beside who it is of. */
let said: Record<string, unknown> = {}

/** As much of a provider as one sign-in takes; one that does not say when somebody authenticated. */
beforeAll(async () => {
  const port = await freePort()
  issuer = `http://127.0.0.1:${port}`
  const about = { sub: 'cora', name: 'Cora', roles: ['transfers/COMPLIANCE'] }
  const answers: Record<string, () => Promise<unknown>> = {
    '/.well-known/openid-configuration': async () => ({
      ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
      ...{ userinfo_endpoint: `${issuer}/userinfo`, jwks_uri: `${issuer}/jwks` },
    }),
    '/token': async () => {
      const { auth_time: _, ...registered } = product.registeredClaims()
      const idToken = await product.mint({ ...registered, ...about, ...said })
      return { access_token: randomUUID(), token_type: 'Bearer', expires_in: 300, id_token: idToken }
    },
    '/userinfo': async () => about,
  }
  provider = createServer((request, response) => {
    const answer = answers[request.url ?? '']
    response.setHeader('content-type', 'application/json')
    if (answer) answer().then((body) => response.end(JSON.stringify(body)))
    else response.writeHead(404).end('{}')
  })
  await new Promise<void>((done) => provider.listen(port, '127.0.0.1', done))
  product = await startProduct({
    worker: false,
    webhooks: false,
    serverEnvironment: {
      OIDC_ISSUER: issuer,
      SESSION_ABSOLUTE_S: String(SESSION_ABSOLUTE_S),
      OIDC_CLIENT_ID: 'countersign',
    },
  })
}, 120_000)
afterAll(async () => {
  await product?.close()
  provider?.close()
})

async function signIn(claims: Record<string, unknown>, query = '') {
  const browser = openBrowser(product.url)
  const asked = (await browser.go(`/auth/login${query}`, { until: `${issuer}/` })).url.searchParams
  said = { nonce: asked.get('nonce'), ...claims }
  const callback = new URL('/auth/callback', product.url)
  callback.searchParams.set('state', asked.get('state') ?? '')
  callback.searchParams.set('code', 'a-code')
  await browser.go(callback, { until: `${product.url}/app` })
  return { browser, asked, me: await browser.send('GET', '/v1/me') }
}

test('K-05 a sign-in asks for the max_age that is wanted, or that of a session, so that the provider must say when somebody authenticated; one that does not is fresh for nothing', async () => {
  const { browser, asked, me } = await signIn({})
  expect(asked.get('max_age')).toBe(String(SESSION_ABSOLUTE_S))
  expect(me).toMatchObject({
    status: 200,
    body: { person: { name: 'Cora' }, session: { authenticated_at: null } },
  })

  const take = await seededParties(product)
  const path = '/v1/actions/transfers.freeze_entity'
  const freeze = async (by: typeof browser) => {
    const body = { target: { kind: 'party', id: take() }, input: {} }
    const { preview_digest } = (await by.send('POST', `${path}/preview`, body)).body
    const reason = { code: 'fraud_suspected', note: 'Reported by the bank' }
    return by.send('POST', path, { ...body, reason, preview_digest, emergency: true })
  }
  expect(await freeze(browser)).toMatchObject({
    status: 401,
    body: { code: 'insufficient_user_authentication', max_age: 300 },
  })
  const now = Math.floor(Date.now() / 1000)
  const told = await signIn({ auth_time: now }, '?max_age=300')
  expect(told.asked.get('max_age')).toBe('300')
  expect(told.me.body.session.authenticated_at).toBe(new Date(now * 1000).toISOString())
  expect((await freeze(told.browser)).status).toBe(202)
})
