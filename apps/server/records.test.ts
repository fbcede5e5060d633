import {
  type CountersignedReturns,
  countersignedReturns,
} from '@countersign/testkit/countersigned-returns.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

type Entry = {
  position: number
  at: string
  source: string
  type: string
  actor?: { id: string; name: string }
  summary: string
  detail?: Record<string, unknown>
  postings?: { account: string; side: 'debit' | 'credit'; amount: { amount: string; currency: string } }[]
  links: { kind: string; id: string }[]
}

let product: Product
let returns: CountersignedReturns
let ops: Client
/** A return that was asked for, agreed to and booked. */
let booked: { id: string; transfer: string; key: string }

beforeAll(async () => {
  product = await startProduct({ sandboxProcess: true })
  returns = await countersignedReturns(product)
  ops = returns.ops
  booked = await returns.authorise()
  await returns.reaches(booked.id, 'executed')
  await eventually('CTS and Ledger to have told of it', async () => {
    const entries = await timeline(`transfer/${booked.transfer}`)
    const types = entries.map(({ type }) => type)
    return (
      types.includes('transfers.transfer.returned') &&
      types.filter((type) => type === 'transfers.posting.recorded').length === 2 &&
      types.includes('kernel.action_request.executed')
    )
  })
}, 180_000)
afterAll(() => product?.close())

async function timeline(
  ref: string,
  limit = 200,
  between: () => Promise<unknown> = async () => undefined,
  by = ops,
): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const after: string = cursor === '' ? '' : `&cursor=${cursor}`
    const { status, body } = await by.get(`/v1/entities/${ref}/timeline?limit=${limit}${after}`)
    if (status !== 200) throw new Error(`the timeline of ${ref} was answered ${status}`)
    entries.push(...body.entries)
    cursor = body.next_cursor
    if (cursor !== null) await between()
  }
  return entries
}

test('K-25 T-01 C-09 one history of a transfer: what upstreams told, what people did, what was posted', async () => {
  const entries = await timeline(`transfer/${booked.transfer}`)
  const oldestFirst = entries.toReversed().map(({ type }) => type)
  const order = [
    'transfers.transfer.settled',
    'transfers.transfer.return_received',
    'kernel.action_request.requested',
    'kernel.action_request.authorized',
    'transfers.transfer.returned',
  ]
  expect(oldestFirst.filter((type) => order.includes(type))).toEqual(order)
  expect(new Set(entries.map(({ source }) => source))).toEqual(new Set(['cts', 'ledger', 'countersign']))

  const people = entries
    .filter(({ type }) => /requested|authorized/.test(type))
    .map(({ actor }) => actor?.name)
  expect(people).toEqual(['transfers/ADMIN', 'transfers/OPS'])
  const times = entries.map(({ at }) => Date.parse(at))
  expect(times).toEqual([...times].sort((a, b) => b - a))
  for (const { summary, type } of entries) expect(summary).not.toBe(type)
})

/** Debits less credits by account, in minor units. */
function balances(entries: readonly Entry[]): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const line of entries.flatMap(({ postings }) => postings ?? [])) {
    const minor = BigInt(line.amount.amount.replace('.', ''))
    const account = `${line.account} ${line.amount.currency}`
    sums.set(account, (sums.get(account) ?? 0n) + (line.side === 'debit' ? minor : -minor))
  }
  return sums
}

test('K-25 T-01 each posting sums to zero, and the return takes back what settling posted, account by account', async () => {
  const posted = (await timeline(`transfer/${booked.transfer}`)).filter(({ postings }) => postings)
  expect(posted).toHaveLength(2)
  for (const one of posted) {
    const sums = balances([one])
    expect(sums.size).toBeGreaterThan(1)
    expect([...sums.values()].every((sum) => sum !== 0n)).toBe(true)
    expect([...sums.values()].reduce((sum, each) => sum + each, 0n)).toBe(0n)
  }
  expect(new Set(balances(posted).values())).toEqual(new Set([0n]))
})

