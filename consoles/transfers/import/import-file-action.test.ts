import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importFile as runImport } from './import-file.ts'
import { importFile } from './import-file-action.ts'

let product: Product
const directory = mkdtempSync(join(tmpdir(), 'countersign-import-'))

beforeAll(async () => {
  product = await startProduct()
}, 120_000)
afterAll(async () => {
  rmSync(directory, { recursive: true })
  await product?.close()
})

const STATEMENT = [
  ':20:STATEMENT1',
  ':25:DE89370400440532013000',
  ':28C:1/1',
  ':60F:C260301EUR100,00',
  ':61:2603020302C50,00NTRFREF1',
  ':86:Rent',
  ':62F:C260302EUR150,00',
  '-',
  '',
].join('\r\n')

test('K-18 K-36 a statement goes to Recon, and the effect names it: outbox, request and attempts alike', async () => {
  expect(importFile.connectors).toEqual(['cts', 'recon'])
  const { token } = await product.as('transfers/OPS')
  const path = join(directory, 'statement.sta')
  writeFileSync(path, STATEMENT)
  const connection = (name: 'cts' | 'recon') => async () => ({
    name: name.toUpperCase(),
    baseUrl: `${product.sandboxUrl}/${name}`,
    token: product.sandboxKey,
  })
  const report = await runImport(path, 'mt940', {
    server: async () => ({ name: 'the console', baseUrl: product.url, token }),
    upstream: async (name) => connection(name)(),
  })
  expect(report).toMatchObject({ outcome: 'imported', errors: [] })
  const ops = await product.as('transfers/OPS')
  const { body: listed } = await ops.get('/v1/requests?type=transfers.import_file')
  const [{ target }] = listed.requests
  expect(target.title).toMatch(/statement\.sta$/)
  const { body: file } = await ops.get(`/v1/entities/file/${target.id}`)
  expect(file.title).toBe(target.title)
  expect(file.affordances.map(({ action }: { action: string }) => action)).not.toContain(
    'transfers.import_file',
  )
  const { rows } = await product.superuser.query(
    `SELECT o.connector, v.connector AS revision FROM kernel.outbox o JOIN kernel.action_revision v USING (request_id, revision)`,
  )
  expect(rows).toEqual([{ connector: 'recon', revision: 'recon' }])
})
