import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  const path = '/v1/actions/transfers.acknowledge_statement'
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
