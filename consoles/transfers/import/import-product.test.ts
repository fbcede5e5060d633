import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nachaFileBytes } from '@countersign/testkit/nacha-file.ts'
import { type Product, startProduct } from '@countersign/testkit/product.ts'
import { publishedData } from '@countersign/testkit/published-data.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ImportServices, importFile } from './import-file.ts'

const ach = publishedData('D01_ach_dev')
const camt = publishedData('D02_iso20022_dev')
const mt940 = publishedData('D03_mt940_bai2')

const MANY_FILES_MS = 300_000

let directory: string
let product: Product
let services: ImportServices

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-import-'))
  product = await startProduct()
  const { token } = await product.as('transfers/OPS')
  const environment = product.workerEnvironment
  services = {
    server: async () => ({ name: 'The console', baseUrl: product.url, token }),
    upstream: async (name) => ({
      name,
      baseUrl: String(environment[`UPSTREAM_URL_${name.toUpperCase()}`]),
      token: product.stagingKey,
    }),
  }
})

afterAll(async () => {
  await product.close()
  rmSync(directory, { recursive: true })
})

async function readUpstream(name: 'cts' | 'recon', path: string): Promise<Record<string, unknown[]>> {
  const { baseUrl } = await services.upstream(name)
  const answer = await fetch(baseUrl + path, { headers: { authorization: `Bearer ${product.sandboxKey}` } })
  expect(answer.status, path).toBe(200)
  return (await answer.json()) as Record<string, unknown[]>
}

const sha256Of = (text: string) => createHash('sha256').update(Buffer.from(text, 'latin1')).digest('hex')

/** Requests to import, as the server knows them. */
async function requestsToImport(): Promise<{ state: string; target: { id: string } }[]> {
  const operator = await product.as('transfers/OPS')
  const { body, status } = await operator.get('/v1/requests?type=transfers.import_file&limit=200')
  expect(status).toBe(200)
  return body.requests ?? body.items
}

test(
  'T-11 entries become transfers, returns become items of the returns queue, and a second time nothing happens',
  async () => {
    const path = join(directory, 'bank.ach')
    writeFileSync(path, nachaFileBytes({ entries: 1_300, returnEvery: 100, seed: 7 }).bytes)
    const report = await importFile(path, 'ach', services)
    expect(report).toMatchObject({ outcome: 'imported', entries: 1_300, returns: { R01: 13 }, errors: [] })
    const requests = await requestsToImport()
    expect(requests.map(({ state }) => state)).toEqual(['executed'])
    const { transfers = [] } = await readUpstream(
      'cts',
      '/transfers?state=return_received&rail=ach&limit=200',
    )
    const ours = (transfers as { file_id?: string; return: unknown }[]).filter(
      (transfer) => transfer.file_id === requests[0]?.target.id,
    )
    expect(ours).toHaveLength(13)
    expect(ours[0]?.return).toMatchObject({ code: 'R01', original_known: false })

    expect(await importFile(path, 'ach', services)).toMatchObject({ outcome: 'unchanged' })
    expect(await requestsToImport()).toHaveLength(1)
  },
  MANY_FILES_MS,
)

test('T-14 the same content in other bytes changes nothing either', async () => {
  const bytes = nachaFileBytes({ entries: 30, returnEvery: 10, seed: 21 }).bytes.toString('latin1')
  const lines = bytes.split('\n').filter((line) => line !== '')
  const filler = '9'.repeat(94)
  const unfilled = lines.filter((line) => line !== filler)
  const variants = {
    'as-it-came.ach': bytes,
    'carriage-returns.ach': lines.map((line) => `${line}\r\n`).join(''),
    'no-line-ends.ach': lines.join(''),
    'more-filler.ach': [...lines, ...Array(10).fill(filler), ''].join('\n'),
    'less-filler.ach': [...unfilled, ''].join('\n'),
  }
  const outcomes: Record<string, string> = {}
  for (const [name, content] of Object.entries(variants)) {
    writeFileSync(join(directory, name), content, 'latin1')
    const report = await importFile(join(directory, name), 'ach', services)
    outcomes[name] = report.outcome
    if (report.outcome === 'unchanged')
      expect(JSON.stringify(report.errors), name).toContain('was imported before')
    if (report.outcome === 'refused') expect(JSON.stringify(report.errors), name).toContain('line')
  }
  expect(outcomes['as-it-came.ach']).toBe('imported')
  expect(outcomes['carriage-returns.ach']).toBe('unchanged')
  expect(outcomes['no-line-ends.ach']).toBe('unchanged')
  expect(Object.values(outcomes).filter((outcome) => outcome === 'imported')).toHaveLength(1)
  const { transfers = [] } = await readUpstream('cts', '/transfers?state=return_received&rail=ach&limit=200')
  const ours = (transfers as { entry?: { company: { id: string } }; file_id?: string }[]).filter(
    ({ file_id }) => file_id === sha256Of(bytes),
  )
  expect(ours).toHaveLength(3)
})

test('T-14 two people who import the same file at once import it once', async () => {
  const path = join(directory, 'twice.ach')
  writeFileSync(path, nachaFileBytes({ entries: 50, seed: 8 }).bytes)
  const { token } = await product.as('transfers/OPS-2')
  const other = { ...services, server: async () => ({ ...(await services.server()), token }) }
  const reports = await Promise.all([importFile(path, 'ach', services), importFile(path, 'ach', other)])
  expect(reports.map(({ errors }) => errors)).toEqual([[], []])
  for (const { outcome } of reports) expect(['imported', 'unchanged']).toContain(outcome)
})

test.skipIf(ach.absent)(
  'T-11 every published Nacha file is imported',
  async () => {
    const names = Object.keys(JSON.parse(readFileSync(ach.file('EXPECTED.json'), 'utf8')))
    expect(names).toHaveLength(54)
    for (const name of names) {
      const report = await importFile(ach.file(name), 'ach', services)
      expect(report, name).toMatchObject({ outcome: 'imported', errors: [] })
    }
  },
  MANY_FILES_MS,
)

test.skipIf(camt.absent || mt940.absent)(
  'T-12 every published statement is imported, and Recon judges it as the import does',
  async () => {
    const files = [
      ...readdirSync(camt.directory).map((name) => ['camt', camt.file(name)] as const),
      ...readdirSync(mt940.directory, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.sta'))
        .map((name) => ['mt940', mt940.file(name)] as const),
    ]
    let imported = 0
    for (const [kind, path] of files) {
      const report = await importFile(path, kind, services)
      if (report.outcome === 'refused') {
        // The file's own fault, with its place in it, not one that a server found.
        expect(JSON.stringify(report.errors[0])).not.toContain(JSON.stringify(path))
        continue
      }
      imported += 1
      const { statements = [] } = await readUpstream('recon', '/statements?limit=200')
      const newest = statements as { state: string; file_id?: string }[]
      const states = newest.filter((one) => one.file_id === newest[0]?.file_id).map((one) => one.state)
      expect(states.includes('quarantined'), path).toBe(report.outcome === 'quarantined')
    }
    expect(imported).toBe(18 + 28)
  },
  MANY_FILES_MS,
)
