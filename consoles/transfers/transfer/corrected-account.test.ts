import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalBytes, type Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { bankEntry } from '@countersign/testkit/bank-entry.ts'
import { correctedOnFile } from '@countersign/testkit/corrected-on-file.ts'
import { openedRequest } from '@countersign/testkit/opened-request.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { misbehave } from '@countersign/testkit/seeded-records.ts'
import { letRevealsAge } from '@countersign/testkit/tampering.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importList } from '../import/import-list.ts'
import { listedName } from '../screening/listed-name.ts'
import { whileListed } from './named-receiver.ts'

/** Who asks for it, and has an account of their own in mind. */
const OWN = { account: '770099881234', name: 'Zebulon Quixworth' }
const ACTION = '/v1/actions/transfers.send_again'

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

/** A payment of ours by ACH that the bank has just returned for that reason. */
async function comesBack(code: string, kind = 'person'): Promise<Record> {
  const { transfers } = await product.upstream('/cts/transfers?state=settled&rail=ach&limit=200')
  const found = transfers.find(
    ({ id, direction, change, frozen_parties, receiver }: Record) =>
      direction === 'outgoing' &&
      change === undefined &&
      frozen_parties.length === 0 &&
      receiver.kind === kind &&
      !taken.has(receiver.party_id) &&
      !taken.has(id),
  )
  if (!found) throw new Error('the seeded world has no payment left that could come back')
  taken.add(found.receiver.party_id)
  const { id, side, amount, trace_number } = found
  await bankEntry(product, { side, amount, return: { code, original_trace: trace_number } })
  return product.upstream(`/cts/transfers/${id}`)
}

const body = (id: string, input: Json, code = 'originator_corrected') => ({
  target: { kind: 'transfer', id },
  input,
  reason: { code },
})
const preview = (id: string, input: Json, code?: string) =>
  ops.post(`${ACTION}/preview`, body(id, input, code))
async function ask(id: string, input: Json) {
  const { preview_digest } = (await preview(id, input)).body
  const asked = { ...body(id, input), preview_digest }
  const pending = await ops.post(ACTION, asked)
  expect(pending.status, pending.text).toBe(202)
  return { asked, pending: pending.body }
}
const approve = (by: Client, { id, digest }: { id: string; digest: string }, more: object = {}) =>
  by.post(`/v1/requests/${id}/approve`, { digest, ...more })
const ended = (id: string) =>
  eventually('the request to end', async () => {
    const { body: request } = await admin.get(`/v1/requests/${id}`)
    return ['executed', 'failed', 'stale'].includes(request.state) && request
  })

test('K-16 K-30 K-31 whoever agrees to another account has opened it, whole, and that they did is recorded', async () => {
  const { id } = await comesBack('R03')
  const { pending } = await ask(id, OWN)
  const read = async () => (await admin.get(`/v1/requests/${pending.id}`)).body
  const page = await read()
  expect(JSON.stringify(page)).not.toMatch(/770099881234|Quixworth/)
  expect(page.personal).toEqual([
    { path: 'input.account', title: 'Account', shown: '••••1234' },
    { path: 'input.name', title: 'Name', shown: 'Z. Q••••' },
  ])
  expect(page.to_open).toEqual(['input.account', 'input.name'])
  const blind = await approve(admin, pending)
  expect([blind.status, blind.body.code]).toEqual([409, 'not_opened'])
  expect(blind.body.message).toContain('Open its personal data')

  // That it may be opened is not that it was.
  const granted = await admin.post('/v1/actions/kernel.reveal_request', {
    target: { kind: 'request', id: pending.id },
    reason: { code: 'to_decide' },
  })
  expect(granted.text).not.toMatch(/770099881234|Quixworth/)
  expect((await approve(admin, pending)).body.code).toBe('not_opened')
  const { body: opened } = await admin.get(`/v1/entities/request/${pending.id}/revealed`)
  expect(opened.fields).toEqual([
    { path: 'input.account', value: OWN.account, until: expect.any(String) },
    { path: 'input.name', value: OWN.name, until: expect.any(String) },
  ])
  expect((await read()).to_open).toBeUndefined()
  const { body: log } = await admin.get(`/v1/audit?target=request/${pending.id}&actor=${admin.id}`)
  expect(log.entries).toContainEqual(
    expect.objectContaining({
      ...{ kind: 'reveal', action: 'kernel.reveal_request', outcome: 'allowed' },
      detail: { fields: ['input.account', 'input.name'], revision: 1 },
    }),
  )

  // Nobody else sees or may agree by what this person has opened.
  const other = await product.as('transfers/ADMIN-2')
  expect((await other.get(`/v1/entities/request/${pending.id}/revealed`)).body).toEqual({ fields: [] })
  expect((await approve(other, pending)).body.code).toBe('not_opened')

  const agreed = await approve(admin, pending)
  expect(agreed.status, agreed.text).toBe(200)
  expect((await ended(pending.id)).state).toBe('executed')
  expect((await product.upstream(`/cts/transfers/${id}.again1`)).receiver).toMatchObject(OWN)
})

