import { openBrowser } from '@countersign/testkit/browser.ts'
import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parsePersonClaims, subjectKind } from './subject-kind.ts'

let product: Product
const DECIDES = 'transfers.return_transfer:decide'
const REQUESTS = 'transfers.return_transfer'
const ROLE = ['transfers/ADMIN']

beforeAll(async () => {
  product = await startProduct({ issuer: true, worker: false, webhooks: false })
}, 120_000)
afterAll(() => product?.close())

/** With these claims beside issuer, audience and times, and no others. */
async function withClaims(claims: Record<string, unknown>): Promise<Client> {
  return product.as('transfers/ADMIN', { name: undefined, auth_time: undefined, roles: ROLE, ...claims })
}
const me = async (claims: Record<string, unknown>) => (await (await withClaims(claims)).get('/v1/me')).body

/** Client credentials tokens as the providers document them; a name beside the mark must not help. */
const SERVICE_TOKENS: readonly (readonly [string, Record<string, unknown>])[] = [
  ['Auth0', { sub: 'job@clients', azp: 'job', gty: 'client-credentials' }],
  [
    'Keycloak',
    {
      sub: '5f0c9c1e-0000-4000-8000-000000000001',
      azp: 'job',
      preferred_username: 'service-account-job',
      email_verified: false,
    },
  ],
  ['Microsoft Entra', { sub: '0e1c0c1e-0000-4000-8000-000000000002', azp: 'app', idtyp: 'app' }],
  ['Okta', { sub: '0oa1', cid: '0oa1' }],
  ['RFC 9068', { sub: 'job-9068', client_id: 'job-9068' }],
]

describe.each(SERVICE_TOKENS)('a client credentials token of %s', (provider, claims) => {
  test.each([
    ['as it comes', {}],
    ['with a name and a sign-in time', { name: 'Job', email: 'job@example.com', auth_time: 1 }],
  ])('K-42 K-46 %s is a machine’s: it may ask and may not decide', async (how, more) => {
    const sub = how === 'as it comes' ? claims.sub : String(claims.sub).replace(/^./, 'x')
    const clients = Object.fromEntries(
      Object.entries(claims).map(([name, value]) => [name, value === claims.sub ? sub : value]),
    )
    const answer = await me({ ...clients, sub, ...more })
    expect(answer.person.kind, provider).toBe('machine')
    expect(answer.permissions).toContain(REQUESTS)
    expect(answer.permissions).not.toContain(DECIDES)
  })
})

test('K-42 a token that shows nothing of a person is a machine’s', async () => {
  const answer = await me({ sub: 'who-knows' })
  expect(answer.person.kind).toBe('machine')
  expect(answer.permissions).not.toContain(DECIDES)
})

test('K-46 one that says when somebody signed in, or who, is a person’s', async () => {
  for (const [index, claims] of [
    { auth_time: Math.floor(Date.now() / 1000) },
    { amr: ['pwd', 'otp'] },
    { sid: 'a-session' },
    { name: 'Somebody' },
    { email: 'somebody@example.com', azp: 'console' },
  ].entries()) {
    const answer = await me({ sub: `person-${index}`, ...claims })
    expect(answer.person.kind, JSON.stringify(claims)).toBe('person')
    expect(answer.permissions).toContain(DECIDES)
  }
  for (const [index, claims] of [{ amr: [] }, { name: ' ' }, { email: true }, { sid: null }].entries()) {
    expect((await me({ sub: `nothing-${index}`, ...claims })).person.kind, JSON.stringify(claims)).toBe(
      'machine',
    )
  }
})

test('K-42 who is marked as a machine later is one at once, for good, also for tokens that looked like a person’s', async () => {
  const before = await withClaims({ sub: 'job9', name: 'job9' })
  expect((await before.get('/v1/me')).body.person.kind).toBe('person')
  expect((await me({ sub: 'job9', azp: 'job9' })).person.kind).toBe('machine')
  const after = (await before.get('/v1/me')).body
  expect(after.person.kind).toBe('machine')
  expect(after.permissions).not.toContain(DECIDES)
  expect((await me({ sub: 'job9', name: 'job9', auth_time: 1 })).person.kind).toBe('machine')
  const { rows } = await product.superuser.query(
    `SELECT severity, outcome FROM kernel.audit_entry
      WHERE event_sub_type = 'SUBJECT_KIND_CHANGED' AND actor_id = 'job9'`,
  )
  expect(rows).toEqual([{ severity: 'HIGH', outcome: 'now_a_machine' }])
})

test('K-42 a known person’s token that shows nothing of a person decides nothing, and the person still does', async () => {
  await me({ sub: 'both', auth_time: 1 })
  expect((await me({ sub: 'both' })).permissions).not.toContain(DECIDES)
  expect((await me({ sub: 'both', auth_time: 1 })).permissions).toContain(DECIDES)
})

test('K-42 K-01 who signs in at the console is a person, unless marked as a machine', async () => {
  const kindOf = async (persona: string) => {
    const browser = openBrowser(product.url)
    await browser.signIn(persona)
    return (await browser.send('GET', '/v1/me')).body.person.kind
  }
  await me({ sub: 'transfers-OPS' })
  expect(await kindOf('transfers/OPS')).toBe('person')
  await me({ sub: 'transfers-OPS-2', idtyp: 'app' })
  expect(await kindOf('transfers/OPS-2')).toBe('machine')
})

test('K-46 which claims are a person’s is for the installation to say', () => {
  const claims = parsePersonClaims('auth_time, idtyp=user,https://example.com/kind=person')
  if (!claims) throw new Error('the list was not read')
  expect(subjectKind({ sub: 'a', idtyp: 'user' }, claims)).toBe('person')
  expect(subjectKind({ sub: 'a', idtyp: 'device' }, claims)).toBe('unclear')
  expect(subjectKind({ sub: 'a', name: 'A' }, claims)).toBe('unclear')
  expect(subjectKind({ sub: 'a', 'https://example.com/kind': 'person' }, claims)).toBe('person')
  for (const wrong of ['', ',', 'a=', '=b', Array(17).fill('a').join(',')])
    expect(parsePersonClaims(wrong), wrong).toBeUndefined()
})
