import { bankEntry } from '@countersign/testkit/bank-entry.ts'
import { openedRequest } from '@countersign/testkit/opened-request.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let ops: Client
let admin: Client

beforeAll(async () => {
  product = await startProduct()
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
}, 120_000)
afterAll(() => product?.close())

// biome-ignore lint/suspicious/noExplicitAny: read as CTS says it
type Record = any
const taken = new Set<string>()

/** A transfer of the seeded world that nothing has taken yet, of parties that may move money. */
async function take(state: string, fits: (record: Record) => boolean): Promise<Record> {
  const { transfers } = await product.upstream(`/cts/transfers?state=${state}&limit=200`)
  const found = transfers.find(
    (record: Record) => record.frozen_parties.length === 0 && !taken.has(record.id) && fits(record),
  )
  if (!found) throw new Error(`the seeded world has no such transfer in ${state}`)
  taken.add(found.id)
  return found
}
const cts = (id: string): Promise<Record> => product.upstream(`/cts/transfers/${id}`)
const returnedFor =
  (...codes: string[]) =>
  (record: Record) =>
    codes.includes(record.return.code) && record.settled_at !== undefined && record.rail === 'ach'

type Asked = { id: string; code: string; input?: object; note?: string }
const body = ({ id, code, input = {}, note }: Asked) => ({
  target: { kind: 'transfer', id },
  input,
  reason: { code, ...(note ? { note } : {}) },
})
const preview = (action: string, asked: Asked) =>
  ops.post(`/v1/actions/transfers.${action}/preview`, body(asked))

/** Asked for by one person as it was shown, agreed to by another, and carried out. */
async function carryOut(action: string, asked: Asked) {
  const shown = await preview(action, asked)
  expect(shown.status, shown.text).toBe(200)
  const { preview_digest, approvals } = shown.body
  expect(approvals).toMatchObject({ required: 1, eligible_roles: ['transfers/ADMIN'] })
  const pending = await ops.post(`/v1/actions/transfers.${action}`, { ...body(asked), preview_digest })
  expect(pending.status, pending.text).toBe(202)
  const own = await ops.post(`/v1/requests/${pending.body.id}/approve`, { digest: pending.body.digest })
  expect(own.status).toBe(403)
  const { body: waiting } = await admin.get(`/v1/requests/${pending.body.id}`)
  if (waiting.to_open !== undefined) await openedRequest(admin, pending.body.id)
  const agreed = await admin.post(`/v1/requests/${pending.body.id}/approve`, { digest: pending.body.digest })
  expect(agreed.status, agreed.text).toBe(200)
  const done = await eventually(`${action} to be carried out`, async () => {
    const { body: request } = await admin.get(`/v1/requests/${pending.body.id}`)
    return ['executed', 'failed', 'stale'].includes(request.state) && request
  })
  expect(done.state).toBe('executed')
  const effects = await fetch(`${product.sandboxUrl}/_sandbox/effects?key=${done.effect.key}`)
  expect(await effects.json()).toMatchObject({ effects: [{ target: asked.id, count: 1 }] })
  return { shown: shown.body, request: done }
}

const affordances = async (id: string): Promise<Map<string, Record>> => {
  const { body: record } = await ops.get(`/v1/entities/transfer/${id}`)
  return new Map(record.affordances.map((one: Record) => [one.action.replace('transfers.', ''), one]))
}
const itemOf = async (item: string, state = 'open'): Promise<Record | undefined> => {
  for (const kind of ['return', 'contested', 'dishonour', 'change']) {
    const { body: page } = await ops.get(
      `/v1/queues/transfers.returns/items?kind=${kind}&state=${state}&limit=200`,
    )
    const found = page.items.find((one: Record) => one.id === item)
    if (found) return found
  }
  return undefined
}
const gone = (item: string) =>
  eventually(`${item} to leave the queue`, async () => (await itemOf(item)) === undefined)
const arrived = (item: string) => eventually(`${item} in the queue`, () => itemOf(item))

