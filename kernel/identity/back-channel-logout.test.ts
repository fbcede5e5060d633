import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { latestEntries } from '@countersign/testkit/audit-entries.ts'
import { type Browser, openBrowser } from '@countersign/testkit/browser.ts'
import { type Product, startProduct } from '@countersign/testkit/product.ts'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditOf } from '../actions/audit-parts.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const CLIENT_ID = 'countersign-console'
let product: Product
let issuer: NonNullable<Product['issuer']>

beforeAll(async () => {
  product = await startProduct({ issuer: true, worker: false, webhooks: false })
  if (!product.issuer) throw new Error('there is no issuer')
  issuer = product.issuer
}, 120_000)
afterAll(() => product?.close())

async function signedIn(persona: string): Promise<Browser> {
  const browser = openBrowser(product.url)
  await browser.signIn(persona)
  expect(await standing(browser)).toBe(200)
  return browser
}
const standing = async (browser: Browser) => (await browser.send('GET', '/v1/me')).status

const now = () => Math.floor(Date.now() / 1000)
/** A logout token as the provider would make it, but for what is given; undefined leaves a member out. */
function claims(more: Record<string, unknown>): Record<string, unknown> {
  return {
    iss: issuer.url,
    aud: CLIENT_ID,
    iat: now(),
    exp: now() + 120,
    jti: randomUUID(),
    events: { [EVENT]: {} },
    ...more,
  }
}
const sign = (payload: Record<string, unknown>, header: Record<string, unknown> = {}, key?: KeyObject) =>
  new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS256', kid: issuer.signingKey.kid, typ: 'logout+jwt', ...header })
    .sign(key ?? issuer.signingKey.key)

async function send(body: string | URLSearchParams, type = 'application/x-www-form-urlencoded') {
  const response = await fetch(`${product.url}/auth/backchannel-logout`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  })
  const text = await response.text()
  return {
    status: response.status,
    cache: response.headers.get('cache-control'),
    type: response.headers.get('content-type'),
    text,
  }
}
const sendToken = (token: string) => send(new URLSearchParams({ logout_token: token }))

/** The provider's id of the only live session of a person. */
async function sidOf(person: string): Promise<string> {
  const { rows } = await product.superuser.query<{ sid: string }>(
    `SELECT issuer_session AS sid FROM kernel.session WHERE person_id = $1 AND ended_at IS NULL
      ORDER BY created_at DESC LIMIT 1`,
    [person],
  )
  return rows[0]?.sid ?? ''
}

test('K-46 K-03 who signs out at the identity provider is signed out here, in that browser and no other', async () => {
  const browser = await signedIn('transfers/OPS')
  const elsewhere = await signedIn('transfers/OPS')
  const page = await browser.go(`${issuer.url}/session/end`)
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  await browser.go(`${issuer.url}/session/end/confirm`, { form: { xsrf, logout: 'yes' } })
  expect(await standing(browser)).toBe(401)
  expect(await standing(elsewhere)).toBe(200)
  const [entry] = await latestEntries(product, 'transfers-OPS')
  expect(entry).toMatchObject({
    kind: 'sign_out',
    outcome: 'signed_out_at_the_provider',
    detail: { sessions: 1, of: 'session' },
  })
})

test('K-46 a token that names the person alone ends all their sessions, and nobody else’s', async () => {
  const two = [await signedIn('transfers/ADMIN'), await signedIn('transfers/ADMIN')]
  const other = await signedIn('transfers/ADMIN-2')
  const answer = await sendToken(await sign(claims({ sub: 'transfers-ADMIN' })))
  expect(answer).toMatchObject({ status: 200, cache: 'no-store', text: '' })
  expect(await Promise.all(two.map(standing))).toEqual([401, 401])
  expect(await standing(other)).toBe(200)
  const [entry] = await latestEntries(product, 'transfers-ADMIN')
  expect(entry).toMatchObject({ kind: 'sign_out', detail: { sessions: 2, of: 'person' } })
})

