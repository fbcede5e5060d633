import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto'
import { entriesOf } from '@countersign/testkit/audit-entries.ts'
import { makeClient, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTokenVerifier } from './bearer-token.ts'

let product: Product
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

beforeAll(async () => {
  product = await startProduct({ issuer: true, worker: false, webhooks: false })
}, 120_000)
afterAll(() => product?.close())

type Members = Record<string, unknown>

const claims = (more: Members = {}): Members => {
  const all = { ...product.registeredClaims(), sub: 'transfers-OPS', roles: ['transfers/OPS'], ...more }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
}
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const unsigned = (header: Members, payload: Members) =>
  `${encode({ typ: 'JWT', ...header })}.${encode(payload)}`
const rsaPublic = (): KeyObject => {
  const key = product.issuer?.keys.find(({ alg }) => alg === 'RS256')
  return createPublicKey({ key: key as JsonWebKey, format: 'jwk' })
}
const now = () => Math.floor(Date.now() / 1000)

const withToken = (token: string | undefined, headers: Record<string, string> = {}) =>
  makeClient(product.url, 'whoever', token).get('/v1/me', headers)

describe('K-02 a token that the issuer signed is taken', () => {
  test('K-02 RS256 and ES256, by the key that its kid names', async () => {
    const rsa = await withToken(await product.mint(claims()))
    expect(rsa.body).toMatchObject({ person: { id: 'transfers-OPS' }, roles: ['transfers/OPS'] })
    const es = product.issuer?.keys.find(({ alg }) => alg === 'ES256')
    const input = unsigned({ alg: 'ES256', kid: 'es' }, claims())
    const signature = sign('sha256', Buffer.from(input), {
      key: es as JsonWebKey,
      format: 'jwk',
      dsaEncoding: 'ieee-p1363',
    })
    expect((await withToken(`${input}.${signature.toString('base64url')}`)).status).toBe(200)
  })

  test('K-04 only roles that a console declares count, whatever else a token says it is', async () => {
    const roles = ['transfers/OPS', 'transfers/GOD', 'admin', 7, null]
    const me = await withToken(
      await product.mint(claims({ sub: 'k-04', roles, admin: true, permissions: ['*'] })),
    )
    expect(me.body.roles).toEqual(['transfers/OPS'])
    const none = await withToken(await product.mint(claims({ sub: 'k-04-none', roles: null })))
    expect(none.body).toMatchObject({ roles: [], consoles: [] })
  })

  test('X-08 the language is the one that it names, and none where it names none', async () => {
    const languageOf = async (sub: string, more: Members) =>
      (await withToken(await product.mint(claims({ sub, ...more })))).body.language
    expect(await languageOf('x-08-lang', { lang: 'fr', locale: 'ar' })).toBe('fr')
    expect(await languageOf('x-08-locale', { locale: 'ar-MA' })).toBe('ar-MA')
    expect(await languageOf('x-08-none', {})).toBeNull()
  })

  test('K-01 x-user-role and x-user-id have no effect beside it', async () => {
    const forged = { 'x-user-role': 'transfers/ADMIN', 'x-user-id': 'transfers-ADMIN' }
    const me = await withToken(await product.mint(claims()), forged)
    expect(me.body).toMatchObject({ person: { id: 'transfers-OPS' }, roles: ['transfers/OPS'] })
  })
})