/** The postings of a transfer sum to zero in each account where nothing of it is left. */
async function sums(id: string): Promise<number[]> {
  const { postings } = await product.upstream(`/ledger/postings?transfer_id=${id}`)
  const added = new Map<string, number>()
  for (const { account, side, amount } of postings.flatMap((posting: Record) => posting.lines)) {
    const cents = Math.round(Number(amount.amount) * 100) * (side === 'debit' ? 1 : -1)
    added.set(account, (added.get(account) ?? 0) + cents)
  }
  return [...added.values()]
}

/** A payment of ours that the bank has just returned for that reason. */
async function comesBack(code: string): Promise<Record> {
  const { id, side, amount, trace_number } = await take(
    'settled',
    ({ rail, direction, change }) => rail === 'ach' && direction === 'outgoing' && !change,
  )
  await bankEntry(product, { side, amount, return: { code, original_trace: trace_number } })
  return cts(id)
}

test('T-03 K-16 a payment that came back is sent again with the account corrected, old and new shown, the number sealed', async () => {
  const before = await take('return_received', returnedFor('R02', 'R03'))
  await arrived(before.id)
  const nothing = await preview('send_again', { id: before.id, code: 'originator_corrected' })
  expect([nothing.status, nothing.body.errors?.[0]?.field]).toEqual([400, 'input.account'])

  const asked = {
    ...{ id: before.id, code: 'originator_corrected' },
    input: { account: '5550001112223', account_type: 'savings' },
  }
  const { shown, request } = await carryOut('send_again', asked)
  expect(shown.changes).toEqual([
    { label: 'Transfer', before: 'return received', after: 'returned' },
    { label: 'Receiver’s account', before: expect.stringContaining('••••'), after: '••••2223' },
    { label: 'Type of account', after: 'savings' },
  ])
  expect(shown.effects.join(' ')).toContain('RETRY PYMT; it is attempt 1 of 2')
  const after = await cts(before.id)
  expect(after).toMatchObject({ state: 'returned', sent_again_as: `${before.id}.again1` })
  expect(await cts(after.sent_again_as)).toMatchObject({
    ...{ state: 'created', amount: before.amount },
    receiver: { account: '5550001112223', account_type: 'savings' },
    resubmission: { of: before.id, attempt: 1, entry_description: 'RETRY PYMT' },
  })
  expect(await sums(before.id)).toEqual([0, 0])
  await gone(before.id)

  // The new payment's beginning stands on the old one's timeline, and says that it is the new one's.
  const made = await eventually('the new payment on the timeline', async () => {
    const { body } = await ops.get(`/v1/entities/transfer/${before.id}/timeline?limit=200`)
    return body.entries.find(({ about }: { about?: object }) => about !== undefined)
  })
  expect(made).toMatchObject({
    ...{ summary: 'Transfer created', about: { kind: 'transfer', id: after.sent_again_as } },
  })
  // Who it names is called as that is called.
  const { name } = await product.upstream(`/compliance/parties/${before.originator.party_id}`)
  const party = made.links.find(
    ({ kind, id }: { kind: string; id: string }) => kind === 'party' && id === before.originator.party_id,
  )
  expect(party.title.slice(0, 1)).toBe(name.slice(0, 1))

  // Neither what is kept nor what is told of it holds the number.
  const { rows } = await product.superuser.query(
    `SELECT input, decided, evidence FROM kernel.action_revision WHERE request_id = $1`,
    [request.id],
  )
  expect(JSON.stringify(rows)).not.toContain('5550001112223')
  expect(rows[0].decided).toEqual({
    ...{ id: before.id, gives: ['account', 'account_type'], authorised_again: false },
  })
  const again = (await ops.get(`/v1/entities/transfer/${after.sent_again_as}`)).body
  expect(again.related).toContainEqual(
    expect.objectContaining({ kind: 'transfer', id: before.id, relation: 'sent again after' }),
  )
  expect((await affordances(before.id)).get('send_again')).toMatchObject({
    allowed: false,
    reason: `It was sent again already, as ${before.id}.again1.`,
  })
  const events = await product.superuser.query(
    `SELECT count(*)::integer AS found FROM kernel.event WHERE payload::text LIKE '%5550001112223%'`,
  )
  expect(events.rows).toEqual([{ found: 0 }])
})

