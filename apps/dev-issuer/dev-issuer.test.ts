import { spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { programArguments } from '@countersign/tools/programs/programs.mjs'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import type { JWK } from 'oidc-provider'
import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIssuerServer } from './issuer-server.ts'
import { personasFor } from './personas.ts'
import { API_RESOURCE } from './provider.ts'

const CLIENT_ID = 'countersign-console'
const CLIENT_SECRET = randomBytes(24).toString('hex')
const keys: JWK[] = [rsaKey(), ecKey()]

let issuer: string
let server: Server
let consoleServer: Server
let consoleUrl: string
const logoutTokens: string[] = []
let config: client.Configuration

beforeAll(async () => {
  consoleServer = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
    if (request.url === '/auth/backchannel-logout') logoutTokens.push(form.get('logout_token') ?? '')
    response.end()
  })
  consoleUrl = await listen(consoleServer)
  const port = await freePort()
  issuer = `http://127.0.0.1:${port}`
  server = issuerServer()
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  config = await client.discovery(
    new URL(issuer),
    CLIENT_ID,
    undefined,
    client.ClientSecretBasic(CLIENT_SECRET),
    {
      execute: [client.allowInsecureRequests],
    },
  )
})

afterAll(() => {
  for (const each of [server, consoleServer]) {
    each.closeAllConnections()
    each.close()
  }
})

test('K-01 a persona signs in by authorization code with PKCE; the ID token says who, as what and when', async () => {
  const browser = newBrowser()
  const { tokens } = await signIn(browser, 'transfers/OPS')
  const claims = tokens.claims()
  expect(claims).toMatchObject({
    iss: issuer,
    sub: 'transfers-OPS',
    aud: CLIENT_ID,
    name: 'Nora Lindqvist',
    email: 'nora.lindqvist@example.test',
    roles: ['transfers/OPS'],
    lang: 'en',
  })
  expect(Math.abs(Number(claims?.auth_time) - Date.now() / 1000)).toBeLessThan(60)
})

test('X-08 some personas are of another language than English', async () => {
  const { tokens } = await signIn(newBrowser(), 'hub/OPERATOR')
  expect(tokens.claims()?.lang).toBe('fr')
})

test('K-02 the access token for the API is an RS256 JWT that the published keys verify', async () => {
  const { tokens } = await signIn(newBrowser(), 'treasury/pay_admin-2', {}, { resource: API_RESOURCE })
  const published = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  const { payload, protectedHeader } = await jwtVerify(tokens.access_token, published, {
    issuer,
    audience: 'countersign',
    algorithms: ['RS256'],
  })
  expect(protectedHeader.kid).toBe(keys[0]?.kid)
  expect(payload).toMatchObject({ sub: 'treasury-pay_admin-2', roles: ['treasury/pay_admin'], lang: 'en' })
  expect(payload.auth_time).toBe(tokens.claims()?.auth_time)
})

test('K-01 a request without PKCE, or with the plain method, is refused', async () => {
  const codeChallenge = await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier())
  const refused: Record<string, string>[] = [
    {},
    { code_challenge: codeChallenge, code_challenge_method: 'plain' },
  ]
  for (const pkce of refused) {
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: `${consoleUrl}/auth/callback`,
      scope: 'openid',
      ...pkce,
    })
    const { location } = await newBrowser().go(url.href)
    expect(new URL(location).searchParams.get('error')).toBe('invalid_request')
  }
})

test('K-01 a code is worth nothing without its verifier', async () => {
  const { callback, checks } = await authorize(newBrowser(), 'transfers/OPS')
  const other = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() }
  await expect(client.authorizationCodeGrant(config, callback, other)).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

test('K-01 a signed-in browser comes back without a page; prompt=login asks again and moves auth_time', async () => {
  const browser = newBrowser()
  const first = await signIn(browser, 'transfers/OPS')
  const again = await authorizeSilently(browser)
  expect(again.claims()?.auth_time).toBe(first.tokens.claims()?.auth_time)

  // auth_time counts in whole seconds.
  await new Promise((done) => setTimeout(done, 1100))
  const fresh = await signIn(browser, 'transfers/OPS', { prompt: 'login' })
  expect(Number(fresh.tokens.claims()?.auth_time)).toBeGreaterThan(Number(first.tokens.claims()?.auth_time))
})

test('K-01 roles are read again through the refresh token and the userinfo endpoint', async () => {
  const { tokens } = await signIn(newBrowser(), 'hub/OPERATOR')
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(decodeJwt(refreshed.id_token ?? '').roles).toEqual(['hub/OPERATOR'])
  const info = await client.fetchUserInfo(config, tokens.access_token, 'hub-OPERATOR')
  expect(info).toMatchObject({
    roles: ['hub/OPERATOR'],
    name: 'Claire Dubois',
    email: 'claire.dubois@example.test',
  })
})

test('K-03 signing out at the issuer tells the console by a logout token, and the next sign-in asks who it is', async () => {
  const browser = newBrowser()
  const { tokens } = await signIn(browser, 'marketplace/risk_agent')
  const url = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token ?? '',
    post_logout_redirect_uri: `${consoleUrl}/app/sign-in`,
  })
  const page = await browser.go(url.href)
  expect(page.body).toContain('Sign out?')
  expect(scriptsAllowed(page)).toEqual([true])
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const action = /action="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const done = await browser.go(action, { xsrf, logout: 'yes' })
  expect(done.location).toBe(`${consoleUrl}/app/sign-in`)

  const token = logoutTokens.at(-1) ?? ''
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`${issuer}/jwks`)), {
    issuer,
    audience: CLIENT_ID,
  })
  expect(payload.sid).toBe(tokens.claims()?.sid)
  expect(payload.events).toHaveProperty(['http://schemas.openid.net/event/backchannel-logout'])
  expect((await beginSignIn(browser, {})).page.body).toContain('Choose who to be')
})