const refusals: readonly (readonly [string, () => Promise<string> | string])[] = [
  ['alg none', () => `${unsigned({ alg: 'none' }, claims())}.`],
  ['alg none in another case', () => `${unsigned({ alg: 'nOnE' }, claims())}.`],
  [
    'HS256 with the public key as its secret',
    () => {
      const input = unsigned({ alg: 'HS256', kid: 'rs' }, claims())
      const pem = rsaPublic().export({ type: 'spki', format: 'pem' })
      return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`
    },
  ],
  ['another issuer', () => product.mint(claims({ iss: 'https://id.example' }))],
  ['another audience', () => product.mint(claims({ aud: 'somebody-else' }))],
  ['no audience', () => product.mint(claims({ aud: null }))],
  ['expired', () => product.mint(claims({ exp: now() - 60 }))],
  ['not yet valid', () => product.mint(claims({ nbf: now() + 600 }))],
  ['an unknown kid', () => product.mint(claims(), { kid: 'nobody-knows' })],
  ['a stranger’s signature', () => product.mint(claims(), {}, stranger)],
  [
    'the stranger’s key in its own header',
    () =>
      product.mint(
        claims(),
        { jwk: createPublicKey(stranger).export({ format: 'jwk' }), kid: undefined },
        stranger,
      ),
  ],
  ['no sub', () => product.mint(claims({ sub: null }))],
  ['an empty sub', () => product.mint(claims({ sub: '' }))],
  ['a sub that cannot be kept', () => product.mint(claims({ sub: 'a\u0000b' }))],
  ['a logout token by its type', () => product.mint(claims(), { typ: 'logout+jwt' })],
  [
    'a logout token by its type, written out',
    () => product.mint(claims(), { typ: 'application/Logout+JWT' }),
  ],
  [
    'a logout token by its claim',
    () => product.mint(claims({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })),
  ],
  ['no exp', () => product.mint(claims({ exp: null }))],
  ['an exp beyond all time', () => product.mint(claims({ exp: 1e300 }))],
  ['an exp after the year 9999', () => product.mint(claims({ exp: 8.64e12 }))],
  ['an iat a year ahead', () => product.mint(claims({ iat: now() + 31_536_000 }))],
  ['an iat long before 1970', () => product.mint(claims({ iat: -8.64e12, auth_time: null }))],
  ['an iat before the year 1', () => product.mint(claims({ iat: -62_170_156_800 }))],
  ['an iat that is text', () => product.mint(claims({ iat: 'yesterday' }))],
  ['an auth_time ten years ahead', () => product.mint(claims({ auth_time: now() + 315_360_000 }))],
  ['an auth_time beyond all time', () => product.mint(claims({ auth_time: 8.64e12 }))],
  ['an auth_time before all time', () => product.mint(claims({ auth_time: -8.64e12 }))],
  ['an auth_time that is text', () => product.mint(claims({ auth_time: 'x' }))],
  [
    'an unknown critical header',
    () => {
      const input = unsigned({ alg: 'RS256', kid: 'rs', crit: ['x'], x: 1 }, claims())
      const key = product.issuer?.signingKey.key
      return `${input}.${key ? sign('sha256', Buffer.from(input), key).toString('base64url') : ''}`
    },
  ],
  ['RS512', () => `${unsigned({ alg: 'RS512', kid: 'rs' }, claims())}.AAAA`],
  [
    'altered claims',
    async () => {
      const [header, , signature] = (await product.mint(claims())).split('.')
      return `${header}.${encode(claims({ roles: ['transfers/ADMIN'] }))}.${signature}`
    },
  ],
  ['more than 8 KiB', () => product.mint(claims({ padding: 'x'.repeat(8_192) }))],
  ['garbage', () => 'garbage'],
  ['three empty parts', () => '..'],
]

test.each(refusals)(
  'K-02 a token with %s is refused with 401, and that is a security event',
  async (_what, make) => {
    const refused = await withToken(await make())
    expect(refused.status).toBe(401)
    expect(refused.headers.get('content-type')).toContain('application/problem+json')
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/)
    expect(refused.body).toMatchObject({ success: false, code: 'invalid_token', instance: '/v1/me' })
    const entries = await entriesOf(product, refused.body.request_id)
    expect(entries).toEqual([
      expect.objectContaining({
        kind: 'security',
        event_sub_type: 'AUTHENTICATION_REFUSED',
        severity: 'MEDIUM',
        outcome: 'refused',
      }),
    ])
  },
)

test('K-02 an Authorization header that is no bearer token is refused the same, cookie or not', async () => {
  for (const authorization of ['Basic dHJhbnNmZXJzOk9QUw==', 'Bearer', 'Bearer a b', 'token']) {
    expect((await withToken(undefined, { authorization })).status, authorization).toBe(401)
  }
})

test('K-01 x-user-role and x-user-id alone are nobody: 401, and a security event', async () => {
  const headers = { 'x-user-role': 'PLATFORM_ADMIN', 'x-user-id': 'test-admin-id' }
  const refused = await withToken(undefined, headers)
  expect(refused.status).toBe(401)
  expect(await entriesOf(product, refused.body.request_id)).toEqual([
    expect.objectContaining({
      kind: 'security',
      event_sub_type: 'IDENTITY_CLAIMED_BY_HEADER',
      detail: expect.objectContaining({ headers: ['x-user-role', 'x-user-id'] }),
    }),
  ])
  const bare = await withToken(undefined)
  expect(await entriesOf(product, bare.body.request_id)).toEqual([])
})

const OURS = ['anonymous', 'Anonymous', 'none', 'system', 'system:dispatcher', 'signer:1', 'cli', 'me']
test.each([...OURS, '.', '..'])(
  'K-31 a subject called %j has an id that cannot be taken for a word of ours',
  async (sub) => {
    const me = await withToken(await product.mint(claims({ sub })))
    expect(me.status).toBe(200)
    expect(me.body.person.id).toMatch(/^p_[0-9a-f]{32}$/)
  },
)

test.each(OURS)('K-31 nor does the database take a person called %j, whoever says so', async (id) => {
  await expect(
    product.database
      .pool('app')
      .query(
        `SELECT kernel.recognise($1, 'person', 'i', $1, NULL, NULL, NULL, '{}', clock_timestamp(), true)`,
        [id],
      ),
  ).rejects.toMatchObject({ code: '23514', constraint: 'person_id_names_a_person' })
})

test('K-02 the same subject of another issuer is another person', async () => {
  await product.superuser.query(
    `INSERT INTO kernel.person (person_id, kind, issuer, subject) VALUES ('shared', 'person', 'https://old.example', 'shared')`,
  )
  const me = await withToken(await product.mint(claims({ sub: 'shared' })))
  expect(me.status).toBe(200)
  expect(me.body.person.id).toMatch(/^p_[0-9a-f]{32}$/)
  expect((await withToken(await product.mint(claims({ sub: 'shared' })))).body.person.id).toBe(
    me.body.person.id,
  )
})

describe('K-02 with a PEM public key', () => {
  const verifier = (key: KeyObject) =>
    makeTokenVerifier({
      personClaims: [{ name: 'auth_time' }],
      issuer: 'https://id.example',
      audience: 'countersign',
      publicKeyPem: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
      rolesClaim: 'roles',
      roles: [],
      now: () => new Date(),
    })
  const mine = { iss: 'https://id.example', aud: 'countersign' }

  test('K-02 the one key is meant, whatever kid a token names', async () => {
    const verify = verifier(stranger)
    expect((await verify(await product.mint(claims(mine), { kid: 'any' }, stranger))).ok).toBe(true)
    expect((await verify(await product.mint(claims(mine), { kid: undefined }, stranger))).ok).toBe(true)
  })

  test('K-02 a token for the other kind of key is refused, not an error', async () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const refused = await verifier(ec)(await product.mint(claims(mine), {}, stranger))
    expect(refused).toMatchObject({ ok: false, failure: { kind: 'unauthenticated' } })
  })

  test('K-02 a key set that cannot be fetched is the issuer’s fault: 503, not 401', async () => {
    const verify = makeTokenVerifier({
      personClaims: [{ name: 'auth_time' }],
      issuer: 'https://id.example',
      audience: 'countersign',
      jwksUrl: `${product.url}/no-key-set-here`,
      rolesClaim: 'roles',
      roles: [],
      now: () => new Date(),
    })
    const answer = await verify(await product.mint(claims(mine), {}, stranger))
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'upstream_unavailable' } })
  })
})
