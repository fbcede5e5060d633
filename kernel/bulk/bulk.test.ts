import { changePolicy, returnRule } from '@countersign/testkit/approval-policy.ts'
import { openEventStream } from '@countersign/testkit/event-stream.ts'
import { brokenInvariants } from '@countersign/testkit/invariants.ts'
import {
  type Answer,
  type Client,
  eventually,
  type Product,
  startProduct,
} from '@countersign/testkit/product.ts'
import { misbehave, seededParties, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { timesFrozen } from '@countersign/testkit/times-frozen.ts'
import { upstreamInFront } from '@countersign/testkit/upstream-in-front.ts'
import { whileWorking } from '@countersign/testkit/while-working.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditOf } from '../actions/audit-parts.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { BULK_ROWS_MAX } from './bulk-request.ts'
import { ROW_TRIES_MAX } from './carry-out-bulks.ts'

const FREEZE = '/v1/actions/transfers.freeze_entity/bulk'
const REASON = { code: 'fraud_suspected', note: 'They drain one another' }

let product: Product
let officer: Client
let admin: Client
let second: Client
let party: () => string

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  officer = await product.as('transfers/COMPLIANCE')
  admin = await product.as('transfers/ADMIN')
  second = await product.as('transfers/ADMIN-2')
  party = await seededParties(product)
  // One by one a freeze needs one other person; more than three at once need two.
  await changePolicy(product, [
    returnRule({
      action: 'transfers.freeze_entity',
      eligible_roles: ['transfers/ADMIN', 'transfers/COMPLIANCE'],
    }),
    returnRule({ action: 'transfers.freeze_entity', required: 2, when: { count_over: 3 } }),
  ])
}, 120_000)
afterAll(() => product?.close())

const parties = (count: number) => Array.from({ length: count }, () => party())
const rowsOver = (ids: readonly string[]) => ids.map((id) => ({ target: { kind: 'party', id } }))
const preview = (ids: readonly string[]) =>
  officer.post(`${FREEZE}/preview`, { rows: rowsOver(ids), reason: REASON })

async function ask(ids: readonly string[], by = officer): Promise<Answer> {
  const { preview_digest } = (await preview(ids)).body
  return by.post(FREEZE, { rows: rowsOver(ids), reason: REASON, preview_digest })
}
const approve = (by: Client, { id, digest }: { id: string; digest: string }) =>
  by.post(`/v1/requests/${id}/approve`, { digest })
const requestOf = async (id: string) => (await officer.get(`/v1/requests/${id}`)).body
const rowsOf = async (id: string) => (await officer.get(`/v1/requests/${id}/rows?limit=200`)).body.rows
const ended = (id: string) =>
  eventually('every row to end', async () => ['executed', 'failed'].includes((await requestOf(id)).state))
const isFrozen = async (id: string) => (await product.upstream(`/compliance/parties/${id}`)).frozen
/** Somebody elsewhere does something to the party: its version is another. */
async function touch(id: string): Promise<void> {
  await product.upstream(`/compliance/parties/${id}/freeze`, { reason: 'elsewhere' })
  await product.upstream(`/compliance/parties/${id}/unfreeze`, { reason: 'elsewhere' })
}
async function inSandbox(sql: string, values: unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: product.sandboxDatabaseUrl })
  await client.connect()
  await client.query(sql, values)
  await client.end()
}
/** More than the seeded world has. */
async function newParties(name: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `party_${name}_${String(n).padStart(4, '0')}`)
  await inSandbox(
    `INSERT INTO compliance.party (id, kind, name, country, created_at)
     SELECT id, 'company', 'Company ' || id, 'US', now() FROM unnest($1::text[]) AS id`,
    [ids],
  )
  return ids
}
/**
 * Listens to what is told of a request, as a browser does: where the stream ends it comes back with its last position.
 * @returns ends it, and says how often the request was spoken of
 */
