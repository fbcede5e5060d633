import { latestEntries } from '@countersign/testkit/audit-entries.ts'
import { type Browser, openBrowser } from '@countersign/testkit/browser.ts'
import { type Product, startProduct } from '@countersign/testkit/product.ts'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSealer } from '../personal-data/sealing.ts'

let product: Product

beforeAll(async () => {
  product = await startProduct({ issuer: true, worker: false, webhooks: false })
}, 120_000)
afterAll(() => product?.close())

async function signedIn(persona: string): Promise<Browser> {
  const browser = openBrowser(product.url)
  await browser.signIn(persona)
  return browser
}

/** Changes the session rows of one person, as the passing of time would. */
const age = (person: string, assignment: string) =>
  product.superuser.query(
    `UPDATE kernel.session SET ${assignment} WHERE person_id = $1 AND ended_at IS NULL`,
    [person],
  )

test('C-01 K-46 whoever uses a session is told which of theirs it is', async () => {
  const browser = await signedIn('transfers/ADMIN')
  const { session } = (await browser.send('GET', '/v1/me')).body
  const { rows } = await product.superuser.query(
    `SELECT session_id AS id FROM kernel.session WHERE person_id = 'transfers-ADMIN' ORDER BY created_at DESC LIMIT 1`,
  )
  expect(session).toMatchObject({ kind: 'session', id: rows[0].id })
})

test('K-03 a session left alone for its idle limit is over; one in use goes on', async () => {
  const browser = await signedIn('transfers/OPS')
  const idle = Number(product.serverEnvironment.SESSION_IDLE_S ?? 3600)
  await age('transfers-OPS', `last_seen_at = clock_timestamp() - make_interval(secs => ${idle - 60})`)
  expect((await browser.send('GET', '/v1/me')).status).toBe(200)
  const { rows } = await product.superuser.query(
    `SELECT bool_and(last_seen_at > clock_timestamp() - interval '1 minute') AS seen
       FROM kernel.session WHERE person_id = 'transfers-OPS'`,
  )
  expect(rows).toEqual([{ seen: true }])

  await age('transfers-OPS', `last_seen_at = clock_timestamp() - make_interval(secs => ${idle + 1})`)
  const over = await browser.send('GET', '/v1/me')
  expect(over.status).toBe(401)
  expect(over.body.code).toBe('not_signed_in')
  expect(over.headers.get('www-authenticate')).toContain('Bearer')
})

test('K-03 a session ends at its absolute limit, however busy', async () => {
  const browser = await signedIn('transfers/ADMIN')
  await age('transfers-ADMIN', 'absolute_expires_at = clock_timestamp()')
  expect((await browser.send('GET', '/v1/me')).status).toBe(401)
})

test('K-03 K-46 a change of roles counts on the next request of a session that is open', async () => {
  const browser = await signedIn('transfers/ADMIN-2')
  expect((await browser.send('GET', '/v1/audit?limit=1')).status).toBe(200)
  await product.superuser.query(
    `UPDATE kernel.person SET asserted_roles = '{transfers/OPS}' WHERE person_id = 'transfers-ADMIN-2'`,
  )
  expect((await browser.send('GET', '/v1/audit?limit=1')).status).toBe(403)
  expect((await browser.send('GET', '/v1/me')).body.roles).toEqual(['transfers/OPS'])
})

test('K-46 an older token gives back no role that has been lost since: not to the session, not to itself', async () => {
  const browser = await signedIn('transfers/ADMIN-2')
  const rolesNow = async () => (await browser.send('GET', '/v1/me')).body.roles
  const now = Math.floor(Date.now() / 1000)
  const token = (issuedAt: number, roles: string[]) =>
    product.as('transfers/ADMIN-2', { iat: issuedAt, nbf: issuedAt, auth_time: issuedAt, roles })
  // As on a day later: the provider's last word before these tokens is long past.
  await product.superuser.query(
    `UPDATE kernel.person SET asserted_at = clock_timestamp() - interval '1 day' WHERE person_id = 'transfers-ADMIN-2'`,
  )
  const older = await token(now - 1_800, ['transfers/ADMIN', 'transfers/OPS'])
  const newer = await token(now - 60, ['transfers/OPS', 'transfers/COMPLIANCE'])
  expect((await older.get('/v1/me')).body.roles).toEqual(['transfers/ADMIN', 'transfers/OPS'])
  expect((await newer.get('/v1/me')).body.roles).toEqual(['transfers/COMPLIANCE', 'transfers/OPS'])
  expect((await older.get('/v1/me')).body.roles).toEqual(['transfers/OPS'])
  expect(await rolesNow()).toEqual(['transfers/COMPLIANCE', 'transfers/OPS'])
  expect((await newer.get('/v1/me')).body.roles).toEqual(['transfers/COMPLIANCE', 'transfers/OPS'])
})