test('K-46 that nobody is signed in any more, or with that session somebody else, is no failure and ends nothing', async () => {
  const browser = await signedIn('hub/OPERATOR')
  const sid = await sidOf('hub-OPERATOR')
  for (const about of [{ sub: 'nobody-here' }, { sid: 'no-such' }, { sid, sub: 'transfers-OPS' }]) {
    expect((await sendToken(await sign(claims(about)))).status).toBe(200)
  }
  expect(await standing(browser)).toBe(200)
  // What else the provider puts beside the token is not looked at (§2.5), and `typ` may be missing.
  const token = await sign(claims({ sid }), { typ: undefined })
  expect((await send(new URLSearchParams({ state: 'x', logout_token: token }))).status).toBe(200)
  expect(await standing(browser)).toBe(401)
})

describe('K-46 what is no such token is 400, recorded, and ends nothing', () => {
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const about = { sub: 'transfers-COMPLIANCE' }
  let browser: Browser
  beforeAll(async () => {
    browser = await signedIn('transfers/COMPLIANCE')
  })
  const cases: Record<string, () => Promise<string> | string> = {
    'forged: signed by somebody else under its kid': () => sign(claims(about), {}, foreign),
    'of a key that it does not publish': () => sign(claims(about), { kid: 'another' }),
    'alg none': () => new UnsecuredJWT(claims(about)).encode(),
    'alg HS256': () =>
      new SignJWT(claims(about)).setProtectedHeader({ alg: 'HS256', kid: 'rs' }).sign(Buffer.alloc(64, 1)),
    'altered after it was signed': async () => {
      const [head, , signature] = (await sign(claims({ sub: 'transfers-OPS' }))).split('.')
      return [head, Buffer.from(JSON.stringify(claims(about))).toString('base64url'), signature].join('.')
    },
    'of another issuer': () => sign(claims({ ...about, iss: 'https://elsewhere.example' })),
    'for another audience': () => sign(claims({ ...about, aud: 'another-client' })),
    'without an audience': () => sign(claims({ ...about, aud: undefined })),
    'with a nonce, as an ID token has': () => sign(claims({ ...about, nonce: 'n' })),
    'without events': () => sign(claims({ ...about, events: undefined })),
    'with another event': () => sign(claims({ ...about, events: { 'urn:another': {} } })),
    'with an event that is no object': () => sign(claims({ ...about, events: { [EVENT]: true } })),
    expired: () => sign(claims({ ...about, iat: now() - 200, exp: now() - 60 })),
    'without an end': () => sign(claims({ ...about, exp: undefined })),
    'too old, whatever it says of its end': () =>
      sign(claims({ ...about, iat: now() - 400, exp: now() + 600 })),
    'of the future': () => sign(claims({ ...about, iat: now() + 300, exp: now() + 600 })),
    'without iat': () => sign(claims({ ...about, iat: undefined })),
    'without jti': () => sign(claims({ ...about, jti: undefined })),
    'about nobody': () => sign(claims({})),
    'about a number': () => sign(claims({ sub: 7 })),
    'of another type': () => sign(claims(about), { typ: 'at+jwt' }),
    'no token at all': () => 'logout',
  }

  test.each(Object.entries(cases))('%s', async (_name, make) => {
    const answer = await sendToken(await make())
    expect(answer).toMatchObject({ status: 400, cache: 'no-store' })
    expect(answer.type).toContain('application/problem+json')
    expect(JSON.parse(answer.text)).toMatchObject({
      code: 'invalid_logout_token',
      errors: [{ field: 'logout_token' }],
    })
    expect(await standing(browser)).toBe(200)
  })

  test('an ID token, which the provider signs with the same key', async () => {
    const idToken = await sign(
      {
        iss: issuer.url,
        aud: CLIENT_ID,
        ...about,
        iat: now(),
        exp: now() + 60,
        sid: await sidOf('transfers-COMPLIANCE'),
      },
      { typ: 'JWT' },
    )
    expect((await sendToken(idToken)).status).toBe(400)
    expect(await standing(browser)).toBe(200)
  })

  test('the same token a second time', async () => {
    const token = await sign(claims({ sub: 'transfers-COMPLIANCE-2' }))
    expect((await sendToken(token)).status).toBe(200)
    const since = await signedIn('transfers/COMPLIANCE-2')
    const again = await sendToken(token)
    expect(again.status).toBe(400)
    expect(JSON.parse(again.text).message).toContain('jti')
    expect(await standing(since)).toBe(200)
  })

  test('no form, or none with one token', async () => {
    const token = await sign(claims({ sub: 'transfers-COMPLIANCE' }))
    expect((await send(JSON.stringify({ logout_token: token }), 'application/json')).status).toBe(415)
    expect((await send('')).status).toBe(400)
    expect((await send(`logout_token=${token}&logout_token=${token}`)).status).toBe(400)
    expect((await send(`logout_token=${'x'.repeat(20_000)}`)).status).toBe(413)
    const refusals = await latestEntries(product, 'anonymous', 100)
    expect(
      refusals.filter(({ event_sub_type }) => event_sub_type === 'LOGOUT_TOKEN_REFUSED').length,
    ).toBeGreaterThan(0)
  })
})