async function hear(by: Client, id: string): Promise<() => Promise<number>> {
  const open = (resumeAfter?: string) =>
    openEventStream(
      product.url,
      { authorization: `Bearer ${by.token}` },
      resumeAfter === undefined ? {} : { resumeAfter },
    )
  let current = await open()
  let stopped = false
  let spoken = 0
  const listening = (async () => {
    for (;;) {
      await current.ended
      spoken += current.changes.filter(({ subject }) => subject === id).length
      if (stopped) return
      current = await open(current.lastId())
    }
  })()
  return async () => {
    stopped = true
    current.cut()
    await listening
    return spoken
  }
}
test('K-19 K-40 one request over many records: one approval by all that many need, a child each, exactly once', async () => {
  const ids = parties(5)
  const shown = await preview(ids)
  expect(shown.status).toBe(200)
  expect(shown.body).toMatchObject({
    count: { accepted: 5, refused: 0 },
    approvals: { required: 2, eligible_roles: ['transfers/ADMIN'] },
  })
  expect(shown.body.rows[4]).toMatchObject({ target: { kind: 'party', id: ids[4] }, accepted: true })

  const asked = await ask(ids)
  expect(asked.status).toBe(202)
  expect(asked.body).toMatchObject({ state: 'pending', bulk: { count: 5, counts: { waiting: 5 } } })
  const { id } = asked.body
  // It is on the inbox, and on each of the records.
  const inbox = await admin.get('/v1/approvals')
  expect(inbox.body.items.map((item: { id: string }) => item.id)).toContain(id)
  const onRecord = await admin.get(`/v1/requests?state=pending&target_kind=party&target_id=${ids[2]}`)
  expect(onRecord.body.requests).toMatchObject([{ id }])
  // What nobody reads anew has no digest of a fresh preview.
  const fresh = { digest: asked.body.digest, preview_digest: asked.body.digest }
  expect(await admin.post(`/v1/requests/${id}/approve`, fresh)).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'preview_digest' }] },
  })
  // Whoever asked does not sign, and neither does one person twice.
  expect((await approve(officer, asked.body)).status).toBe(403)
  expect((await approve(admin, asked.body)).body.state).toBe('pending')
  expect((await approve(admin, asked.body)).body.code).toBe('already_decided')
  expect((await approve(second, asked.body)).body.state).toBe('authorized')
  // What they signed is the list as it was read when it was asked for, and that is what is kept of it (K-40).
  const { seen } = await requestOf(id)
  const { read_at, sources } = seen[0].evidence
  expect(seen[0].evidence).toMatchObject({ stale: false, sources: [{ status: 'ok', read_at }] })
  for (const one of seen.slice(1)) {
    expect(one).toMatchObject({ as: 'approver', intact: true, evidence: { stale: true, read_at, sources } })
  }

  await whileWorking(product, () => ended(id))
  expect(await requestOf(id)).toMatchObject({
    state: 'executed',
    bulk: { count: 5, counts: { executed: 5 } },
  })
  expect(await timesFrozen(product, ids)).toEqual([1, 1, 1, 1, 1])
  const rows = await rowsOf(id)
  expect(rows.map((row: { state: string }) => row.state)).toEqual(Array(5).fill('executed'))
  const child = await requestOf(rows[0].request)
  expect(child).toMatchObject({
    state: 'executed',
    part_of: { id, position: 1 },
    target: { kind: 'party', id: ids[0] },
    reason: { code: 'fraud_suspected', note: REASON.note },
    requested_by: { id: officer.id },
    approvals: { required: 2, given: [{ person: { id: admin.id } }, { person: { id: second.id } }] },
  })
  // A list of requests can be read with the whole alone.
  const listed = await admin.get(`/v1/requests?type=transfers.freeze_entity&without_parts=true`)
  expect(listed.body.requests.map((one: { id: string }) => one.id)).toEqual([id])
}, 120_000)

const READ_ON_A_BUSY_MACHINE_MS = 240_000