test('T-03 what is sent again after a stopped payment needs a new authorisation, and the unauthorised is not sent again', async () => {
  const stopped = await comesBack('R08')
  const other = await preview('send_again', { id: stopped.id, code: 'funds_expected' })
  expect(other.body.errors).toMatchObject([{ field: 'reason.code', allowed: ['authorised_again'] }])
  const silent = await preview('send_again', { id: stopped.id, code: 'authorised_again' })
  expect(silent.body.errors).toMatchObject([{ field: 'reason.note' }])
  await carryOut('send_again', {
    ...{ id: stopped.id, code: 'authorised_again', note: 'By letter of yesterday' },
  })
  expect((await cts(stopped.id)).sent_again_as).toBeDefined()

  const unauthorised = await take('return_received', returnedFor('R10', 'R07', 'R29', 'R11'))
  expect((await affordances(unauthorised.id)).get('send_again')).toMatchObject({
    allowed: false,
    reason: expect.stringContaining('is not sent again'),
  })
})

test.each([
  ['account', 'DROP TABLE; --'],
  ['routing_number', '123456789'],
  ['routing_number', 'DEUTDEFF'],
  ['routing_number', 'x'],
  ['account_type', 'current'],
  ['name', 'x'.repeat(71)],
])('T-03 a correction of %s that cannot be one is refused: %s', async (field, value) => {
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&rail=ach&limit=200')
  const { id } = transfers.find(
    (record: Record) => record.frozen_parties.length === 0 && returnedFor('R03', 'R02', 'R20')(record),
  )
  const refused = await preview('send_again', {
    ...{ id, code: 'originator_corrected', input: { [field]: value } },
  })
  expect([refused.status, refused.body.errors?.[0]?.field]).toEqual([400, `input.${field}`])
})

test('T-03 the return of a credit transfer is final: it can be sent again, never dishonoured', async () => {
  const sepa = await take(
    'return_received',
    ({ rail, return: { code } }) =>
      rail === 'sepa_ct' && ['AC01', 'AC04', 'AC06', 'BE04', 'RC01'].includes(code),
  )
  const actions = await affordances(sepa.id)
  expect(actions.get('dishonour_return')).toMatchObject({
    allowed: false,
    reason: expect.stringContaining('Only ACH knows dishonours'),
  })
  expect(actions.has('contest_dishonour')).toBe(false)
  expect(actions.has('answer_change')).toBe(false)
  const { shown } = await carryOut('send_again', {
    ...{ id: sepa.id, code: 'originator_corrected', input: { account: 'DE02120300000000202051' } },
  })
  expect(shown.effects.join(' ')).not.toContain('RETRY')
  const again = await cts((await cts(sepa.id)).sent_again_as)
  expect(again).toMatchObject({ rail: 'sepa_ct', receiver: { account: 'DE02120300000000202051' } })
})

