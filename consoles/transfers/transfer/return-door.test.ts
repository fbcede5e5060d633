import { changePolicy, returnRule } from '@countersign/testkit/approval-policy.ts'
import { entriesOfRequest } from '@countersign/testkit/audit-entries.ts'
import {
  type Answer,
  type Client,
  eventually,
  type Product,
  startProduct,
} from '@countersign/testkit/product.ts'
import { type SeededReturn, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let ops: Client
let take: () => SeededReturn

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  ops = await product.as('transfers/OPS')
  take = await seededReturns(product)
}, 120_000)
afterAll(() => product?.close())

type Transfer = {
  id: string
  rail: string
  direction: string
  frozen_parties: string[]
  return_deadlines?: { standard: string }
}
const transfersIn = async (state: string): Promise<Transfer[]> =>
  (await product.upstream(`/cts/transfers?state=${state}&limit=200`)).transfers
const one = async (state: string, fits: (transfer: Transfer) => boolean): Promise<Transfer> => {
  const found = (await transfersIn(state)).find(fits)
  if (!found) throw new Error(`the seeded world has no such transfer in ${state}`)
  return found
}
const ask = (transferId: unknown, reason: unknown) => ops.post('/returns', { transferId, reason })
const refusal = ({ status, body }: Answer) => ({
  status,
  field: body.errors?.[0]?.field,
  allowed: body.errors?.[0]?.allowed,
})

test('T-03 C-17 C-21 POST /returns books a return that the bank sent: the request resource, waiting for another', async () => {
  const { id, code } = take()
  const asked = await ask(id, code)
  expect(asked.status).toBe(202)
  expect(asked.body).toMatchObject({
    type: 'transfers.return_transfer',
    state: 'pending',
    target: { kind: 'transfer', id },
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    reason: { code },
    approvals: { required: 1, eligible_roles: ['transfers/ADMIN'], given: [] },
    requested_by: { id: 'transfers-OPS' },
    links: { self: `/v1/requests/${asked.body.id}`, target: `/v1/entities/transfer/${id}` },
  })
  const day = Date.parse(asked.body.expires_at) - Date.parse(asked.body.created_at)
  expect(day).toBe(24 * 3600 * 1000)
  expect(await entriesOfRequest(product, asked.body.id)).toEqual([
    expect.objectContaining({
      kind: 'action',
      outcome: 'pending',
      actor: { id: 'transfers-OPS', roles: ['transfers/OPS'] },
    }),
  ])
})