test('K-19 a thousand records at once: asked for and agreed to as one, and each carried out once', async () => {
  const ids = await newParties('thousand', BULK_ROWS_MAX)
  // What is not read in time is left out and said so; a busy machine may have to be asked again.
  const asked = await eventually(
    'all of them to be read in time',
    async () => {
      const shown = await preview(ids)
      expect(shown.body.count.accepted + shown.body.count.refused).toBe(BULK_ROWS_MAX)
      if (shown.body.count.accepted < BULK_ROWS_MAX) return false
      const answer = await ask(ids)
      return answer.status === 202 && answer.body
    },
    READ_ON_A_BUSY_MACHINE_MS,
  )
  expect(asked).toMatchObject({
    state: 'pending',
    bulk: { count: BULK_ROWS_MAX, counts: { waiting: BULK_ROWS_MAX } },
  })
  const seen = new Set<string>()
  for (let url = `/v1/requests/${asked.id}/rows?limit=200`; url !== ''; ) {
    const page = (await officer.get(url)).body
    for (const row of page.rows) seen.add(row.target.id)
    url = page.next_cursor ? `/v1/requests/${asked.id}/rows?limit=200&cursor=${page.next_cursor}` : ''
  }
  expect([...seen].sort()).toEqual(ids.toSorted())
  expect((await approve(admin, asked)).body.state).toBe('pending')
  expect((await approve(second, asked)).body.state).toBe('authorized')
  await whileWorking(product, () => ended(asked.id))
  expect(await requestOf(asked.id)).toMatchObject({
    state: 'executed',
    bulk: { count: BULK_ROWS_MAX, counts: { executed: BULK_ROWS_MAX } },
  })
  expect(new Set(await timesFrozen(product, ids))).toEqual(new Set([1]))
}, 480_000)

test('K-19 while it is under way its counts say how far it has come, and whoever listens hears of it', async () => {
  const ids = await newParties('progress', 30)
  const asked = (await ask(ids)).body
  await approve(admin, asked)
  await approve(second, asked)
  // So slow that some are carried out while others wait for their turn.
  await misbehave(product, { upstream: 'compliance', mode: 'latency', on: 'writes', latency_ms: 700 })
  const seen: Record<string, number>[] = []
  const heard = await hear(officer, asked.id)
  await whileWorking(product, () =>
    eventually('every row to end', async () => {
      const { state, bulk } = await requestOf(asked.id)
      seen.push(bulk.counts)
      return state === 'executed'
    }),
  )
  await misbehave(product, { upstream: 'compliance', mode: 'off' })
  for (const counts of seen) {
    expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(30)
  }
  // Neither all at once nor only at the end.
  expect(seen.some(({ executed = 0 }) => executed > 0 && executed < 30)).toBe(true)
  expect(seen.at(-1)).toEqual({ executed: 30 })
  expect(await heard()).toBeGreaterThan(2)
}, 180_000)