test('K-25 C-22 a timeline is read a page at a time, each entry once, also while it grows', async () => {
  const { body } = await ops.get(`/v1/entities/transfer/${booked.transfer}`)
  const party = `party/${body.data.receiver.party_id}`
  const before = await timeline(party)
  expect(before.length).toBeGreaterThan(5)
  const compliance = await product.as('transfers/COMPLIANCE')
  const paged = await timeline(party, 2, async () => {
    const asked = await compliance.post('/entity/freeze', {
      entityId: body.data.receiver.party_id,
      reason: 'court',
    })
    await compliance.post(`/v1/requests/${asked.body.id}/cancel`, { reason: 'only to be in the history' })
  })
  const name = ({ position, type }: Entry) => `${position} ${type}`
  const listed = paged.map(name)
  expect(new Set(listed).size).toBe(listed.length)
  expect(listed.filter((one) => before.map(name).includes(one))).toEqual(before.map(name))
})

test('C-09 K-08 whose history, and who may read it', async () => {
  expect((await ops.get('/v1/entities/transfer/no%2Fid/timeline')).status).toBe(400)
  expect((await ops.get('/v1/entities/spaceship/1/timeline')).status).toBe(404)
  expect((await ops.get(`/v1/entities/transfer/${booked.transfer}/timeline?limit=201`)).status).toBe(400)
  // Another console's people are not told that there is such a one; who has no console here is not let in.
  for (const [persona, status] of [
    ['platform/OPS_ADMIN', 404],
    ['hub/OPERATOR', 403],
  ] as const) {
    const outsider = await product.as(persona)
    for (const ref of [`transfer/${booked.transfer}`, `request/${booked.id}`]) {
      expect((await outsider.get(`/v1/entities/${ref}/timeline`)).status, `${persona} ${ref}`).toBe(status)
    }
  }
  expect((await timeline(`request/${booked.id}`)).map(({ type }) => type)).toContain(
    'kernel.action_request.executed',
  )
})

test('K-28 C-10 a transfer is found by its id, the beginning of it, its reference and its trace number, however typed', async () => {
  const { rows } = await product.superuser.query<{ id: string; reference: string; trace: string }>(
    `SELECT id, record ->> 'reference' AS reference, record ->> 'trace_number' AS trace
       FROM transfers.transfer WHERE record ->> 'trace_number' <> '' ORDER BY id LIMIT 1`,
  )
  const { id = '', reference = '', trace = '' } = rows[0] ?? {}
  const cases: [string, string][] = [
    [id, 'id'],
    [id.toUpperCase(), 'id'],
    [`  ${id} `, 'id'],
    [id.slice(0, -1), 'id'],
    [reference, 'reference'],
    [reference.toLowerCase().replace('-', ' '), 'reference'],
    [trace, 'trace number'],
    [`${trace.slice(0, 8)} ${trace.slice(8)}`, 'trace number'],
  ]
  for (const [typed, why] of cases) {
    const { body } = await ops.get(`/v1/search?q=${encodeURIComponent(typed)}`)
    const hits = body.groups.find(({ kind }: { kind: string }) => kind === 'transfer')?.hits ?? []
    const hit = hits.find((one: { id: string }) => one.id === id)
    expect(hit, typed).toMatchObject({
      kind: 'transfer',
      why,
      links: { self: `/v1/entities/transfer/${id}` },
    })
  }
})

test('K-25 every kind of record has its history: what happened to it, in the order in which it did', async () => {
  const { rows } = await product.superuser.query<{ kind: string; id: string; entries: number }>(
    `SELECT DISTINCT ON (kind) kind, id, count(*)::integer AS entries FROM kernel.timeline
      WHERE kind NOT IN ('request', 'alert') GROUP BY kind, id ORDER BY kind, count(*) DESC, id`,
  )
  expect(rows.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['exception', 'hit', 'party', 'posting', 'statement', 'transfer']),
  )
  // Of every console: what nobody else of them may, the auditor reads.
  const auditor = await product.as('kernel/auditor')
  for (const { kind, id, entries } of rows) {
    const told = await timeline(`${kind}/${id}`, undefined, undefined, auditor)
    expect(told, kind).toHaveLength(entries)
    const times = told.map(({ at }) => at)
    expect(times, kind).toEqual([...times].sort().reverse())
    for (const entry of told) expect(entry, kind).toMatchObject({ summary: expect.stringMatching(/\S/) })
  }
  // A party's history holds what happened to its transfers; a transfer's holds nothing of others.
  const [party] = rows.filter(({ kind }) => kind === 'party')
  const types = (await timeline(`party/${party?.id}`)).map(({ type }) => type)
  expect(types.some((type) => type.startsWith('transfers.transfer.'))).toBe(true)
})