describe('K-31 K-46 whoever holds the server’s login and runs none of our code', () => {
  const app = () => product.database.pool('app')
  const entry = (actor: string, detail: Record<string, string | number>) =>
    JSON.stringify(
      auditOf(
        { now: () => new Date() },
        { kind: 'sign_out', actor: { id: actor, roles: [] }, outcome: 'signed_out', detail },
      ),
    )
  const sessionOf = async (person: string) => {
    const { rows } = await product.superuser.query<{ id: string; subject: string }>(
      `SELECT session_id AS id, p.subject FROM kernel.session JOIN kernel.person p USING (person_id)
        WHERE person_id = $1 AND ended_at IS NULL ORDER BY session.created_at DESC LIMIT 1`,
      [person],
    )
    return rows[0] ?? { id: '', subject: '' }
  }

  test('ends no session without the entry that says whose', async () => {
    const browser = await signedIn('transfers/COMPLIANCE')
    const { id } = await sessionOf('transfers-COMPLIANCE')
    for (const audit of [
      '[]',
      entry('transfers-OPS', { session_id: id }),
      entry('transfers-COMPLIANCE', {}),
    ]) {
      await expect(app().query(`SELECT kernel.end_session($1, 'x', $2)`, [id, audit])).rejects.toMatchObject({
        code: '23001',
      })
    }
    await expect(app().query(`SELECT kernel.end_sessions($1, NULL, NULL, 'x')`, [id])).rejects.toMatchObject({
      code: '42501',
    })
    expect(await standing(browser)).toBe(200)
  })

  test('ends by a logout token every session that is there, each with its entry, or none', async () => {
    const browser = await signedIn('transfers/OPS-2')
    const { id, subject } = await sessionOf('transfers-OPS-2')
    const logOut = (sessions: string[], audit: string) =>
      app().query(`SELECT kernel.log_out(sha256(convert_to($1, 'UTF8')), $2, $3, NULL, $4, $5::jsonb)`, [
        ...[randomUUID(), issuer.url, subject, sessions, audit],
      ])
    const whole = entry('transfers-OPS-2', { sessions: 1 })
    // Another was opened since they were read, or one of them has ended.
    for (const others of [[], [randomUUID()], [id, randomUUID()]]) {
      await expect(logOut(others, whole)).rejects.toMatchObject({ constraint: 'session_moved' })
    }
    for (const audit of [
      ...['[]', entry('anonymous', { sessions: 0 })],
      ...[entry('transfers-OPS-2', { sessions: 2 }), entry('transfers-OPS', { sessions: 1 })],
    ]) {
      await expect(logOut([id], audit)).rejects.toMatchObject({ code: '23001' })
    }
    expect(await standing(browser)).toBe(200)
    await logOut([id], whole)
    expect(await standing(browser)).toBe(401)
  })
})