describe('K-19 what is asked of many is refused clearly', () => {
  test('a row by row: the others can be asked for without it', async () => {
    const [frozen = '', free = ''] = parties(2)
    await product.upstream(`/compliance/parties/${frozen}/freeze`, { reason: 'elsewhere' })
    const rows = [{ target: { kind: 'party', id: 'party_nowhere' } }, ...rowsOver([frozen, free])]
    const shown = (await officer.post(`${FREEZE}/preview`, { rows, reason: REASON })).body
    expect(shown.rows).toMatchObject([
      { target: { id: 'party_nowhere' }, accepted: false, code: 'not_found' },
      {
        target: { id: frozen, title: expect.stringMatching(/\S/) },
        accepted: false,
        code: 'already_frozen',
        message: 'It is frozen already.',
      },
      { target: { title: expect.stringMatching(/\S/) }, accepted: true },
    ])
    expect(shown.count).toEqual({ accepted: 1, refused: 2 })
    const all = await officer.post(FREEZE, { rows, reason: REASON, preview_digest: shown.preview_digest })
    expect(all.body).toMatchObject({ status: 409, code: 'rows_refused' })
    expect(all.body.rows).toHaveLength(2)
    // What was shown of the accepted rows is what is asked for with them alone.
    const some = await officer.post(FREEZE, {
      rows: rowsOver([free]),
      reason: REASON,
      preview_digest: shown.preview_digest,
    })
    expect(some.status).toBe(202)
    await officer.post(`/v1/requests/${some.body.id}/cancel`, { reason: 'enough' })
  })

  test('by a field that is named, with what is allowed', async () => {
    const [one = ''] = parties(1)
    const refusedFor = async (body: object) =>
      (await officer.post(`${FREEZE}/preview`, body)).body.errors?.map(
        ({ field }: { field: string }) => field,
      )
    expect(await refusedFor({ rows: [] })).toEqual(['rows'])
    expect(await refusedFor({ rows: rowsOver([one, one]) })).toEqual(['rows.1.target'])
    expect(await refusedFor({ rows: [{ target: { kind: 'transfer', id: one } }] })).toEqual([
      'rows.0.target.kind',
    ])
    const many = Array.from({ length: BULK_ROWS_MAX + 1 }, (_, n) => `party_${n}`)
    expect(await refusedFor({ rows: rowsOver(many) })).toEqual(['rows'])
    expect(await refusedFor({ rows: rowsOver([one]), reason: { code: 'whim' } })).toEqual(['reason.code'])
    for (const unseen of [{}, { note: ' \u200b' }])
      expect(await refusedFor({ rows: rowsOver([one]), reason: { code: 'court_order', ...unseen } })).toEqual(
        ['reason.note'],
      )
    const local = await admin.post('/v1/actions/kernel.claim_item/bulk/preview', {
      rows: [{ target: { kind: 'work_item', id: 'transfers.returns:x' } }],
    })
    expect(local.body).toMatchObject({ status: 409, code: 'not_in_bulk' })
  })

  test('by its digest, once a record has changed since it was shown', async () => {
    const ids = parties(2)
    const { preview_digest } = (await preview(ids)).body
    await touch(ids[1] ?? '')
    const asked = await officer.post(FREEZE, { rows: rowsOver(ids), reason: REASON, preview_digest })
    expect(asked.body).toMatchObject({ status: 409, code: 'preview_stale' })
  })

  test('while a request is open on one of the records', async () => {
    const ids = parties(2)
    const single = await officer.post('/entity/freeze', { entityId: ids[0], reason: 'sanctions_match' })
    expect((await preview(ids)).body.rows).toMatchObject([
      { accepted: false, code: 'already_requested' },
      { accepted: true },
    ])
    await officer.post(`/v1/requests/${single.body.id}/cancel`, { reason: 'enough' })
    const whole = (await ask(ids)).body
    const alone = await officer.post('/v1/actions/transfers.freeze_entity/preview', {
      target: { kind: 'party', id: ids[1] },
      input: {},
    })
    // It waits, so that it is still offered as an emergency.
    expect(alone).toMatchObject({ status: 200, body: { open_request: whole.id, emergency: {} } })
    await officer.post(`/v1/requests/${whole.id}/cancel`, { reason: 'enough' })
  })

  test('to whoever may not do it one by one, and on a list that was rejected', async () => {
    const ids = parties(1)
    const ops = await product.as('transfers/OPS')
    const denied = await ops.post(FREEZE, { rows: rowsOver(ids), reason: REASON, preview_digest: 'x' })
    expect(denied.status).toBe(403)
    const asked = (await ask(ids)).body
    expect((await admin.post(`/v1/requests/${asked.id}/reject`, { reason: 'No' })).body.state).toBe(
      'rejected',
    )
    expect((await approve(second, asked)).body.code).toBe('not_pending')
    const edited = await officer.post(`/v1/requests/${asked.id}/edit`, { input: {}, reason: REASON })
    expect(edited.status).toBe(409)
  })
})

test('K-19 a row whose record has changed stays behind alone, and is asked for again alone', async () => {
  const ids = parties(3)
  const asked = (await ask(ids)).body
  expect((await approve(admin, asked)).body.state).toBe('authorized')
  await touch(ids[1] ?? '')
  const single = (await officer.post('/entity/freeze', { entityId: ids[2], reason: 'sanctions_match' })).body
  await whileWorking(product, () => ended(asked.id))
  expect(await requestOf(asked.id)).toMatchObject({
    state: 'executed',
    bulk: { count: 3, counts: { executed: 1, stale: 1, left_out: 1 } },
  })
  const rows = await rowsOf(asked.id)
  expect(rows).toMatchObject([
    { state: 'executed' },
    { state: 'stale', why: expect.stringContaining('has changed') },
    { state: 'left_out', why: 'already_requested' },
  ])
  const stale = await officer.get(`/v1/requests/${asked.id}/rows?state=stale`)
  expect(stale.body.rows.map((row: { target: { id: string } }) => row.target.id)).toEqual([ids[1]])

  const again = (await ask([ids[1] ?? ''])).body
  await approve(admin, again)
  await whileWorking(product, () => ended(again.id))
  expect((await requestOf(again.id)).bulk).toEqual({ count: 1, counts: { executed: 1 } })
  expect(await isFrozen(ids[1] ?? '')).toBe(true)
  await officer.post(`/v1/requests/${single.id}/cancel`, { reason: 'enough' })
}, 120_000)