test('K-28 a company is found by the words of its name and a transfer by its amount; a person as redacted as ever', async () => {
  const found = async (typed: string) => {
    const { body } = await ops.get(`/v1/search?q=${encodeURIComponent(typed)}&limit=100`)
    return body.groups.flatMap(({ hits }: { hits: { kind: string; id: string; why: string }[] }) => hits)
  }
  const { rows } = await product.superuser.query<{ id: string; name: string }>(
    `SELECT id, record ->> 'name' AS name FROM transfers.party
      WHERE record ->> 'kind' = 'company' AND record ->> 'name' LIKE '% % %' ORDER BY id LIMIT 1`,
  )
  const { id, name } = rows[0] ?? { id: '', name: '' }
  const [, ...rest] = name.split(/[\s-]+/)
  const words = rest.join(' ')
  for (const typed of [
    name,
    name.toUpperCase(),
    name.slice(0, -2),
    words,
    words.slice(0, -1).toLowerCase(),
  ]) {
    expect(await found(typed), typed).toContainEqual(
      expect.objectContaining({ kind: 'party', id, why: 'name' }),
    )
  }
  const person = await product.superuser.query<{ id: string }>(
    `SELECT id FROM transfers.party WHERE record ->> 'kind' = 'person' ORDER BY id LIMIT 1`,
  )
  const full = (await product.upstream(`/compliance/parties/${person.rows[0]?.id}`)).name
  const answer = await ops.get(`/v1/search?q=${encodeURIComponent(full)}`)
  expect(answer.text).toContain(`"${person.rows[0]?.id}"`)
  expect(answer.text).not.toContain(full)

  const { rows: transfers } = await product.superuser.query<{ id: string; amount: string }>(
    `SELECT id, record #>> '{amount,amount}' AS amount FROM transfers.transfer
      WHERE record #>> '{amount,amount}' LIKE '____.__' ORDER BY id LIMIT 1`,
  )
  const { id: transfer, amount } = transfers[0] ?? { id: '', amount: '' }
  for (const typed of [amount, `${amount[0]},${amount.slice(1)}`, `${amount[0]} ${amount.slice(1)}`]) {
    expect(await found(typed), typed).toContainEqual(
      expect.objectContaining({ kind: 'transfer', id: transfer, why: 'amount' }),
    )
  }
})

test('K-28 C-10 what is found is of every kind, exact before beginning; nothing is no fault', async () => {
  const { rows } = await product.superuser.query<{ console: string; kind: string; id: string }>(
    `SELECT DISTINCT ON (kind) console, kind, id FROM kernel.search_key WHERE why = 'id' ORDER BY kind, id`,
  )
  expect(rows.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['exception', 'gateway', 'hit', 'merchant', 'party', 'posting', 'transfer']),
  )
  const platform = await product.as('platform/OPS_ADMIN')
  for (const { console, kind, id } of rows) {
    const [own, other] = console === 'platform' ? [platform, ops] : [ops, platform]
    const { body } = await own.get(`/v1/search?q=${id}`)
    expect(body.groups[0].kind).toBe(kind)
    expect(body.groups[0].hits[0].id).toBe(id)
    const { groups } = (await other.get(`/v1/search?q=${id}`)).body
    expect(groups.map((group: { kind: string }) => group.kind)).not.toContain(kind)
  }
  for (const nothing of ['no such thing', '%', '_', "'; DROP TABLE kernel.event; --", '\u{10FFFF}', ' - ']) {
    const { status, body } = await ops.get(`/v1/search?q=${encodeURIComponent(nothing)}`)
    expect([status, body.groups], nothing).toEqual([200, []])
  }
  const refusals: [string, string][] = [
    ['', 'q'],
    ['q=', 'q'],
    ['q=%00', 'q'],
    [`q=${'x'.repeat(257)}`, 'q'],
    ['q=x&limit=0', 'limit'],
    ['q=x&limit=201', 'limit'],
    ['q=x&kind=transfer', 'kind'],
    ['q=x&q=y', 'q'],
  ]
  for (const [query, field] of refusals) {
    const answer = await ops.get(`/v1/search?${query}`)
    expect([answer.status, answer.body.errors[0].field], query).toEqual([400, field])
  }
  const { body } = await ops.get('/v1/search?q=tr_&limit=3')
  expect(body.groups.flatMap(({ hits }: { hits: unknown[] }) => hits)).toHaveLength(3)
  expect((await (await product.as('hub/OPERATOR')).get('/v1/search?q=tr_')).status).toBe(403)
  expect((await (await product.as('platform/OPS_ADMIN')).get('/v1/search?q=tr_')).body.groups).toEqual([])
})