test('K-03 only the person’s own console signs them out unasked: another’s hint, or none, leaves the question', async () => {
  const other = await signIn(newBrowser(), 'transfers/OPS')
  const browser = newBrowser()
  await signIn(browser, 'transfers/ADMIN')
  const hints: Record<string, string>[] = [
    { id_token_hint: other.tokens.id_token ?? '' },
    { client_id: CLIENT_ID },
  ]
  for (const hint of hints) {
    const url = client.buildEndSessionUrl(config, {
      ...hint,
      post_logout_redirect_uri: `${consoleUrl}/app/sign-in`,
    })
    const page = await browser.go(url.href)
    expect(page.body).toContain('Sign out?')
    expect(scriptsAllowed(page)).toEqual([])
  }
  expect((await authorizeSilently(browser)).claims()?.sub).toBe('transfers-ADMIN')
})

test('O-14 every role of every console has two people on the sign-in page, grouped and without script', async () => {
  const { page } = await beginSignIn(newBrowser(), {})
  const offered = [...page.body.matchAll(/name="persona" value="([^"]+)"/g)].map((match) => match[1])
  const { all } = personasFor(['transfers/OPS', 'parcels/SORTER'])
  expect(offered.toSorted()).toEqual(all.map((persona) => persona.name).toSorted())
  expect(new Set(offered)).toEqual(
    new Set(
      [
        ['transfers', 'OPS', 'COMPLIANCE', 'ADMIN'],
        ['platform', 'PLATFORM_ADMIN', 'OPS_ADMIN', 'MERCHANT'],
        ['hub', 'OPERATOR'],
        ['treasury', 'pay_admin', 'finance_ops', 'ops', 'FINANCE_ADMIN'],
        ['marketplace', 'support_agent', 'risk_agent', 'finance_admin', 'catalog_admin', 'super_admin'],
        ['kernel', 'auditor'],
        // A console of somebody's own.
        ['parcels', 'SORTER'],
      ].flatMap(([console, ...roles]) =>
        roles.flatMap((role) => [`${console}/${role}`, `${console}/${role}-2`]),
      ),
    ),
  )
  expect(new Set(all.map((persona) => persona.email)).size).toBe(all.length)
  expect(page.body).not.toContain('<script')
  expect(page.body.match(/<h2/g)).toHaveLength(7)
})

test('O-14 people of installed consoles come first; the others are put away under what they lack', async () => {
  const { page } = await beginSignIn(newBrowser(), {})
  const [offered = '', putAway = ''] = page.body.split('<details>')
  expect(putAway).toContain('People with no page yet')
  const consolesIn = (part: string) =>
    new Set([...part.matchAll(/name="persona" value="([^"/]+)/g)].map(([, console]) => console))
  expect(consolesIn(offered)).toEqual(new Set(['transfers', 'parcels', 'kernel']))
  expect(consolesIn(putAway)).toEqual(new Set(['platform', 'hub', 'treasury', 'marketplace']))
})

test('K-01 login_hint offers its persona first; one that does not exist is said and not echoed as markup', async () => {
  const known = await beginSignIn(newBrowser(), { login_hint: 'transfers/ADMIN-2' })
  expect(known.page.body).toMatch(
    /Continue as[\s\S]*?value="transfers\/ADMIN-2"[\s\S]*?value="transfers\/OPS"/,
  )
  const unknown = await beginSignIn(newBrowser(), { login_hint: '<img src=x>' })
  expect(unknown.page.body).toContain('There is no persona “&lt;img src=x&gt;”')
})