test('K-19 a row that the upstream refuses has failed, and says why, among others that are carried out; it is asked for again alone', async () => {
  const ids = parties(3)
  const asked = (await ask(ids)).body
  expect((await approve(admin, asked)).body.state).toBe('authorized')
  const compliance = await upstreamInFront(product, 'compliance', ({ method, path }) =>
    method === 'POST' && path.endsWith(`/parties/${ids[1]}/freeze`)
      ? { status: 422, body: { code: 'under_review', title: 'No', detail: 'A court reviews this party.' } }
      : undefined,
  )
  const worker = product.spawnWorker({ UPSTREAM_URL_COMPLIANCE: compliance.url })
  try {
    await ended(asked.id)
  } finally {
    worker.signal('SIGTERM')
    await worker.ended
    compliance.close()
  }
  expect(await requestOf(asked.id)).toMatchObject({
    state: 'executed',
    bulk: { count: 3, counts: { executed: 2, failed: 1 } },
  })
  expect(await rowsOf(asked.id)).toMatchObject([
    { state: 'executed' },
    { state: 'failed', target: { id: ids[1] }, why: 'under_review' },
    { state: 'executed' },
  ])
  expect(await timesFrozen(product, ids)).toEqual([1, 0, 1])
  const again = (await ask([ids[1] ?? ''])).body
  await approve(admin, again)
  await whileWorking(product, () => ended(again.id))
  expect(await timesFrozen(product, ids)).toEqual([1, 1, 1])
}, 120_000)

test('K-19 what a worker has no declaration of waits behind what it can carry out', async () => {
  const older = (await ask(parties(2))).body
  await approve(admin, older)
  const returns = await seededReturns(product)
  const path = '/v1/actions/transfers.return_transfer/bulk'
  const body = { rows: [{ target: { kind: 'transfer', id: returns().id } }], reason: { code: 'R01' } }
  const ops = await product.as('transfers/OPS')
  const { preview_digest } = (await ops.post(`${path}/preview`, body)).body
  const newer = (await ops.post(path, { ...body, preview_digest })).body
  expect((await approve(admin, newer)).body.state).toBe('authorized')
  const first = async (types: readonly string[]) => {
    const { rows } = await product.database
      .pool('dispatcher')
      .query<{ request_id: string }>('SELECT request_id FROM kernel.open_bulks(1, $1)', [types])
    return rows.map(({ request_id }) => request_id)
  }
  // Where the older is of an action that this worker does not declare, it does not stand in front of the others.
  expect(await first(['transfers.return_transfer'])).toEqual([newer.id])
  expect(await first(['transfers.freeze_entity', 'transfers.return_transfer'])).toEqual([older.id])
  await whileWorking(product, () => ended(older.id))
}, 120_000)

test('K-19 of a bulk that ends with nothing done, the whole has failed', async () => {
  const ids = parties(1)
  const asked = (await ask(ids)).body
  await approve(admin, asked)
  await touch(ids[0] ?? '')
  await whileWorking(product, () => ended(asked.id))
  expect((await requestOf(asked.id)).state).toBe('failed')
}, 120_000)

test('K-19 a row that cannot be made is tried so often and left out, with why; the others go on and the whole ends', async () => {
  const [never = '', later = ''] = parties(2)
  const asked = await ask([never, later])
  await approve(admin, asked.body)
  const { superuser } = product
  await superuser.query('CREATE SEQUENCE tries_never')
  await superuser.query('CREATE SEQUENCE tries_later')
  await superuser.query('GRANT USAGE ON SEQUENCE tries_never, tries_later TO PUBLIC')
  await superuser.query(
    `CREATE FUNCTION refuse_for_now() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF NEW.target_id = TG_ARGV[0] OR NEW.target_id = TG_ARGV[1] AND nextval('public.tries_later') < ${ROW_TRIES_MAX} THEN
         IF NEW.target_id = TG_ARGV[0] THEN PERFORM nextval('public.tries_never'); END IF;
         RAISE EXCEPTION 'not this one' USING ERRCODE = 'CS409', CONSTRAINT = 'not_this_one';
       END IF;
       RETURN NEW;
     END $$`,
  )
  await superuser.query(
    `CREATE TRIGGER refuse_for_now BEFORE INSERT ON kernel.action_request
     FOR EACH ROW EXECUTE FUNCTION refuse_for_now('${never}', '${later}')`,
  )
  try {
    await whileWorking(product, () => ended(asked.body.id))
  } finally {
    await superuser.query('DROP TRIGGER refuse_for_now ON kernel.action_request')
  }
  expect(await requestOf(asked.body.id)).toMatchObject({
    state: 'executed',
    bulk: { counts: { executed: 1, left_out: 1 } },
  })
  const rows: { target: { id: string }; state: string; why?: string }[] = await rowsOf(asked.body.id)
  expect(rows.find(({ target }) => target.id === never)).toMatchObject({
    state: 'left_out',
    why: 'not_this_one',
  })
  expect(rows.find(({ target }) => target.id === later)).toMatchObject({ state: 'executed' })
  const tries = await superuser.query('SELECT last_value::integer AS tries FROM tries_never')
  expect(tries.rows).toEqual([{ tries: ROW_TRIES_MAX }])
})