test('K-46 the newest word counts also where it says what was said before', async () => {
  const now = Math.floor(Date.now() / 1000)
  const as = (issuedAt: number, roles: string[]) =>
    product.as('transfers/OPS', { sub: 'same-again', iat: issuedAt, nbf: issuedAt, roles })
  const [first, middle, last] = await Promise.all([
    as(now - 300, ['transfers/OPS']),
    as(now - 200, ['transfers/ADMIN']),
    as(now - 100, ['transfers/OPS']),
  ])
  for (const client of [first, last, middle]) await client.get('/v1/me')
  expect((await middle.get('/v1/me')).body.roles).toEqual([])
  expect((await last.get('/v1/me')).body.roles).toEqual(['transfers/OPS'])
})

test('K-03 an account that is disabled is out at once, and each attempt of it is recorded', async () => {
  const browser = await signedIn('transfers/COMPLIANCE-2')
  await product.superuser.query(
    `UPDATE kernel.person SET disabled_at = clock_timestamp() WHERE person_id = 'transfers-COMPLIANCE-2'`,
  )
  const refused = await browser.send('GET', '/v1/me')
  expect(refused.status).toBe(403)
  expect(refused.body.code).toBe('person_disabled')
  expect((await latestEntries(product, 'transfers-COMPLIANCE-2'))[0]).toMatchObject({
    kind: 'security',
    outcome: 'refused',
  })
})

test('K-03 signing out ends the session itself, not just the cookie', async () => {
  const browser = await signedIn('transfers/OPS-2')
  const cookie = browser.cookies(product.url).get('countersign_session')?.value
  const left = await browser.send('POST', '/auth/logout')
  expect(left.status).toBe(200)
  expect(left.body.signed_out).toBe(true)
  expect(browser.cookies(product.url).has('countersign_session')).toBe(false)
  const kept = await fetch(`${product.url}/v1/me`, { headers: { cookie: `countersign_session=${cookie}` } })
  expect(kept.status).toBe(401)
  expect((await latestEntries(product, 'transfers-OPS-2'))[0]).toMatchObject({ kind: 'sign_out' })
})

test('K-03 signing out leads the browser through the provider, which ends its own session and sends it back', async () => {
  const browser = await signedIn('transfers/ADMIN')
  const left = await browser.send('POST', '/auth/logout')
  const next = new URL(left.body.next)
  expect(next.origin).toBe(product.issuer?.url)
  expect(next.searchParams.get('post_logout_redirect_uri')).toBe(`${product.url}/app/sign-in`)
  expect(decodeJwt(next.searchParams.get('id_token_hint') ?? '').sub).toBe('transfers-ADMIN')

  const asked = await browser.go(next)
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(asked.text) ?? []
  const [, action = ''] = /action="([^"]+)"/.exec(asked.text) ?? []
  const back = await browser.go(action, { form: { xsrf, logout: 'yes' } })
  expect(back.url.href).toBe(`${product.url}/app/sign-in`)

  // Not for our asking: the provider itself has forgotten them.
  const { url: silently } = await browser.go('/auth/login', { until: `${product.issuer?.url}/` })
  silently.searchParams.delete('prompt')
  expect((await browser.go(silently)).text).toContain('Choose who to be')
})

test('K-03 another site cannot sign anybody out', async () => {
  const browser = await signedIn('transfers/ADMIN-2')
  const forged = await browser.send('POST', '/auth/logout', undefined, { origin: 'https://evil.example' })
  expect(forged.status).toBe(403)
  expect((await browser.send('GET', '/v1/me')).status).toBe(200)
})

test('K-03 where the provider cannot end a session, signing out leads back to the sign-in page', async () => {
  const alone = await startProduct({ worker: false, webhooks: false })
  try {
    const ops = await alone.as('transfers/OPS')
    expect((await ops.post('/auth/logout', {})).body).toEqual({ signed_out: true, next: '/app/sign-in' })
  } finally {
    await alone.close()
  }
})

test('K-46 what the provider asserts is read again within 5 minutes of a live session', async () => {
  const browser = await signedIn('treasury/ops')
  await product.superuser.query(
    `UPDATE kernel.person SET asserted_roles = '{}' WHERE person_id = 'treasury-ops'`,
  )
  await age('treasury-ops', `roles_read_at = clock_timestamp() - interval '3 minutes'`)
  expect((await browser.send('GET', '/v1/me')).body.roles).toEqual([])
  await age('treasury-ops', `roles_read_at = clock_timestamp() - interval '5 minutes'`)
  expect((await browser.send('GET', '/v1/me')).body.roles).toEqual(['treasury/ops'])
})

