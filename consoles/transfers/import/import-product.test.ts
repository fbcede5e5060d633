import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nachaFileBytes } from '@countersign/testkit/nacha-file.ts'
import { eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
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

test('T-14 K-17 what is committed is what was decided on: a file that is swapped meanwhile is not', async () => {
  const stage = async (upstream: 'cts' | 'recon', sha256: string, amount: string) => {
    const { baseUrl, token } = await services.upstream(upstream)
    const send = (method: string, path: string, body?: unknown) =>
      fetch(`${baseUrl}/files/${sha256}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    const money = { amount, currency: 'USD' }
    await send('DELETE', '')
    const totals = { entries: 1, debit: money, credit: [] }
    expect((await send('PUT', '', { name: 'swap.ach', format: 'nacha', totals, chunks: 1 })).status).toBe(200)
    const one = {
      line: 3,
      batch: 1,
      sec_code: 'PPD',
      transaction_code: '27',
      side: 'debit',
      amount: money,
      rdfi: '091000019',
      account: '123',
      name: 'Dexter Thackery',
      trace_number: `0910000${amount.replace('.', '')}`,
      company: { name: 'Larkspur Freight', id: '1234567890', entry_description: 'RENT' },
    }
    expect((await send('PUT', '/chunks/0', { entries: [one] })).status).toBe(204)
  }
  const sha256 = sha256Of('swapped')
  await stage('cts', sha256, '10.00')
  const operator = await product.as('transfers/OPS')
  const ask = () =>
    operator.post('/v1/actions/transfers.import_file', {
      target: { kind: 'file', id: sha256 },
      input: { upstream: 'cts' },
      reason: { code: 'bank_file' },
    })
  await product.stopWorker()
  const asked = await ask()
  expect(asked.status).toBe(202)
  await stage('cts', sha256, '90000.00')
  product.startWorker()
  const ended = await eventually('the request to end', async () => {
    const { body } = await operator.get(`/v1/requests/${asked.body.id}`)
    return ['stale', 'failed', 'executed'].includes(body.state) && body
  })
  expect(ended.state).not.toBe('executed')
  const file = (await readUpstream('cts', `/files/${sha256}`)) as unknown as { state: string }
  expect(file.state).toBe('staging')

  // The same bytes staged elsewhere say nothing of where they are wanted.
  const wrong = await operator.post('/v1/actions/transfers.import_file', {
    target: { kind: 'file', id: sha256 },
    input: { upstream: 'recon' },
    reason: { code: 'bank_file' },
  })
  expect(wrong.body.errors?.[0]).toMatchObject({ field: 'input.upstream', allowed: ['cts'] })
  expect((await ask()).status).toBe(202)
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

test('K-31 T-11 a refused file leaves an audit entry: who, its digest, why and where; nothing that stands in it', async () => {
  const path = join(directory, 'refused.ach')
  const content = `${'MELISANDE QUARLES 4000300020001000'.padEnd(94)}\n`
  writeFileSync(path, content, 'latin1')
  expect(await importFile(path, 'ach', services)).toMatchObject({
    outcome: 'refused',
    errors: [{ line: 1, column: 1 }],
  })
  const admin = await product.as('transfers/ADMIN')
  const { body } = await admin.get(`/v1/audit?target=refused_file/${sha256Of(content)}`)
  expect(body.entries).toEqual([
    expect.objectContaining({
      kind: 'action',
      action: 'transfers.report_refused_file',
      actor: expect.objectContaining({ id: (await product.as('transfers/OPS')).id }),
      outcome: 'executed',
      reason: expect.objectContaining({ code: 'malformed' }),
      detail: { format: 'nacha', errors: 1, line: 1, column: 1 },
    }),
  ])
  const { body: page } = await admin.get(`/v1/entities/refused_file/${sha256Of(content)}`)
  expect(page).toMatchObject({ title: expect.stringMatching(/^Refused file /), state: 'refused' })
  expect(page.data.message).toMatch(/^A Nacha file begins with a file header record/)
  const { rows: tables } = await product.superuser.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
      WHERE table_schema = 'kernel' AND table_type = 'BASE TABLE'`,
  )
  for (const { name } of tables) {
    const { rows } = await product.superuser.query(
      `SELECT FROM ${name} AS t WHERE t::text ~ 'MELISANDE|QUARLES'`,
    )
    expect(rows, name).toEqual([])
  }
  // Nor does whoever says so without the importer put there what stands in the file.
  const ops = await product.as('transfers/OPS')
  const quoting = await ops.post('/v1/actions/transfers.report_refused_file', {
    target: { kind: 'refused_file', id: sha256Of('another') },
    input: { format: 'nacha', errors: 1, message: 'The receiver "QUARLES" is unknown.' },
    reason: { code: 'malformed' },
  })
  expect(quoting).toMatchObject({ status: 400, body: { errors: [{ field: 'input.message' }] } })
  // Who may not import may not say so either.
  const auditor = await product.as('kernel/auditor')
  const unheard = {
    ...services,
    server: async () => ({ ...(await services.server()), token: auditor.token }),
  }
  const { errors } = await importFile(path, 'ach', unheard)
  expect(errors.at(-1)?.message).toContain('The audit log does not know of this refusal.')
})

test('T-14 K-42 whoever the console lets in no more imports nothing, and is not told "unchanged" of what is there already', async () => {
  const robot = await product.as('transfers/OPS', {
    ...{ sub: 'import-robot', azp: 'import-robot', client_id: 'import-robot' },
    ...{ auth_time: undefined, sid: undefined },
  })
  const asRobot = {
    ...services,
    server: async () => ({ name: 'The console', baseUrl: product.url, token: robot.token }),
  }
  const path = join(directory, 'by-robot.ach')
  writeFileSync(path, nachaFileBytes({ entries: 20, returnEvery: 10, seed: 33 }).bytes)
  expect(await importFile(path, 'ach', asRobot)).toMatchObject({ outcome: 'imported' })

  const admin = await product.as('transfers/ADMIN')
  const disable = '/v1/actions/kernel.disable_account'
  const target = { kind: 'person', id: 'import-robot' }
  const { body } = await admin.post(`${disable}/preview`, { target, input: {} })
  const { preview_digest } = body
  const disabled = await admin.post(disable, {
    ...{ target, input: {}, reason: { code: 'key_leaked' }, preview_digest },
  })
  expect(disabled.status, disabled.text).toBe(200)
  const another = join(directory, 'another-by-robot.ach')
  writeFileSync(another, nachaFileBytes({ entries: 20, returnEvery: 10, seed: 34 }).bytes)
  for (const file of [path, another]) {
    const report = await importFile(file, 'ach', asRobot)
    expect(report).toMatchObject({ outcome: 'refused' })
    expect(JSON.stringify(report.errors)).toMatch(/The console lets this account do nothing.*disabled/)
  }
  const staged = await fetch(`${product.sandboxUrl}/cts/files/${sha256Of(readFileSync(another, 'latin1'))}`, {
    headers: { authorization: `Bearer ${product.stagingKey}` },
  })
  expect(staged.status).toBe(404)
})