test('K-19 K-18 a worker killed in the middle, and two at once that take up the rest: each record once', async () => {
  const ids = parties(12)
  const asked = (await ask(ids)).body
  await approve(admin, asked)
  await approve(second, asked)
  const doomed = product.spawnWorker({ COUNTERSIGN_FAULT_POINT: 'after_send' })
  expect(await doomed.ended).toBe('SIGKILL')
  const sent = (await timesFrozen(product, ids)).filter((times) => times > 0)
  expect(sent.length).toBeGreaterThan(0)
  const other = product.spawnWorker()
  await whileWorking(product, async () => {
    await ended(asked.id)
    expect(await brokenInvariants(product)).toEqual([])
  })
  other.signal('SIGTERM')
  await other.ended
  expect(await timesFrozen(product, ids)).toEqual(Array(12).fill(1))
  expect((await requestOf(asked.id)).bulk).toEqual({ count: 12, counts: { executed: 12 } })
  // What the killed one had begun, others have ended: nobody did it all.
  const { rows } = await product.superuser.query<{ holders: number }>(
    `SELECT count(DISTINCT a.holder)::integer AS holders
       FROM kernel.bulk_child c JOIN kernel.effect_attempt a ON a.request_id = c.child_id WHERE c.request_id = $1`,
    [asked.id],
  )
  expect(rows[0]?.holders).toBeGreaterThan(1)
}, 240_000)

test('K-19 the policy tightened after the agreement: nothing leaves', async () => {
  const ids = parties(2)
  const asked = (await ask(ids)).body
  await approve(admin, asked)
  await changePolicy(product, [returnRule({ action: 'transfers.freeze_entity', required: 2 })])
  await whileWorking(product, () =>
    eventually('it to be stale', async () => (await requestOf(asked.id)).state === 'stale'),
  )
  expect(await timesFrozen(product, ids)).toEqual([0, 0])
}, 120_000)