test('K-16 K-30 K-31 T-03 whoever agrees to an account that a bank corrects has opened it, and whoever sends there again has too', async () => {
  const type = '/v1/actions/transfers.answer_change'
  const path = 'record.change.corrected_data'
  const { transfers } = await product.upstream('/cts/transfers?state=settled&rail=ach&limit=200')
  const of = (code: string): Record =>
    transfers.find(
      ({ change, frozen_parties, id }: Record) =>
        change?.code === code && !change.answer && frozen_parties.length === 0 && !taken.has(id),
    )
  const noticed = of('C01')
  taken.add(noticed.id).add(noticed.receiver.party_id)
  const asked = { ...body(noticed.id, {}, 'bank_notified') }
  const { preview_digest } = (await ops.post(`${type}/preview`, asked)).body
  const { body: pending } = await ops.post(type, { ...asked, preview_digest })
  const { body: page } = await admin.get(`/v1/requests/${pending.id}`)
  const account = noticed.change.corrected_data
  expect(JSON.stringify(page)).not.toContain(account)
  expect(page.personal).toEqual([
    { path, title: 'What the bank corrects', shown: `••••${account.slice(-4)}` },
  ])
  expect(page.to_open).toEqual([path])
  const blind = await approve(admin, pending)
  expect([blind.status, blind.body.code, blind.body.to_open]).toEqual([409, 'not_opened', [path]])
  // What somebody else opened, or the record's own reveal, is not what this person has seen of it.
  expect(await openedRequest(await product.as('transfers/ADMIN-2'), pending.id)).toEqual({ [path]: account })
  expect((await approve(admin, pending)).body.code).toBe('not_opened')
  expect(await openedRequest(admin, pending.id)).toEqual({ [path]: account })
  const { body: log } = await admin.get(`/v1/audit?target=request/${pending.id}&actor=${admin.id}`)
  expect(log.entries).toContainEqual(
    expect.objectContaining({
      ...{ kind: 'reveal', action: 'kernel.reveal_request', outcome: 'allowed' },
      detail: { fields: [path], revision: 1, record_version: String(noticed.version) },
    }),
  )
  const agreed = await approve(admin, pending)
  expect(agreed.status, agreed.text).toBe(200)
  expect((await ended(pending.id)).state).toBe('executed')

  const back = await comesBack('R03')
  await correctedOnFile(product, back, '3706702995')
  const again = (await ask(back.id, {})).pending
  const { body: second } = await admin.get(`/v1/requests/${again.id}`)
  expect(second.personal).toEqual([
    { path: 'record.on_file.account', title: 'Account on file', shown: '••••2995' },
  ])
  expect((await approve(admin, again)).body).toMatchObject({
    ...{ code: 'not_opened', to_open: ['record.on_file.account'] },
  })
  expect(await openedRequest(admin, again.id)).toEqual({ 'record.on_file.account': '3706702995' })
  expect((await approve(admin, again)).status).toBe(200)

  // Nobody opens each of many, so none of many is taken that has something to be opened.
  const late = await comesBack('R03')
  await correctedOnFile(product, late, '3706702994')
  const rows = [{ target: { kind: 'transfer', id: late.id } }]
  const many = await ops.post(`${ACTION}/bulk/preview`, { rows, reason: { code: 'bank_corrected' } })
  expect(many.body.rows).toMatchObject([{ accepted: false, code: 'opened_alone' }])
  // What is typed over it is what is opened.
  const typed = (await ask(late.id, { account: '5550001113' })).pending
  expect((await admin.get(`/v1/requests/${typed.id}`)).body.to_open).toEqual(['input.account'])
})

