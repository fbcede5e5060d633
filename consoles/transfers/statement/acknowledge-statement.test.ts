import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeSealer } from '@countersign/kernel/personal-data/sealing.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importFile } from '../import/import-file.ts'

/** Opening 100.00, one credit of 50.00, closing 149.00: a difference of 1.00. */
const STATEMENT = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-20T08:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2026-11-20T08:00:00Z</CreDtTm>
<Acct><Id><IBAN>CH9300762011623852957</IBAN></Id><Ccy>CHF</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CHF">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-19</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CHF">149.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-20</Dt></Dt></Bal>
<Ntry><Amt Ccy="CHF">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><ValDt><Dt>2026-11-20</Dt></ValDt><NtryDtls><TxDtls><Refs><EndToEndId>REF-QUARANTINE-1</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>`

let product: Product
let ops: Client
let directory: string

beforeAll(async () => {
  product = await startProduct()
  ops = await product.as('transfers/OPS')
  directory = mkdtempSync(join(tmpdir(), 'statement-'))
}, 120_000)
afterAll(async () => {
  await product?.close()
  rmSync(directory, { recursive: true, force: true })
})

test('T-12 a statement that does not add up waits in quarantine until a person acknowledges it with a reason', async () => {
  const file = join(directory, 'camt.xml')
  writeFileSync(file, STATEMENT)
  const report = await importFile(file, 'camt', {
    server: async () => ({ name: 'server', baseUrl: product.url, token: ops.token }),
    upstream: async (name) => ({ name, baseUrl: `${product.sandboxUrl}/${name}`, token: product.sandboxKey }),
  })
  expect(report.outcome).toBe('quarantined')

  const item = await eventually('the item', async () => {
    const { body } = await ops.get('/v1/queues/transfers.exceptions/items?kind=statement&currency=CHF')
    return body.items[0]
  })
  const lines = async () =>
    (
      await ops.get('/v1/queues/transfers.exceptions/items?kind=statement_line&currency=CHF')
    ).body.items.filter((line: { fields: { reference: string } }) =>
      line.fields.reference.includes('REF-QUARANTINE-1'),
    )
  expect(await lines()).toEqual([])

  const target = item.subject
  const shown = (await ops.get(`/v1/entities/statement/${target.id}`)).body
  expect(shown.data).toMatchObject({
    lines: 1,
    opening: { amount: '100.00', currency: 'CHF' },
    booked: { amount: '50.00', currency: 'CHF' },
    reckoned: { amount: '150.00', currency: 'CHF' },
    closing: { amount: '149.00', currency: 'CHF' },
  })
  const path = '/v1/actions/transfers.acknowledge_statement'
  // Ours, in the language of whoever reads; Recon's words are English and stand apart.
  const difference =
    'Opening and entries come to 150.00 CHF, the statement closes at 149.00 CHF: a difference of -1.00 CHF.'
  expect(shown.banners.map(({ text }: { text: string }) => text)).toEqual([difference])
  const asFrench = { 'accept-language': 'fr' }
  const french = (await ops.post(`${path}/preview`, { target, input: {} }, asFrench)).body.effects
  expect(french[0]).toMatch(/^Ouverture et opérations donnent 150,00/)
  expect(french[1]).toMatch(/^Selon Recon/)
  const withoutReason = await ops.post(path, { target, reason: { code: 'bank_confirmed' } })
  expect(withoutReason.status).toBe(400)
  expect(withoutReason.body.errors[0].field).toBe('reason.note')

  const asked = await ops.post(path, { target, reason: { code: 'bank_confirmed', note: 'phoned the bank' } })
  expect(asked.status).toBe(202)
  await eventually('the lines to be matched', async () => (await lines()).length === 1)
  const { body } = await ops.get(`/v1/entities/statement/${target.id}`)
  expect(body.state).not.toBe('quarantined')
  expect((await ops.post(path, { target, reason: { code: 'correction_expected' } })).body.code).toBe(
    'not_quarantined',
  )
})

test('K-30 K-35 what a bank gives as text is no reference: sealed with the line, in no list, file or search, revealed to one person, gone with its key', async () => {
  const texts = ['MARIA ROSALES ES9121000418450200051332 RENT', 'ROSALES MARIA 7']
  const file = join(directory, 'text.sta')
  const lines = [
    ...[':20:TEXT1', ':25:DE89370400440532013000', ':28C:1/1', ':60F:C260101EUR100,00'],
    ...[':61:2601010101C12,51NMSCNONREF', `:86:${texts[0]}`],
    // The bank's own field for a reference, with a name in it.
    ...[`:61:2601010101C13,52NMSC${texts[1]}`, ':61:2601010101C14,53NMSCOWN-4711'],
    ...[':62F:C260101EUR140,56', '-', ''],
  ]
  writeFileSync(file, lines.join('\r\n'))
  const report = await importFile(file, 'mt940', {
    server: async () => ({ name: 'server', baseUrl: product.url, token: ops.token }),
    upstream: async (name) => ({ name, baseUrl: `${product.sandboxUrl}/${name}`, token: product.sandboxKey }),
  })
  expect(report.outcome).toBe('imported')

  const queue = '/v1/queues/transfers.exceptions'
  type Item = { title: string; subject: { id: string }; fields: { reference: string | null; date: string } }
  const items = await eventually('the three lines', async () => {
    const list = await ops.get(`${queue}/items?kind=statement_line&currency=EUR&limit=200`)
    expect(list.text).not.toMatch(/rosales|ES9121/i)
    const ours = (list.body.items as Item[]).filter(({ fields }) => fields.date === '2026-01-01')
    return ours.length === 3 && ours.toSorted((a, b) => (a.title < b.title ? -1 : 1))
  })
  expect(items.map(({ title, fields }) => [title, fields.reference])).toEqual([
    ['12.51 EUR · 2026-01-01', null],
    ['13.52 EUR · 2026-01-01', null],
    ['14.53 EUR · OWN-4711', 'OWN-4711'],
  ])
  const download = await ops.get(`${queue}/file?kind=statement_line&currency=EUR`)
  expect(download.text).toContain('OWN-4711')
  expect(download.text).not.toMatch(/rosales|ES9121/i)

  // The last of the three is found by its reference: whatever the search was to learn of them it has learnt by then.
  const found = async (typed: string) => (await ops.get(`/v1/search?q=${typed}`)).text
  const [first, second, third] = items.map(({ subject }) => subject.id)
  await eventually('the third line to be found', async () => (await found('own47')).includes(String(third)))
  for (const typed of [
    'mar',
    'maria',
    'mariarosales',
    'rosales',
    'rosalesmaria7',
    'es9121000418450200051332',
  ]) {
    const answer = await found(typed)
    expect([answer.includes(String(first)), answer.includes(String(second))], typed).toEqual([false, false])
  }
  const kept = await product.superuser.query(
    `SELECT payload ? 'reference' AS named, payload #>> '{record,description}' AS shown, payload #> '{personal,description}' ->> 'subject' AS subject
       FROM kernel.event WHERE stream = ANY ($1) ORDER BY stream`,
    [[first, second].map((id) => `transfers.exception/${id}`)],
  )
  expect(kept.rows).toEqual(
    [first, second].toSorted().map((id) => ({ named: false, shown: '••••', subject: `exception/${id}` })),
  )
  const inClear = await product.superuser.query(
    `SELECT type FROM kernel.event WHERE payload::text ~* 'rosales|ES9121000418450200051332'`,
  )
  expect(inClear.rows).toEqual([])

  const compliance = await product.as('transfers/COMPLIANCE')
  const one = `/v1/entities/exception/${first}`
  const record = await compliance.get(one)
  expect(record.body.data).toMatchObject({ reference: '', description: '••••' })
  expect(record.text).not.toMatch(/rosales|ES9121/i)
  const asked = await compliance.post('/v1/actions/transfers.reveal_exception', {
    target: { kind: 'exception', id: first },
    input: { field: 'description' },
    reason: { code: 'customer_contact' },
  })
  expect([asked.status, asked.body.state]).toEqual([200, 'executed'])
  const { body } = await compliance.get(`${one}/revealed`)
  expect(body.fields).toMatchObject([{ path: 'description', value: texts[0] }])

  const sealer = makeSealer(
    product.superuser,
    Buffer.from(String(product.serverEnvironment.SEALING_KEY), 'hex'),
  )
  const readable = async () => {
    const { rows } = await product.superuser.query<{ sealed: string; subject: string }>(
      `SELECT payload #>> '{personal,description,sealed}' AS sealed, $2 AS subject FROM kernel.event WHERE stream = $1`,
      [`transfers.exception/${first}`, `exception/${first}`],
    )
    return [...(await sealer.openAll(rows)).values()]
  }
  expect(await readable()).toEqual([texts[0]])
  await product.superuser.query('DELETE FROM kernel.subject_key WHERE subject = $1', [`exception/${first}`])
  expect(await readable()).toEqual([])
}, 120_000)