describe('K-19 K-17 in the database, whatever the logins of the processes are told to write', () => {
  let whole: { id: string; digest: string }
  let ids: string[]

  beforeAll(async () => {
    await changePolicy(product, [
      returnRule({ action: 'transfers.freeze_entity', eligible_roles: ['transfers/ADMIN'] }),
    ])
    ids = parties(2)
    whole = (await ask(ids)).body
  })

  test('nothing joins the list, and nothing is carried out before the agreement', async () => {
    const dispatcher = product.database.pool('dispatcher')
    const owner = product.database.pool('superuser', { options: '-c role=countersign_owner' })
    await expect(
      dispatcher.query('SELECT kernel.leave_bulk_rows($1, $2, $3)', [whole.id, [1], 'x']),
    ).rejects.toMatchObject({ constraint: 'bulk_not_under_way' })
    await expect(child({})).rejects.toMatchObject({ constraint: 'bulk_not_under_way' })
    await expect(
      owner.query(
        `INSERT INTO kernel.bulk_row SELECT request_id, 3, tenant_id, target_kind, $2, target_version, input, decided,
                connector, attributes, preview FROM kernel.bulk_row WHERE request_id = $1 AND position = 1`,
        [whole.id, party()],
      ),
    ).rejects.toMatchObject({ constraint: 'bulk_rows_closed' })
    // Nor does the server make children of its own.
    const app = product.database.pool('app')
    await expect(
      app.query('SELECT kernel.commit_write($1)', [JSON.stringify({ child: {}, events: [], audit: [] })]),
    ).rejects.toMatchObject({ code: '42501' })
  })

  test('once it is under way: no other record, input, effect or quorum than the row’s, and no row twice', async () => {
    await approve(admin, whole)
    await product.superuser.query('SELECT kernel.lease_effect($1, 1, $2, 60000)', [whole.id, 'test'])
    await product.superuser.query(
      `INSERT INTO kernel.action_transition (request_id, step, revision, from_state, to_state, actor_id)
       VALUES ($1, 3, 1, 'authorized', 'dispatching', 'test')`,
      [whole.id],
    )
    const notTheRow = { constraint: 'not_the_row' }
    await expect(child({ target: party() })).rejects.toMatchObject(notTheRow)
    await expect(child({ revision: { decided: { id: ids[0], reason: 'other' } } })).rejects.toMatchObject(
      notTheRow,
    )
    await expect(child({ revision: { input: { more: true } } })).rejects.toMatchObject(notTheRow)
    await expect(child({ revision: { required_approvals: 0 } })).rejects.toMatchObject(notTheRow)
    await expect(child({ revision: { target_version: 'v0' } })).rejects.toMatchObject(notTheRow)
    await expect(child({ requestedBy: admin.id })).rejects.toMatchObject(notTheRow)
    await child({})
    await expect(child({})).rejects.toMatchObject({ constraint: 'bulk_child_pkey' })
    await expect(child({ position: 1, target: ids[1] ?? '' })).rejects.toMatchObject(notTheRow)
  })

  test('an approver who has lost the role carries no further row', async () => {
    await product.superuser.query(`UPDATE kernel.person SET asserted_roles = '{}' WHERE person_id = $1`, [
      admin.id,
    ])
    await expect(child({ position: 2, target: ids[1] ?? '' })).rejects.toMatchObject({
      constraint: 'no_basis',
    })
  })

  /** Row 1 of the whole as the dispatcher would write it, but for what the test says. */
  async function child(forged: {
    readonly position?: number
    readonly target?: string
    readonly requestedBy?: string
    readonly revision?: object
  }): Promise<unknown> {
    const { rows } = await product.superuser.query(
      `SELECT to_jsonb(q) AS request, to_jsonb(v) AS revision, to_jsonb(r) AS listed
         FROM kernel.action_request q JOIN kernel.action_revision v USING (request_id, revision)
         JOIN kernel.bulk_row r ON r.request_id = q.request_id AND r.position = $2
        WHERE q.request_id = $1`,
      [whole.id, forged.position ?? 1],
    )
    const { request, revision, listed } = rows[0]
    const requestId = uuidV7()
    const target = { kind: 'party', id: forged.target ?? listed.target_id }
    const parts = {
      tenant_id: null,
      request: {
        ...request,
        ...{ request_id: requestId, target_kind: target.kind, target_id: target.id, door: 'bulk' },
        requested_by: forged.requestedBy ?? request.requested_by,
      },
      revision: {
        ...revision,
        ...{ revision: 1, reason_note: null, digest: '00', digest_salt: '00', evidence_hash: '00' },
        ...{ input: listed.input, decided: listed.decided, connector: listed.connector, effect: 'upstream' },
        ...{ target_version: listed.target_version, effect_key: requestId, expires_in_ms: 60_000 },
        ...forged.revision,
      },
      child: { request_id: whole.id, position: forged.position ?? 1 },
      transitions: [
        {
          ...{ step: 1, revision: 1, from_state: null, to_state: 'authorized', basis: 'quorum' },
          actor_id: 'system:dispatcher',
        },
      ],
      outbox: { revision: 1 },
      events: [],
      audit: auditOf(
        { now: () => new Date() },
        {
          ...{ kind: 'action', action: request.type, target, outcome: 'authorized' },
          actor: { id: 'system:dispatcher', roles: [] },
          actionRequestId: requestId,
          transition: { from: null, to: 'authorized', revision: 1 },
        },
      ),
    }
    return product.database
      .pool('dispatcher')
      .query('SELECT kernel.commit_child($1)', [JSON.stringify(parts)])
  }
})