test('K-17 K-30 what was opened of one revision is not what another says, and is forgotten after an hour', async () => {
  const { id } = await comesBack('R03')
  const { pending } = await ask(id, { account: '770099881234' })
  expect(await openedRequest(admin, pending.id)).toEqual({ 'input.account': '770099881234' })
  const edited = await ops.post(`/v1/requests/${pending.id}/edit`, {
    ...{ input: { account: '660099881234' }, reason: { code: 'bank_corrected' } },
  })
  expect(edited.status, edited.text).toBe(200)
  expect((await approve(admin, edited.body)).body.code).toBe('not_opened')
  expect((await admin.get(`/v1/entities/request/${pending.id}/revealed`)).body).toEqual({ fields: [] })

  expect(await openedRequest(admin, pending.id)).toEqual({ 'input.account': '660099881234' })
  await letRevealsAge(product, pending.id, 61)
  expect((await approve(admin, edited.body)).body.code).toBe('not_opened')
  await letRevealsAge(product, pending.id, -61)
  expect((await approve(admin, edited.body)).status).toBe(200)
})

test('K-08 K-30 what was typed is opened by those who decide or reveal, and by nobody else', async () => {
  const { id } = await comesBack('R03')
  const { pending } = await ask(id, OWN)
  const open = async (persona: string) => {
    const by = await product.as(persona)
    const { status } = await by.post('/v1/actions/kernel.reveal_request', {
      target: { kind: 'request', id: pending.id },
      reason: { code: 'to_decide' },
    })
    const shown = await by.get(`/v1/entities/request/${pending.id}/revealed`)
    return [status, shown.text.includes(OWN.account)]
  }
  expect(await open('transfers/OPS')).toEqual([403, false])
  expect(await open('transfers/OPS-2')).toEqual([403, false])
  expect(await open('kernel/auditor')).toEqual([403, false])
  expect(await open('platform/PLATFORM_ADMIN')).toEqual([403, false])
  expect(await open('transfers/ADMIN-2')).toEqual([200, true])
  // Who decides on others and may not see this one learns nothing of it: not that it is there, nor who has opened it.
  const compliance = await product.as('transfers/COMPLIANCE')
  const type = '/v1/actions/kernel.reveal_request'
  const reveal = { target: { kind: 'request', id: pending.id }, reason: { code: 'to_decide' } }
  expect((await compliance.get(`/v1/requests/${pending.id}`)).status).toBe(404)
  for (const [path, asked] of [
    [type, reveal],
    [`${type}/preview`, { target: reveal.target }],
  ] as const) {
    const answer = await compliance.post(path, asked)
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found'])
    expect(answer.text).not.toContain('Send again')
  }
  const openings = async (by: Client) =>
    (await by.get(`/v1/requests?type=kernel.reveal_request&target_kind=request&target_id=${pending.id}`)).body
      .requests
  expect(await openings(compliance)).toEqual([])
  const [opening] = await openings(admin)
  expect((await compliance.get(`/v1/requests/${opening.id}`)).status).toBe(404)
  // Of what was asked for without, there is nothing to open.
  const plain = await ops.post('/returns', { transferId: (await comesBack('R01')).id, reason: 'R01' })
  const none = await admin.post('/v1/actions/kernel.reveal_request', {
    target: { kind: 'request', id: plain.body.id },
    reason: { code: 'to_decide' },
  })
  expect([none.status, none.body.code]).toEqual([409, 'nothing_personal'])
})

test('T-03 K-15 that another account and name are given stands in the preview as a warning, and only where the account was wrong', async () => {
  const { id, receiver } = await comesBack('R03')
  const shown = await preview(id, OWN)
  expect(shown.body.warnings[0]).toContain('another account (••••1234), in another name (Z. Q••••)')
  const alike = `${receiver.account.startsWith('9') ? 8 : 9}${receiver.account.replace(/^\d/, '')}`
  const [line] = (await preview(id, { account: alike })).body.changes.filter(
    ({ label }: { label: string }) => label === 'Receiver’s account',
  )
  expect(line.after).toContain(line.before)
  expect(line.after).not.toBe(line.before)

  const funds = await comesBack('R01')
  for (const [field, value] of Object.entries({
    ...OWN,
    routing_number: '021000021',
    account_type: 'savings',
  })) {
    const refused = await preview(funds.id, { [field]: value }, 'funds_expected')
    expect([refused.status, refused.body.errors?.[0]?.field]).toEqual([400, `input.${field}`])
    expect(refused.body.errors[0].message).toContain('nothing was wrong with the account')
  }
  expect((await preview(funds.id, {}, 'funds_expected')).status).toBe(200)
})