test('T-02 T-03 a return is dishonoured, with what its history bears out; contested, it is in the queue again and booked', async () => {
  const before = await comesBack('R03')
  const { id, side, amount, trace_number } = before
  const item = await arrived(id)
  expect(item).toMatchObject({ fields: { kind: 'return', until: before.return.dishonour_by } })
  const notSo = await preview('dishonour_return', { id, code: 'R67' })
  expect(notSo.body.errors?.[0]).toMatchObject({ field: 'reason.code' })
  expect(notSo.body.errors[0].allowed).not.toContain('R67')
  expect(notSo.body.errors[0].allowed).not.toContain('R70')
  const unnamed = await preview('dishonour_return', { id, code: 'R69' })
  expect(unnamed.body.errors?.[0]).toMatchObject({ field: 'input.incorrect_field' })
  const named = await preview('dishonour_return', { id, code: 'R61', input: { incorrect_field: 'amount' } })
  expect(named.body.errors?.[0]).toMatchObject({ field: 'input.incorrect_field' })

  const { shown } = await carryOut('dishonour_return', {
    ...{ id, code: 'R69', input: { incorrect_field: 'amount' } },
  })
  expect(shown.changes).toEqual([
    { label: 'Transfer', before: 'return received', after: 'return dishonoured' },
  ])
  expect(shown.effects.join(' ')).toContain('the amount')
  await gone(id)
  expect(await cts(id)).toMatchObject({
    state: 'return_dishonoured',
    return: { dishonour: { code: 'R69', incorrect_field: 'amount' } },
  })

  await bankEntry(product, { side, amount, return: { code: 'R76', original_trace: trace_number } })
  expect(await arrived(id)).toMatchObject({ fields: { kind: 'contested', code: 'R76' } })
  const actions = await affordances(id)
  expect(actions.get('dishonour_return')).toMatchObject({
    allowed: false,
    reason: expect.stringContaining('ACH knows nothing after that'),
  })
  await carryOut('return_transfer', { id, code: 'R03' })
  await gone(id)
  expect(await sums(id)).toEqual([0, 0])
})

test('T-02 T-03 what we sent back and its bank dishonoured waits until its deadline, and is contested or accepted', async () => {
  const contested = await take('dishonour_received', ({ return: { dishonour } }) => dishonour.code === 'R68')
  const { contest_by } = contested.return.dishonour
  const item = await arrived(`${contested.id}:dishonour`)
  expect(item).toMatchObject({
    due_at: contest_by,
    fields: { kind: 'dishonour', code: 'R68', until: contest_by },
  })
  const actions = await affordances(contested.id)
  expect(actions.get('contest_dishonour')).toMatchObject({ allowed: true })
  expect(actions.get('return_transfer')).toMatchObject({ allowed: false })
  const record = (await ops.get(`/v1/entities/transfer/${contested.id}`)).body
  expect(JSON.stringify(record.banners)).toContain('Deadline for contesting it')
  const unfitting = await preview('contest_dishonour', { id: contested.id, code: 'R75' })
  expect(unfitting.body.errors?.[0]).toMatchObject({ field: 'reason.code', allowed: ['R71', 'R73'] })
  await carryOut('contest_dishonour', { id: contested.id, code: 'R73' })
  expect(await cts(contested.id)).toMatchObject({
    state: 'returned',
    return: { contest: { code: 'R73' } },
  })
  await gone(`${contested.id}:dishonour`)
  expect(await sums(contested.id)).toEqual([0, 0])

  const accepted = await take('dishonour_received', () => true)
  await carryOut('accept_dishonour', { id: accepted.id, code: 'bank_is_right' })
  expect(await cts(accepted.id)).toMatchObject({ state: 'return_dishonoured' })
  await gone(`${accepted.id}:dishonour`)
  const { postings } = await product.upstream(`/ledger/postings?transfer_id=${accepted.id}`)
  expect(postings).toHaveLength(3)
  expect((await affordances(accepted.id)).get('contest_dishonour')).toMatchObject({
    allowed: false,
    reason: 'The dishonour was accepted: the entry stands.',
  })
})

test('T-02 T-03 a notification of change is answered: the account is corrected for later payments, the originator told', async () => {
  const before = await take('settled', ({ change }) => change?.code === 'C01' && !change.answer)
  const item = await arrived(`${before.id}:change`)
  expect(item).toMatchObject({ due_at: before.change.tell_by, fields: { kind: 'change' } })
  const { shown } = await carryOut('answer_change', { id: before.id, code: 'bank_notified' })
  const last = before.change.corrected_data.slice(-4)
  expect(shown.changes).toEqual([
    { label: 'Receiver’s account', before: expect.stringContaining('••••'), after: `••••${last}` },
  ])
  const after = await cts(before.id)
  expect(after).toMatchObject({
    change: {
      answer: { answer: 'corrected', corrected: ['account'], originator_told_at: expect.any(String) },
    },
    on_file: { account: before.change.corrected_data },
  })
  await gone(`${before.id}:change`)
  const record = (await ops.get(`/v1/entities/transfer/${before.id}`)).body
  expect(record.data.change.answer_title).toContain('Answered')
  expect(JSON.stringify(record)).not.toContain(before.change.corrected_data)
  expect((await affordances(before.id)).get('refuse_change')).toMatchObject({
    allowed: false,
    reason: expect.stringContaining('answered already'),
  })
})