test('T-03 K-15 a return without a settlement of ours, and a second one of the same trace, say so before anybody signs', async () => {
  const effectsOf = async (id: string, code: string) => {
    const { body } = await ops.post('/v1/actions/transfers.return_transfer/preview', {
      target: { kind: 'transfer', id },
      input: {},
      reason: { code },
    })
    return (body.effects as string[]).join(' ')
  }
  const settled = take()
  expect(await effectsOf(settled.id, settled.code)).toContain('exact reverse of what settling posted')

  // The bank sends the return of a settled transfer once more, in a file.
  const original = await product.upstream(`/cts/transfers/${settled.id}`)
  const sha256 = 'ab'.repeat(32)
  const cts = (method: string, path: string, body: unknown) =>
    fetch(`${product.sandboxUrl}/cts/files/${sha256}${path}`, {
      method,
      headers: { authorization: `Bearer ${product.sandboxKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const entry = {
    line: 3,
    batch: 1,
    sec_code: 'PPD',
    transaction_code: '26',
    side: original.side,
    amount: original.amount,
    rdfi: '091000019',
    account: '1',
    name: 'Dexter Thackery',
    trace_number: '091000010099999',
    company: { name: 'Larkspur Freight', id: '1234567890', entry_description: 'RENT' },
    return: { code: 'R01', original_trace: original.trace_number },
  }
  const [debit, credit] = original.side === 'debit' ? [original.amount, []] : [[], original.amount]
  await cts('PUT', '', {
    name: 'again.ach',
    format: 'nacha',
    totals: { entries: 1, debit, credit },
    chunks: 1,
  })
  await cts('PUT', '/chunks/0', { entries: [entry] })
  expect((await cts('POST', '/commit', {})).status).toBe(200)
  const second = `tr_${sha256.slice(0, 16)}.3`
  const effects = await effectsOf(second, 'R01')
  expect(effects).toContain(`The bank has returned ${settled.id} before`)
  expect(effects).toContain('to unidentified returns')
  const { body } = await ops.get(`/v1/entities/transfer/${second}`)
  expect(body.banners).toContainEqual({ tone: 'warning', text: expect.stringContaining(settled.id) })
  expect(body.related).toContainEqual(expect.objectContaining({ kind: 'transfer', id: settled.id }))
  expect(body.related).toContainEqual(expect.objectContaining({ kind: 'file', id: sha256 }))
})

test('T-03 an incoming entry is sent back within its deadline, and not after it', async () => {
  const now = new Date().toISOString()
  const incoming = (open: boolean) => (transfer: Transfer) =>
    transfer.rail === 'ach' &&
    transfer.direction === 'incoming' &&
    transfer.frozen_parties.length === 0 &&
    transfer.return_deadlines !== undefined &&
    transfer.return_deadlines.standard > now === open
  const { id } = await one('settled', incoming(true))
  const asked = await ask(id, 'R01')
  expect(asked.status).toBe(202)
  const { body } = await ops.get(`/v1/requests/${asked.body.id}`)
  expect(body.evidence.preview.summary).toContain('sent back')

  const late = await one('settled', incoming(false))
  const refused = await ask(late.id, 'R01')
  expect(refused.status).toBe(409)
  expect(refused.body.code).toBe('return_window_closed')
})

test('T-03 C-20 K-13 the reason is a code of the rail: another is refused with the list of those there are', async () => {
  const { id } = take()
  for (const reason of ['R99', 'AC01', 'r01', 'the customer says so', '']) {
    const refused = refusal(await ask(id, reason))
    expect(refused, reason).toMatchObject({ status: 400, field: 'reason' })
    expect(refused.allowed).toEqual(expect.arrayContaining(['R01', 'R10', 'R29']))
    expect(refused.allowed).not.toContain('AC01')
  }
  const sepa = await one('settled', ({ rail, direction }) => rail === 'sepa_ct' && direction === 'incoming')
  const refused = refusal(await ask(sepa.id, 'R01'))
  expect(refused).toMatchObject({ status: 400, field: 'reason' })
  expect(refused.allowed).toContain('AC01')
})

test.each([
  ['no transferId', { reason: 'R01' }, 'transferId'],
  ['a transferId that is no text', { transferId: 7, reason: 'R01' }, 'transferId'],
  ['a transferId outside the grammar', { transferId: '../../etc', reason: 'R01' }, 'transferId'],
  ['a transferId of 129 characters', { transferId: 'x'.repeat(129), reason: 'R01' }, 'transferId'],
  ['no reason', { transferId: 'x' }, 'reason'],
  ['a reason that is no text', { transferId: 'x', reason: { code: 'R01' } }, 'reason'],
  ['an unknown member', { transferId: 'x', reason: 'R01', amount: '1.00' }, 'amount'],
  ['a list for a body', [], 'body'],
  ['no JSON', '{', 'body'],
  ['two values of one name', '{"transferId":"a","transferId":"\\u0000","reason":"R01"}', 'transferId'],
])('T-03 a body with %s is refused, the member named as it was sent', async (_what, body, field) => {
  const refused = await ops.post('/returns', body)
  expect(refused.headers.get('content-type')).toContain('application/problem+json')
  expect(refusal(refused)).toMatchObject({ status: 400, field })
  if (field === 'reason') expect(refusal(refused).allowed).toContain('R01')
})

test('T-03 a transfer that does not exist is 404; a body over 1 MiB is 413', async () => {
  expect((await ask('tr_that_is_not', 'R01')).status).toBe(404)
  expect((await ops.post('/returns', `{"transferId":"${'x'.repeat(1_100_000)}"}`)).status).toBe(413)
})

test.each([
  ['created', () => true, 'transfer_not_settled'],
  ['returned', () => true, 'already_returned'],
  ['cancelled', () => true, 'transfer_cancelled'],
  ['settled', ({ direction }: Transfer) => direction === 'outgoing', 'no_return_received'],
] as const)(
  'T-03 a transfer that is %s is refused in words, and that is recorded',
  async (state, fits, code) => {
    const { id, rail } = await one(state, fits)
    const refused = await ask(id, rail === 'ach' ? 'R01' : 'AC01')
    expect(refused.status).toBe(409)
    expect(refused.body.code).toBe(code)
    const { rows } = await product.superuser.query(
      `SELECT outcome FROM kernel.audit_entry WHERE target_id = $1 AND http_request_id = $2`,
      [id, refused.body.request_id],
    )
    expect(rows).toEqual([{ outcome: 'refused' }])
  },
)

test('T-03 C-05 requests are listed newest first, by state, type, person and target, page by page', async () => {
  const asked = []
  for (let count = 0; count < 3; count += 1) {
    const { id, code } = take()
    asked.unshift((await ask(id, code)).body)
  }
  const ids = (answer: Answer) => answer.body.requests.map(({ id }: { id: string }) => id)
  const first = await ops.get(
    '/v1/requests?limit=2&state=pending&requested_by=me&type=transfers.return_transfer',
  )
  expect(ids(first)).toEqual([asked[0].id, asked[1].id])
  const next = await ops.get(`/v1/requests?limit=1&cursor=${first.body.next_cursor}`)
  expect(ids(next)).toEqual([asked[2].id])
  expect(ids(await ops.get(`/v1/requests?target_kind=transfer&target_id=${asked[1].target.id}`))).toEqual([
    asked[1].id,
  ])
  expect(ids(await ops.get('/v1/requests?state=executed'))).toEqual([])
  for (const [query, field] of [
    ['state=done', 'state'],
    ['limit=201', 'limit'],
    ['cursor=x', 'cursor'],
    ['colour=red', 'colour'],
  ]) {
    const refused = await ops.get(`/v1/requests?${query}`)
    expect(refusal(refused), query).toMatchObject({ status: 400, field })
  }
  expect((await ops.get('/v1/requests/not-an-id')).status).toBe(400)
  expect((await ops.get('/v1/requests/0198a000-0000-7000-8000-000000000000')).status).toBe(404)
})

test('T-03 a return booked for another reason than the bank gave says so before it is confirmed', async () => {
  const { id, code } = take()
  const preview = (reason: string) =>
    ops.post('/v1/actions/transfers.return_transfer/preview', {
      target: { kind: 'transfer', id },
      reason: { code: reason },
    })
  const { reasons, effects } = (await preview(code)).body
  const other = reasons.find((one: { code: string }) => one.code !== code).code
  expect(effects.join(' ')).not.toContain(`The bank returned it for ${code}`)
  expect((await preview(other)).body.warnings[0]).toContain(`The bank returned it for ${code}`)
})

test('T-03 K-19 over several, how many are booked for another reason than the bank gave is said before it is confirmed', async () => {
  const one = take()
  let other = take()
  while (other.code === one.code) other = take()
  const rows = [one, other].map(({ id }) => ({ target: { kind: 'transfer', id } }))
  const shown = await ops.post('/v1/actions/transfers.return_transfer/bulk/preview', {
    rows,
    reason: { code: one.code },
  })
  expect(shown.body.warnings, shown.text).toEqual([
    `1 of 2: The bank returned it for ${other.code}; it is booked for ${one.code} instead.`,
  ])
})

const freezeOriginator = async (id: string) => {
  const { originator } = await product.upstream(`/cts/transfers/${id}`)
  await product.upstream(`/compliance/parties/${originator.party_id}/freeze`, { reason: 'court_order' })
}

const frozenAtCts = (id: string) =>
  eventually('the freeze reaches CTS', async () => {
    const { frozen_parties } = await product.upstream(`/cts/transfers/${id}`)
    return frozen_parties.length === 1
  })
/** One whose parties may move money still: a company has many transfers. */
async function takeUnfrozen(): Promise<SeededReturn> {
  for (;;) {
    const next = take()
    const { frozen_parties } = await product.upstream(`/cts/transfers/${next.id}`)
    if (frozen_parties.length === 0) return next
  }
}

test('T-04 while a party is frozen its transfers say so, and none of them is asked to be returned', async () => {
  const { id, code } = take()
  await freezeOriginator(id)
  await frozenAtCts(id)
  const record = (await ops.get(`/v1/entities/transfer/${id}`)).body
  expect(record.banners).toHaveLength(1)
  expect(record.banners[0]).toMatchObject({ tone: 'danger', text: expect.stringContaining('is frozen') })
  expect(record.affordances).toContainEqual(
    expect.objectContaining({ action: 'transfers.return_transfer', allowed: false }),
  )
  const asked = await ask(id, code)
  expect([asked.status, asked.body.code]).toEqual([409, 'party_frozen'])
})

test('T-04 K-40 frozen between the request and the signature: the approver is told, and nobody signs', async () => {
  const { id, code } = await takeUnfrozen()
  const asked = await ask(id, code)
  expect(asked.status).toBe(202)
  await freezeOriginator(id)
  const admin = await product.as('transfers/ADMIN')
  await frozenAtCts(id)
  const { body } = await admin.get(`/v1/requests/${asked.body.id}`)
  expect(body.refused).toMatchObject({ code: 'party_frozen', message: expect.stringContaining('is frozen') })
  expect(body.current_preview).toBeNull()
  const signed = await admin.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
  expect([signed.status, signed.body.code]).toEqual([409, 'party_frozen'])
  expect((await admin.get(`/v1/requests/${asked.body.id}`)).body.state).toBe('pending')
})

test('C-21 where nobody has to agree, the door answers 200 with what was done, or 202 with what is on its way after 2 s', async () => {
  await changePolicy(product, [returnRule({ required: 0, eligible_roles: [] })])
  const stateOf = async (id: string) => (await ops.get(`/v1/requests/${id}`)).body.state
  // Nobody carries it out: the door does not keep its caller for ever, and what was asked for is not lost.
  const slow = take()
  const started = performance.now()
  const onItsWay = await ask(slow.id, slow.code)
  expect([onItsWay.status, onItsWay.body.state]).toEqual([202, 'authorized'])
  expect(performance.now() - started).toBeGreaterThanOrEqual(2_000)

  product.startWorker()
  try {
    await eventually('what was on its way', async () => (await stateOf(onItsWay.body.id)) === 'executed')
    // A busy machine may take longer than the door waits: then it says 202, and one of the next is in time.
    const done = await eventually('a return in time', async () => {
      const { id, code } = take()
      const asked = await ask(id, code)
      if (asked.status === 202) expect(['authorized', 'dispatching']).toContain(asked.body.state)
      return asked.status === 200 && { asked, id }
    })
    expect(done.asked.body).toMatchObject({
      type: 'transfers.return_transfer',
      state: 'executed',
      target: { kind: 'transfer', id: done.id },
    })
    expect(await stateOf(done.asked.body.id)).toBe('executed')
    expect((await product.upstream(`/cts/transfers/${done.id}`)).state).toBe('returned')
  } finally {
    await product.stopWorker()
  }
})