test('K-03 K-46 a session outlives the provider’s access token, and ends when the provider vouches no more', async () => {
  const browser = await signedIn('treasury/pay_admin')
  const sealer = makeSealer(
    product.superuser,
    Buffer.from(product.serverEnvironment.SEALING_KEY ?? '', 'hex'),
  )
  const tokens = async () => {
    const { rows } = await product.superuser.query<{ sealed_tokens: string }>(
      `SELECT sealed_tokens FROM kernel.session WHERE person_id = 'treasury-pay_admin'`,
    )
    return JSON.parse(sealer.openForInstallation(rows[0]?.sealed_tokens ?? ''))
  }
  const keep = async (changed: object) => {
    await product.superuser.query(
      `UPDATE kernel.session SET sealed_tokens = $1, roles_read_at = clock_timestamp() - interval '5 minutes'
        WHERE person_id = 'treasury-pay_admin'`,
      [sealer.sealForInstallation(JSON.stringify(changed))],
    )
  }
  const first = await tokens()
  await keep({ ...first, access_token: 'expired' })
  expect((await browser.send('GET', '/v1/me')).status).toBe(200)
  const renewed = await tokens()
  expect(renewed.access_token).not.toBe('expired')

  await keep({ ...renewed, access_token: 'expired', refresh_token: 'revoked' })
  expect((await browser.send('GET', '/v1/me')).status).toBe(401)
  const { rows } = await product.superuser.query(
    `SELECT ended_why FROM kernel.session WHERE person_id = 'treasury-pay_admin'`,
  )
  expect(rows).toEqual([{ ended_why: 'the identity provider did not confirm it' }])
  const entries = await latestEntries(product, 'treasury-pay_admin', 10)
  expect(entries).toContainEqual(
    expect.objectContaining({ kind: 'sign_out', outcome: 'not_confirmed_by_the_provider' }),
  )
})

test.each([
  ['another site', { origin: 'https://evil.example' }, 403, 'cross_site_request'],
  ['an opaque origin', { origin: 'null' }, 403, 'cross_site_request'],
  ['nowhere', { origin: null }, 403, 'cross_site_request'],
  ['a form of the console itself', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
  [
    'a urlencoded form',
    { 'content-type': 'application/x-www-form-urlencoded' },
    415,
    'unsupported_media_type',
  ],
] as const)(
  'K-03 case 17: a change asked for from %s is refused, and nothing is done',
  async (_where, headers, status, code) => {
    const browser = await signedIn('transfers/OPS')
    const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=1')
    const asked = await browser.send(
      'POST',
      '/returns',
      { transferId: transfers[0].id, reason: 'R01' },
      headers,
    )
    expect({ status: asked.status, code: asked.body.code }).toEqual({ status, code })
    const { rows } = await product.superuser.query(
      'SELECT count(*)::int AS requests FROM kernel.action_request',
    )
    expect(rows).toEqual([{ requests: 0 }])
  },
)

test('K-03 the same from the console itself goes through', async () => {
  const browser = await signedIn('transfers/OPS')
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=1')
  const code = transfers[0].return.code
  const asked = await browser.send('POST', '/returns', { transferId: transfers[0].id, reason: code })
  expect(asked.status).toBe(202)
})

test('K-31 case 18: X-Forwarded-For from anyone but a trusted proxy changes nothing of what is recorded', async () => {
  const before = await product.superuser.query('SELECT coalesce(max(seq), 0) AS seq FROM kernel.audit_entry')
  await fetch(`${product.url}/v1/me`, {
    headers: { authorization: 'Bearer x', 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' },
  })
  const { rows } = await product.superuser.query(
    `SELECT p."values" -> 'ip_address' ->> 'value' AS ip FROM kernel.audit_entry e JOIN kernel.audit_personal p USING (entry_id)
      WHERE e.seq > $1`,
    [before.rows[0].seq],
  )
  expect(rows).toEqual([{ ip: '127.0.0.1' }])
})

test('K-46 while the provider is out of reach the roles read last still count', async () => {
  const browser = await signedIn('transfers/COMPLIANCE')
  await product.issuer?.close()
  await age('transfers-COMPLIANCE', `roles_read_at = clock_timestamp() - interval '5 minutes'`)
  expect((await browser.send('GET', '/v1/me')).body.roles).toEqual(['transfers/COMPLIANCE'])
})