/** A payment of ours of whose account the bank has just corrected something. */
async function corrected(code: string, corrected_data: string): Promise<Record> {
  const { id, side, trace_number } = await take(
    'settled',
    ({ rail, direction, change, receiver }) =>
      rail === 'ach' && direction === 'outgoing' && !change && receiver.account_type !== 'savings',
  )
  await bankEntry(product, {
    ...{ side, amount: { amount: '0.00', currency: 'USD' } },
    change: { code, original_trace: trace_number, corrected_data },
  })
  return cts(id)
}

test('T-03 K-19 several notifications of change are answered in one request, each for itself; an account is corrected alone', async () => {
  const [one, other] = [await corrected('C05', '32'), await corrected('C05', '32')]
  const account = await corrected('C01', '5550001112229')
  const path = '/v1/actions/transfers.answer_change/bulk'
  const asking = (...ids: string[]) => ({
    rows: ids.map((id) => ({ target: { kind: 'transfer', id } })),
    reason: { code: 'bank_notified' },
  })
  const shown = await ops.post(`${path}/preview`, asking(one.id, other.id, account.id))
  expect(shown.status, shown.text).toBe(200)
  expect(shown.body.rows).toMatchObject([{ accepted: true }, { accepted: true }, { code: 'opened_alone' }])
  const asked = asking(one.id, other.id)
  const { preview_digest } = (await ops.post(`${path}/preview`, asked)).body
  const pending = await ops.post(path, { ...asked, preview_digest })
  expect(pending.status, pending.text).toBe(202)
  await admin.post(`/v1/requests/${pending.body.id}/approve`, { digest: pending.body.digest })
  expect((await cts(account.id)).change.answer).toBeUndefined()
  for (const { id } of [one, other]) {
    await eventually(`the answer of ${id}`, async () => (await cts(id)).change.answer !== undefined)
    await gone(`${id}:change`)
  }
})

test('T-03 a notification of change that is wrong itself is refused with a code of its own, in time', async () => {
  const outgoing = await take(
    'settled',
    ({ rail, direction, change }) => rail === 'ach' && direction === 'outgoing' && !change,
  )
  const { id, side, trace_number } = outgoing
  await bankEntry(product, {
    ...{ side, amount: { amount: '0.00', currency: 'USD' } },
    change: { code: 'C02', original_trace: trace_number, corrected_data: '123456789' },
  })
  const actions = await affordances(id)
  expect(actions.get('answer_change')).toMatchObject({
    allowed: false,
    reason: expect.stringContaining('Refuse it with C65'),
  })
  const wrong = await preview('refuse_change', { id, code: 'C01' })
  expect(wrong.body.errors?.[0]?.allowed).toEqual([
    'C61',
    'C62',
    'C63',
    'C64',
    'C65',
    'C66',
    'C67',
    'C68',
    'C69',
  ])
  await arrived(`${id}:change`)
  await carryOut('refuse_change', { id, code: 'C65' })
  expect(await cts(id)).toMatchObject({ change: { answer: { answer: 'refused', code: 'C65' } } })
  await gone(`${id}:change`)
})