test('K-19 K-30 what is said of one person is not taken for many payments at once', async () => {
  const ids = [(await comesBack('R03')).id, (await comesBack('R03')).id]
  const rows = ids.map((id) => ({ target: { kind: 'transfer', id } }))
  const reason = { code: 'originator_corrected' }
  for (const [name, value] of Object.entries(OWN)) {
    for (const some of [rows, rows.slice(0, 1)]) {
      const refused = await ops.post(`${ACTION}/bulk/preview`, {
        rows: some,
        input: { [name]: value },
        reason,
      })
      expect([refused.status, refused.body.errors?.[0]?.field]).toEqual([400, `input.${name}`])
      expect(refused.body.errors[0].message).toContain('Ask for that record alone')
    }
  }
  const sent = await ops.post(`${ACTION}/bulk`, { rows, input: OWN, reason, preview_digest: 'sha256:0' })
  expect([sent.status, sent.body.errors?.[0]?.field]).toEqual([400, 'input.account'])
  const file = await ops.get('/v1/queues/transfers.returns/file')
  expect(file.text.split('\n')[0]).toContain('input.account_type')
  expect(file.text.split('\n')[0]).not.toMatch(/input\.(account|name)\b/)
})

let wrong: Promise<Record> | undefined
test.each([
  ['name', 'Ottoline Vexberg ••'],
  ['name', '   '],
  ['name', 'Ottoline \u202eVexberg'],
  ['name', 'Ottoline\nVexberg'],
  ['name', 'Ottoline\u0007'],
  ['name', 'Ottoline Vexberg-Harrington'],
  ['name', 'Übel'],
  ['account', '   '],
  ['account', '12345678\n'],
  ['account', '••••1234'],
  ['account', '123456789012345678'],
])('C-16 K-30 a %s that no payment carries is refused at the door: %j', async (field, value) => {
  wrong ??= comesBack('R03')
  const { id } = await wrong
  const refused = await preview(id, { [field]: value })
  expect([refused.status, refused.body.errors?.[0]?.field]).toEqual([400, `input.${field}`])
})

test('K-30 nothing that is kept of a request tells its account to whoever tries them all', async () => {
  const { id } = await comesBack('R03')
  const { asked, pending } = await ask(id, OWN)
  const plain = (value: Json) => createHash('sha256').update(canonicalBytes(value)).digest('hex')
  const { rows } = await product.superuser.query(
    `SELECT encode(i.request_digest, 'hex') AS request, v.evidence
       FROM kernel.idempotency i JOIN kernel.action_revision v USING (request_id) WHERE i.request_id = $1`,
    [pending.id],
  )
  const [{ request, evidence }] = rows
  expect(request).not.toBe(plain({ door: `POST ${ACTION}`, body: asked }))
  const shown = {
    ...{ type: 'transfers.send_again', target: asked.target, input: OWN },
    ...{ target_version: evidence.target_version, policy_version: evidence.policy_version.split('.').at(-1) },
    ...{ required: 1, preview: evidence.preview },
  }
  expect(evidence.preview_digest).not.toBe(`sha256:${plain(shown)}`)
})

test('T-03 K-17 K-18 what a bank corrects after people agreed is not what the payment goes to', async () => {
  const early = await comesBack('R03')
  await correctedOnFile(product, early, '3706702997')
  const { pending } = await ask(early.id, {})
  // Before anybody has signed it is shown anew, to whoever asked and to whoever agrees.
  await correctedOnFile(product, early, '3706702998')
  const moved = await approve(admin, pending)
  expect([moved.status, moved.body.code]).toEqual([409, 'target_changed'])
  await ops.post(`/v1/requests/${pending.id}/cancel`, { reason: 'Their bank corrected it again' })
  const { pending: anew } = await ask(early.id, {})
  await openedRequest(admin, anew.id)
  await product.stopWorker()
  const agreed = await approve(admin, anew)
  expect(agreed.status, agreed.text).toBe(200)
  await correctedOnFile(product, early, '2200150873')
  product.startWorker()
  const stale = await ended(anew.id)
  expect([stale.state, stale.transitions.at(-1).why]).toEqual(['stale', expect.stringContaining('changed')])
  expect((await product.upstream(`/cts/transfers/${early.id}`)).sent_again_as).toBeUndefined()

  // And while it is on its way: CTS looks at it once more.
  const late = await comesBack('R03')
  const second = (await ask(late.id, { account: '5550001112' })).pending
  await openedRequest(admin, second.id)
  await fetch(`${product.sandboxUrl}/_sandbox/misbehave`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ upstream: 'cts', mode: 'latency', on: 'writes', count: 1, latency_ms: 3_000 }),
  })
  expect((await approve(admin, second)).status).toBe(200)
  await eventually('it to be on its way', async () => {
    const { body: request } = await admin.get(`/v1/requests/${second.id}`)
    return request.state === 'dispatching'
  })
  await correctedOnFile(product, late, '2200150874')
  const failed = await ended(second.id)
  expect(failed.state).toBe('failed')
  expect(JSON.stringify(failed.effect)).toContain('account_changed')
  expect((await product.upstream(`/cts/transfers/${late.id}`)).sent_again_as).toBeUndefined()
})

