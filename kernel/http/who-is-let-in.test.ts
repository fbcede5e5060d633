import { randomUUID } from 'node:crypto'
import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** The only ones that answer somebody who has not said who they are. Ingest asks for a signature instead. */
const PUBLIC = [
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'GET /openapi.json',
  'GET /auth/login',
  'GET /auth/callback',
  'POST /auth/backchannel-logout',
  'GET /',
  'GET /app',
  'GET /app/*',
]
/** Those where it is enough to be somebody: their answers hold what concerns that person alone. */
const SIGNED_IN = ['GET /v1/me', 'GET /v1/actions', 'POST /auth/logout']

let product: Product
let nobody: Client

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  nobody = await product.as('nobody', { sub: 'nobody', roles: [] })
}, 120_000)
afterAll(() => product?.close())

const named = ({ method, url }: { method: string; url: string }) => `${method} ${url}`
const pathOf = (url: string) =>
  url
    .replace(':type', 'transfers.return_transfer')
    .replace(':source', 'cts')
    .replace(/:[a-z]+/g, randomUUID())
    .replace('*', 'x')
const ask = async (method: string, url: string, headers: Record<string, string>, body?: string) => {
  const answer = await fetch(`${product.url}${pathOf(url)}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body,
    redirect: 'manual',
  })
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

test('K-08 every route that is served, however it is registered, answers 401 to whoever is nobody', async () => {
  const served = product.operations.map(named)
  expect(served).toEqual(expect.arrayContaining([...PUBLIC, ...SIGNED_IN, 'GET /v1/audit', 'POST /returns']))
  expect(new Set(served).size).toBe(served.length)
  for (const operation of product.operations) {
    if (PUBLIC.includes(named(operation))) continue
    const bodies = operation.method === 'GET' ? [undefined] : ['{}', '{"not json']
    for (const body of bodies) {
      // What is wrong with the bytes of an event shows before whose they are: they are what is signed.
      if (named(operation) === 'POST /v1/ingest/:source' && body !== '{}') continue
      const answer = await ask(operation.method, operation.url, {}, body)
      expect({ route: named(operation), status: answer.status }).toEqual({
        route: named(operation),
        status: 401,
      })
      expect(answer.type).toContain('application/problem+json')
    }
    if (operation.method === 'GET') {
      expect((await ask('HEAD', operation.url, {})).status, `HEAD ${operation.url}`).toBeOneOf([401, 404])
    }
  }
})

test('K-08 C-16 the public ones answer, and say nothing of anybody’s records', async () => {
  for (const route of PUBLIC.filter((each) => !each.includes('/auth/'))) {
    const [method = '', url = ''] = route.split(' ')
    const answer = await ask(method, url, {})
    // The console is not built here; its page would be the same for everybody.
    expect({ route, status: answer.status }).toEqual({
      route,
      status: route === 'GET /' ? 302 : url.startsWith('/app') ? 404 : 200,
    })
  }
})

test('K-08 an address that is not served says so only to whoever is somebody', async () => {
  expect((await ask('GET', '/v1/nothing-here', {})).status).toBe(401)
  expect((await nobody.get('/v1/nothing-here')).status).toBe(404)
})

test('K-08 who holds no role gets 403 everywhere, whatever they send: never 400, 404 or a replay', async () => {
  for (const operation of product.operations) {
    if (operation.access === 'public') continue
    const allowed = SIGNED_IN.includes(named(operation))
    const bodies = operation.method === 'GET' ? [undefined] : ['{}', '{"not json', '[]']
    for (const body of bodies) {
      if (named(operation) === 'POST /auth/logout' && body !== '{}') continue
      const answer = await ask(
        operation.method,
        operation.url,
        { authorization: `Bearer ${nobody.token}` },
        body,
      )
      expect({ route: named(operation), status: answer.status }).toEqual({
        route: named(operation),
        status: allowed ? 200 : 403,
      })
    }
  }
})

test('K-08 nobody’s catalogue is empty', async () => {
  expect((await nobody.get('/v1/actions')).body).toEqual({ actions: [] })
  expect((await nobody.get('/v1/me')).body).toMatchObject({ roles: [], consoles: [], permissions: [] })
})

test('K-08 what is refused to whoever may not act is the same, whether or not there is anything to be found', async () => {
  const compliance = await product.as('transfers/COMPLIANCE')
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=1')
  const key = randomUUID()
  const ops = await product.as('transfers/OPS')
  const real = { transferId: transfers[0].id, reason: transfers[0].return.code }
  expect((await ops.post('/returns', real, { 'idempotency-key': key })).status).toBe(202)

  const refusals = await Promise.all([
    compliance.post('/returns', real, { 'idempotency-key': key }),
    compliance.post('/returns', real, { 'idempotency-key': 'bad key with spaces' }),
    compliance.post('/returns', { transferId: 'nothing', reason: 'R01' }, { 'idempotency-key': null }),
    compliance.post('/returns', { nonsense: true }),
    compliance.post('/returns', '{"not json'),
    compliance.post('/returns', 'x'.repeat(2_000_000)),
    compliance.post('/returns', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
  ])
  const [first, ...others] = refusals.map(({ status, body }) => ({ status, ...body, request_id: '' }))
  expect(first).toMatchObject({
    status: 403,
    code: 'forbidden',
    required_roles: ['transfers/OPS', 'transfers/ADMIN'],
  })
  for (const other of others) expect(other).toEqual(first)
})

test('K-08 C-02 the catalogue holds what a person may ask for or decide on, and nothing else', async () => {
  const typesOf = async (client: Client) =>
    (await client.get('/v1/actions')).body.actions.map(({ type }: { type: string }) => type).sort()
  expect(await typesOf(await product.as('transfers/OPS'))).toEqual([
    'kernel.acknowledge_alert',
    'kernel.claim_item',
    'kernel.delete_view',
    'kernel.discard_dead_letter',
    'kernel.escalate_alert',
    'kernel.pause_upstream',
    'kernel.release_item',
    'kernel.replay_dead_letter',
    'kernel.resolve_outcome',
    'kernel.resume_upstream',
    'kernel.retry_projection',
    'kernel.save_view',
    'kernel.set_absence',
    'kernel.silence_alert',
    'kernel.snooze_item',
    'kernel.wake_item',
    'transfers.accept_dishonour',
    'transfers.acknowledge_statement',
    'transfers.answer_change',
    'transfers.assign_best_candidate',
    'transfers.assign_exception',
    'transfers.contest_dishonour',
    'transfers.dishonour_return',
    'transfers.import_file',
    'transfers.refuse_change',
    'transfers.report_refused_file',
    'transfers.return_transfer',
    'transfers.reverse_write_off',
    'transfers.send_again',
    'transfers.unassign_exception',
    'transfers.write_off_exception',
  ])
  expect(await typesOf(await product.as('kernel/auditor'))).toEqual([])
  const ofPlatform = await typesOf(await product.as('platform/PLATFORM_ADMIN'))
  expect(ofPlatform.filter((type: string) => !/^(kernel|platform)\./.test(type))).toEqual([])
  expect(await typesOf(await product.as('transfers/COMPLIANCE'))).toEqual([
    'kernel.acknowledge_alert',
    'kernel.change_approval_policy',
    'kernel.claim_item',
    'kernel.delete_view',
    'kernel.discard_dead_letter',
    'kernel.escalate_alert',
    'kernel.hold_evidence',
    'kernel.pause_upstream',
    'kernel.recover_audit_log',
    'kernel.release_evidence',
    'kernel.release_item',
    'kernel.replay_dead_letter',
    'kernel.resolve_outcome',
    'kernel.resume_upstream',
    'kernel.retry_projection',
    'kernel.reveal_request',
    'kernel.review_break_glass',
    'kernel.rotate_audit_key',
    'kernel.save_view',
    'kernel.set_absence',
    'kernel.silence_alert',
    'kernel.skip_event',
    'kernel.snooze_item',
    'kernel.wake_item',
    'transfers.clear_compliance_hit',
    'transfers.clear_hit',
    'transfers.confirm_compliance_hit',
    'transfers.confirm_hit',
    'transfers.erase_exception',
    'transfers.erase_party',
    'transfers.erase_transfer',
    'transfers.freeze_entity',
    'transfers.keep_rule',
    'transfers.propose_pair_rule',
    'transfers.reopen_hit',
    'transfers.reveal_exception',
    'transfers.reveal_party',
    'transfers.reveal_statement',
    'transfers.reveal_transfer',
    'transfers.take_list_into_force',
    'transfers.tune_rule',
    'transfers.unfreeze_entity',
    'transfers.withdraw_pair_rule',
  ])
})