test('T-01 T-04 a transfer says that the freeze of its party is an emergency, until when, and leads to it', async () => {
  const record = await take('settled', ({ direction }) => direction === 'outgoing')
  const compliance = await product.as('transfers/COMPLIANCE')
  const target = { kind: 'party', id: record.receiver.party_id }
  const freeze = { target, input: {}, reason: { code: 'fraud_suspected', note: 'INC-2231' } }
  const { body: seen } = await compliance.post('/v1/actions/transfers.freeze_entity/preview', freeze)
  const asked = await compliance.post('/v1/actions/transfers.freeze_entity', {
    ...{ ...freeze, preview_digest: seen.preview_digest, emergency: true },
  })
  expect(asked.status, asked.text).toBe(202)
  await eventually('the freeze at CTS', async () => (await cts(record.id)).frozen_parties.length > 0)
  const page = (await ops.get(`/v1/entities/transfer/${record.id}`)).body
  expect(page.banners).toContainEqual({
    tone: 'danger',
    text: expect.stringMatching(/is frozen in an emergency until .+, unless others agree/),
  })
  expect(page.related).toContainEqual(
    expect.objectContaining({ kind: 'request', id: asked.body.id, relation: 'frozen by' }),
  )
  const { body: request } = await admin.get(`/v1/requests/${asked.body.id}`)
  await admin.post(`/v1/requests/${asked.body.id}/approve`, { digest: request.digest })
  const agreed = (await ops.get(`/v1/entities/transfer/${record.id}`)).body
  expect(JSON.stringify(agreed.banners)).not.toContain('emergency')
  expect(JSON.stringify(agreed.banners)).toContain('is frozen: this transfer')
  expect(JSON.stringify(agreed.related)).not.toContain('frozen by')
})

test('T-01 a transfer leads to the open hits of its parties and to the exceptions that may be about it', async () => {
  const { hits } = await product.upstream('/compliance/hits?state=open&limit=200')
  const { transfers } = await product.upstream('/cts/transfers?limit=200')
  const parties = ({ originator, receiver }: Record) => [originator.party_id, receiver.party_id]
  const hit = hits.find((one: Record) => transfers.some((two: Record) => parties(two).includes(one.party_id)))
  const of = transfers.find((two: Record) => parties(two).includes(hit.party_id))
  await eventually('the hit beside the transfer', async () => {
    const { body: page } = await ops.get(`/v1/entities/transfer/${of.id}`)
    return page.related.some((one: Record) => one.kind === 'hit' && one.relation === 'open hit of a party')
  })
  const { exceptions } = await product.upstream('/recon/exceptions?state=open&limit=200')
  const proposed = exceptions
    .flatMap((one: Record) => one.candidates.map((two: Record) => ({ ...two, exception: one.id })))
    .find((one: Record) => one.kind === 'transfer')
  await eventually('the exception beside the transfer', async () => {
    const { body: page } = await ops.get(`/v1/entities/transfer/${proposed.id}`)
    return page.related.some((one: Record) => one.kind === 'exception' && one.id === proposed.exception)
  })
})

test('T-01 of more than five the page says how many there are, and what was decided is there as well', async () => {
  const { transfers } = await product.upstream('/cts/transfers?limit=200')
  const of = transfers[0]
  const party = of.originator.party_id
  const page = async () => (await ops.get(`/v1/entities/transfer/${of.id}`)).body
  const named = async (relation: string) =>
    (await page()).related.filter((one: Record) => one.relation === relation)
  const [open, decided] = [await named('open hit of a party'), await named('decided hit of a party')]
  expect([open.length, decided.length].every((count) => count < 5)).toBe(true)
  const add = (state: string, count: number) =>
    product.superuser.query(
      `INSERT INTO transfers.compliance_item (item_id, version, subject_kind, subject_id, title, state, opened_at, due_at, rule_id, party_id)
       SELECT $1::text || n, 1, 'hit', $1::text || n, 'A. B•••• · List', $1, now(), now(), 'ofac_name', $2
       FROM generate_series(1, $3::integer) n`,
      [state, party, count],
    )
  await add('open', 7)
  await add('done', 6)
  expect(await named('open hit of a party')).toHaveLength(5)
  expect(await named('decided hit of a party')).toHaveLength(5)
  const texts = (await page()).banners.map(({ text }: { text: string }) => text)
  expect(texts).toContainEqual(
    expect.stringMatching(`^And ${2 + open.length} more open hits? of its parties: the queue of hits`),
  )
  expect(texts).toContainEqual(
    expect.stringMatching(`^And ${1 + decided.length} more decided hits? of its parties`),
  )
})