test('T-13 T-03 money goes out in no name that is on a list in force, whether it was listed before it was asked for or after', async () => {
  const { id } = await comesBack('R03')
  const compared = await preview(id, { name: 'Anselm Velthuizen' })
  expect(compared.status, compared.text).toBe(200)
  expect(compared.body.warnings.join(' ')).toContain('No sanctions list is in force')
  const { pending } = await ask(id, { name: 'Anselm Velthuizen' })
  await openedRequest(admin, pending.id)
  await listInForce('VELTHUIZEN, Anselm')

  const other = await comesBack('R03')
  const refused = await preview(other.id, { name: 'Velthuizen Anselm' })
  expect([refused.status, refused.body.code]).toEqual([409, 'name_on_list'])
  expect(refused.body.message).toContain('VELTHUIZEN, Anselm')
  // Written as a person's, whatever the payment went to.
  const company = await comesBack('R03', 'company')
  const person = await preview(company.id, { name: 'Anselm Velthuizen' })
  expect(person.body.message).toContain('(100 %)')
  const innocent = await preview(other.id, { name: 'Dexter Thackery' })
  expect(innocent.status, innocent.text).toBe(200)
  expect(innocent.body.warnings.join(' ')).not.toContain('sanctions')
  // Of the names that this may be read as some were compared with nothing.
  const doubtful = Array.from('ABCDEFGHIJKLMNOPQRSTUVW', (letter) => `${letter}1`).join(' ')
  const listed = await listedName({ pool: product.database.pool('app') }, doubtful)
  expect(listed).toMatchObject({ more: true, unread: [], found: [] })
  expect(whileListed({ listedName: listed })).toMatchObject({ code: 'name_of_many' })
  expect(whileListed({ listedName: { ...listed, more: false } })).toBeUndefined()
  const agreed = await approve(admin, pending)
  expect([agreed.status, agreed.body.code]).toEqual([409, 'name_on_list'])
})

/** OFAC's list with fifty that nobody is like, and this one. */
async function listInForce(name: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-list-'))
  const path = join(directory, 'sdn.csv')
  const row = (uid: number, listed: string) =>
    `${uid},"${listed}","individual","SDGT",${'-0- ,'.repeat(7)}"-0- "\r\n`
  const filler = Array.from({ length: 50 }, (_, at) => row(9_000 + at, `QXWORT ${at}, Zzyx`))
  writeFileSync(path, [...filler, row(501, name)].join(''))
  const compliance = await product.as('transfers/COMPLIANCE')
  const { request } = await importList({ files: [path], today: '2026-11-20' }, async () => ({
    ...{ name: 'The console', baseUrl: product.url, token: compliance.token },
  }))
  rmSync(directory, { recursive: true })
  const { body: asked } = await admin.get(`/v1/requests/${request}`)
  const agreed = await approve(admin, asked)
  expect(agreed.status, agreed.text).toBe(200)
}

test('K-30 T-07 while the account that is to be opened cannot be read, that is what is said, and not that there is none', async () => {
  const payment = await comesBack('R03')
  await correctedOnFile(product, payment, '3706702999')
  const { pending } = await ask(payment.id, {})
  await misbehave(product, { upstream: 'cts', mode: 'error_5xx', on: 'reads' })
  try {
    const target = { kind: 'request', id: pending.id }
    const refused = await admin.post('/v1/actions/kernel.reveal_request', {
      ...{ target, reason: { code: 'to_decide' } },
    })
    expect([refused.status, refused.body.code]).toEqual([409, 'upstream_unreadable'])
    expect(refused.body.message).toMatch(/cannot be read now .+ cannot be opened until then/)
    expect(refused.body.message).not.toMatch(/no earlier copy|no personal data/)
  } finally {
    await misbehave(product, { upstream: 'cts', mode: 'off' })
  }
})