test('K-01 an invented persona and an expired sign-in are refused with a word, not an error of ours', async () => {
  const browser = newBrowser()
  const { page } = await beginSignIn(browser, {})
  const invented = await browser.go(page.url, { persona: 'transfers/ROOT' })
  expect(invented.status).toBe(400)
  expect(invented.body).toContain('no such persona')
  const expired = await newBrowser().go(`${issuer}/sign-in/unknown`)
  expect(expired.status).toBe(400)
  expect(expired.body).toContain('expired')
})

test('K-01 tokens outlive a restart: the new process publishes the same keys', async () => {
  const { tokens } = await signIn(newBrowser(), 'kernel/auditor', {}, { resource: API_RESOURCE })
  const restarted = issuerServer()
  const address = await listen(restarted)
  try {
    const { payload } = await jwtVerify(tokens.access_token, createRemoteJWKSet(new URL(`${address}/jwks`)))
    expect(payload.sub).toBe('kernel-auditor')
  } finally {
    restarted.closeAllConnections()
    restarted.close()
  }
})

test('K-01 it refuses to start in production', () => {
  const run = spawnSync(process.execPath, programArguments('apps/dev-issuer/main.ts'), {
    env: { ...process.env, NODE_ENV: 'production' },
    encoding: 'utf8',
  })
  expect(run.status).toBe(78)
  expect(run.stderr).toContain('NODE_ENV=production')
})

/** Of each script of a page, whether its policy lets it run. */
function scriptsAllowed(page: Page): boolean[] {
  return [...page.body.matchAll(/<script>([^<]*)<\/script>/g)].map(([, script = '']) =>
    page.policy.includes(`'sha256-${createHash('sha256').update(script).digest('base64')}'`),
  )
}

type Page = { status: number; url: string; body: string; location: string; policy: string }
type Browser = { go(url: string, form?: Record<string, string>): Promise<Page> }

/** Cookies and the provider's own redirects, as a browser would; stops at a page or at another origin. */
function newBrowser(): Browser {
  const cookies = new Map<string, { value: string; path: string }>()
  return {
    async go(url, form) {
      let at = new URL(url, issuer)
      let body = form && new URLSearchParams(form)
      for (;;) {
        const cookie = [...cookies]
          .filter(([, { path }]) => at.pathname.startsWith(path))
          .map(([name, { value }]) => `${name}=${value}`)
          .join('; ')
        const response: Response = await fetch(at, {
          method: body ? 'POST' : 'GET',
          headers: { cookie },
          redirect: 'manual',
          ...(body ? { body } : {}),
        })
        for (const line of response.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
          if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name)
          else cookies.set(name, { value, path: /path=([^;]+)/i.exec(line)?.[1] ?? '/' })
        }
        const location = response.headers.get('location') ?? ''
        const next = location === '' ? undefined : new URL(location, at)
        if (!next || next.origin !== issuer) {
          return {
            status: response.status,
            url: at.href,
            body: await response.text(),
            location,
            policy: response.headers.get('content-security-policy') ?? '',
          }
        }
        at = next
        body = undefined
      }
    },
  }
}

async function beginSignIn(browser: Browser, params: Record<string, string>) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const expectedNonce = client.randomNonce()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: `${consoleUrl}/auth/callback`,
    scope: 'openid profile email',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...params,
  })
  const page = await browser.go(url.href)
  return { page, checks: { pkceCodeVerifier, expectedState, expectedNonce } }
}

async function authorize(browser: Browser, persona: string, params: Record<string, string> = {}) {
  const { page, checks } = await beginSignIn(browser, params)
  const signedIn = await browser.go(page.url, { persona })
  expect(signedIn.location).toContain(`${consoleUrl}/auth/callback?code=`)
  return { callback: new URL(signedIn.location), checks }
}

async function signIn(
  browser: Browser,
  persona: string,
  params: Record<string, string> = {},
  tokenParams: Record<string, string> = {},
) {
  const { callback, checks } = await authorize(browser, persona, params)
  return { tokens: await client.authorizationCodeGrant(config, callback, checks, tokenParams) }
}

async function authorizeSilently(browser: Browser) {
  const { page, checks } = await beginSignIn(browser, {})
  return client.authorizationCodeGrant(config, new URL(page.location), checks)
}

function issuerServer(): Server {
  return createIssuerServer({
    issuer,
    keys,
    cookieKey: 'a-cookie-key-for-tests',
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    consoleUrl,
    audience: 'countersign',
    installedConsoles: ['transfers', 'parcels', 'kernel'],
    roles: ['transfers/OPS', 'parcels/SORTER'],
  })
}

async function listen(target: Server): Promise<string> {
  await new Promise<void>((done) => target.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(target.address() as AddressInfo).port}`
}

async function freePort(): Promise<number> {
  const probe = createServer()
  const address = await listen(probe)
  await new Promise((done) => probe.close(done))
  return Number(new URL(address).port)
}

function rsaKey(): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'rs' } as JWK
}

function ecKey(): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'es' } as JWK
}