test('K-37 C-09 with the upstreams killed: an older copy that says so, nothing to be done with it, and the rest goes on', async () => {
  const transfer = returns.take()
  const fresh = await ops.get(`/v1/entities/transfer/${transfer}`)
  expect(fresh.body.stale).toBe(false)
  const offered = fresh.body.affordances.filter(({ allowed }: { allowed: boolean }) => allowed)
  expect(offered).toContainEqual(
    expect.objectContaining({ action: 'transfers.return_transfer', approvals: 1 }),
  )
  const pending = await returns.ask()

  await product.sandbox.kill()
  const old = await ops.get(`/v1/entities/transfer/${transfer}`)
  expect(old.status).toBe(200)
  expect(old.body.stale.reason).toContain('cts cannot be read now')
  expect(old.body.stale.age_ms).toBeGreaterThan(0)
  expect(Date.parse(old.body.fresh_at)).toBeLessThanOrEqual(Date.parse(fresh.body.fresh_at))
  expect([old.body.version, old.body.title, old.body.state]).toEqual([
    fresh.body.version,
    fresh.body.title,
    fresh.body.state,
  ])
  expect(old.body.affordances.length).toBeGreaterThan(0)
  for (const { allowed, reason } of old.body.affordances) {
    expect(allowed).toBe(false)
    expect(reason).toContain('cannot be read now')
  }

  for (const ref of ['transfer/tr_never_heard_of', 'posting/po_never_heard_of']) {
    const unknown = await ops.get(`/v1/entities/${ref}`)
    expect(unknown.status).toBe(503)
    expect(unknown.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(unknown.body).toMatchObject({
      code: 'upstream_unreadable',
      success: false,
      instance: `/v1/entities/${ref}`,
    })
  }

  const { rows: before } = await product.superuser.query(
    'SELECT count(*)::integer AS n FROM kernel.action_request',
  )
  const target = { kind: 'transfer', id: transfer }
  const attempts = [
    await ops.post('/returns', { transferId: transfer, reason: 'R01' }),
    await ops.post('/v1/actions/transfers.return_transfer/preview', { target, input: {} }),
  ]
  for (const attempt of attempts)
    expect([attempt.status, attempt.body.code]).toEqual([503, 'upstream_unreadable'])
  const { rows: after } = await product.superuser.query(
    'SELECT count(*)::integer AS n FROM kernel.action_request',
  )
  expect(after).toEqual(before)

  for (const path of [
    '/v1/queues',
    '/v1/queues/transfers.returns/items?limit=5',
    `/v1/entities/transfer/${transfer}/timeline`,
    `/v1/search?q=${transfer}`,
    `/v1/requests/${pending.id}`,
    '/v1/approvals',
    '/v1/connectors',
    '/readyz',
  ]) {
    expect((await returns.admin.get(path)).status, path).toBe(200)
  }

  await product.sandbox.start()
  await eventually('a fresh reading', async () => {
    const again = await ops.get(`/v1/entities/transfer/${transfer}`)
    return again.body.stale === false
  })
}, 120_000)
