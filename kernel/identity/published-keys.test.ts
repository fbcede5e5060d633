import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { KEY_WITHDRAWN_WITHIN_MS, makeTokenVerifier, type TokenVerifierOptions } from './bearer-token.ts'
import { isOfTheIssuer, KEYS_KEPT_MS } from './published-keys.ts'

const BEGIN = Date.parse('2026-03-01T12:00:00Z')
const ISSUER = 'https://issuer.example'
const pairs = ['first', 'second'].map((kid) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } }
})
let published: readonly JsonWebKey[]
let reads = 0
/** While the provider is out of reach. */
let away = false

const server = createServer((_request, response) => {
  reads += 1
  if (away) response.writeHead(503).end()
  else
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: published }))
})
beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)))
afterAll(() => server.close())
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: BEGIN })
  published = pairs.map(({ jwk }) => jwk)
  reads = 0
  away = false
})
afterEach(() => {
  vi.useRealTimers()
})
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

const options = (): TokenVerifierOptions => ({
  issuer: ISSUER,
  audience: 'countersign',
  jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
  rolesClaim: 'roles',
  personClaims: [],
  roles: [],
  now: () => new Date(),
})
const verifier = () => makeTokenVerifier(options())

function token(nth: number): Promise<string> {
  const pair = pairs[nth]
  if (!pair) throw new Error('there is no such key')
  const now = Date.now() / 1000
  return new SignJWT({ sub: `of-${pair.kid}`, iss: ISSUER, aud: 'countersign', iat: now, exp: now + 86_400 })
    .setProtectedHeader({ alg: 'RS256', kid: pair.kid })
    .sign(pair.privateKey)
}
const said = async (result: ReturnType<ReturnType<typeof verifier>>) => {
  const answer = await result
  return answer.ok ? 'taken' : answer.failure.code
}

test('K-02 a token of a key that the provider has withdrawn is refused within a minute, though it was taken before', async () => {
  const verify = verifier()
  const [withdrawn, kept] = [await token(0), await token(1)]
  expect(KEY_WITHDRAWN_WITHIN_MS).toBeLessThanOrEqual(60_000)
  expect([await said(verify(withdrawn)), await said(verify(kept))]).toEqual(['taken', 'taken'])
  published = pairs.slice(1).map(({ jwk }) => jwk)
  // The worst case: its keys have just been read, and so is the token looked at as late as can be.
  pass(KEY_WITHDRAWN_WITHIN_MS / 2 - 1)
  expect(await said(verify(withdrawn))).toBe('taken')
  pass(KEY_WITHDRAWN_WITHIN_MS / 2 + 1)
  expect([await said(verify(withdrawn)), await said(verify(kept))]).toEqual(['invalid_token', 'taken'])
})

test('K-02 a key that is added is found at once, and many tokens make few readings', async () => {
  const verify = verifier()
  published = pairs.slice(0, 1).map(({ jwk }) => jwk)
  const old = await token(0)
  for (let nth = 0; nth < 20; nth += 1) expect(await said(verify(old))).toBe('taken')
  expect(reads).toBe(1)
  published = pairs.map(({ jwk }) => jwk)
  pass(6_000)
  expect(await said(verify(await token(1)))).toBe('taken')
  expect(reads).toBe(2)
})

test('K-02 while the provider is out of reach its last word holds, for a time, and nobody waits for it', async () => {
  const verify = verifier()
  const own = await token(0)
  expect(await said(verify(own))).toBe('taken')
  away = true
  pass(KEY_WITHDRAWN_WITHIN_MS)
  reads = 0
  expect([await said(verify(own)), await said(verify(await token(1)))]).toEqual(['taken', 'taken'])
  expect(reads).toBe(1)
  pass(KEYS_KEPT_MS)
  expect(await said(verify(own))).toBe('issuer_unreachable')
  away = false
  pass(6_000)
  expect(await said(verify(own))).toBe('taken')
})

test('K-02 O-05 why the provider is out of reach is told with the refusal; a fault of ours is nobody else’s, and is thrown', async () => {
  const verify = makeTokenVerifier({ ...options(), jwksUrl: 'http://127.0.0.1:1/jwks' })
  const answer = await verify(await token(0))
  expect(answer).toMatchObject({
    failure: {
      code: 'issuer_unreachable',
      message: expect.not.stringContaining('127.0.0.1'),
      cause: { message: expect.stringContaining('127.0.0.1:1'), cause: { message: 'fetch failed' } },
    },
  })
  expect(isOfTheIssuer(new TypeError('undefined is not a function'))).toBe(false)
  let asked = 0
  const broken = makeTokenVerifier({
    ...options(),
    now: () => {
      asked += 1
      if (asked > 2) throw new TypeError('undefined is not a function')
      return new Date()
    },
  })
  await expect(token(0).then(broken)).rejects.toThrow('undefined is not a function')
})
