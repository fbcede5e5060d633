import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { evidenceDirectory } from '@countersign/kernel/evidence/evidence-store.ts'
import { scannerOf } from '@countersign/kernel/evidence/scan-evidence.ts'
import { sweepEvidence } from '@countersign/kernel/evidence/sweep-evidence.ts'
import { makeSealer } from '@countersign/kernel/personal-data/sealing.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededReturns } from '@countersign/testkit/seeded-records.ts'
import { startServerProcess } from '@countersign/testkit/server-process.ts'
import { smallDisk } from '@countersign/testkit/small-disk.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

const MAX_BYTES = 200_000
const SMALL_DISK_KIB = 128
/** More than one process takes at a time. */
const ABORTED_UPLOADS = 20
/** A server starts, dies, and its hold on the key has to lapse; on a machine that may be busy. */
const KILLED_TIMEOUT_MS = 180_000
const PDF = Buffer.from('%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF')

const root = mkdtempSync(join(tmpdir(), 'countersign-evidence-product-'))
const disk = smallDisk(join(root, 'small'), SMALL_DISK_KIB)
let product: Product
let scanner: Server
/** How the virus scanner is: silence is one that cannot be reached. */
let scannerSays: 'clean' | 'infected' | 'nothing'
let ops: Client
let auditor: Client
let compliance: Client
let record: string
let nextRecord: () => string

beforeAll(async () => {
  scanner = createServer((request, response) => {
    request.resume().on('end', () => {
      if (scannerSays === 'nothing') response.writeHead(503).end()
      else response.end(JSON.stringify({ verdict: scannerSays, signature: 'Eicar-Test' }))
    })
  })
  await new Promise<void>((done) => {
    scanner.listen(0, '127.0.0.1', done)
  })
  product = await startProduct({
    serverEnvironment: {
      EVIDENCE_DIRECTORY: root,
      EVIDENCE_MAX_BYTES: String(MAX_BYTES),
      EVIDENCE_SCAN_URL: scannerUrl(),
    },
    // Its sweep runs where the tests call it.
    workerEnvironment: { EVIDENCE_DIRECTORY: join(root, 'elsewhere') },
  })
  ops = await product.as('transfers/OPS')
  auditor = await product.as('kernel/auditor')
  compliance = await product.as('transfers/COMPLIANCE')
  for (const person of [ops, auditor, compliance]) expect((await person.get('/v1/me')).status).toBe(200)
  const next = await seededReturns(product)
  nextRecord = () => `/v1/entities/transfer/${next().id}`
  record = nextRecord()
}, 120_000)
beforeEach(() => {
  scannerSays = 'clean'
})
afterAll(async () => {
  await product?.close()
  scanner?.closeAllConnections()
  scanner?.close()
  disk?.eject()
  rmSync(root, { recursive: true, force: true })
})

const scannerUrl = () => `http://127.0.0.1:${(scanner.address() as AddressInfo).port}/`
const hex = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

async function upload(
  bytes: Buffer,
  more: {
    as?: Client
    to?: string
    type?: string
    query?: Record<string, string>
    key?: string | null
    server?: string
  } = {},
) {
  const { as = ops, to = record, type = 'application/pdf', key = randomUUID(), server = product.url } = more
  const query = new URLSearchParams({ name: 'letter.pdf', ...more.query })
  const response = await fetch(`${server}${to}/evidence?${query}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${as.token}`,
      'content-type': type,
      ...(key === null ? {} : { 'idempotency-key': key }),
    },
    body: new Uint8Array(bytes),
  })
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) }
}

async function download(id: string, as: Client = ops, of = record) {
  const response = await fetch(`${product.url}${of}/evidence/${id}`, {
    headers: { authorization: `Bearer ${as.token}` },
  })
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  }
}

const attach = async (bytes = PDF, more: Parameters<typeof upload>[1] = {}) => {
  const answer = await upload(bytes, more)
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body
}

/** Every file in the store, by its address. */
const stored = () =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('small'))
    .map(({ name }) => name)

const rows = async () =>
  (await product.superuser.query('SELECT count(*)::integer AS n FROM kernel.evidence')).rows[0].n
const factsOf = async (action: string, evidence: string | null) =>
  (
    await product.superuser.query(
      `SELECT fact FROM kernel.audit_entry e, LATERAL (SELECT convert_from(e.canonical, 'UTF8')::jsonb AS fact) f
        WHERE e.action = $1 AND ($2::text IS NULL OR fact #>> '{detail,evidence}' = $2) ORDER BY e.seq`,
      [action, evidence],
    )
  ).rows.map(({ fact }) => fact)
const inList = async (id: string, of = record) =>
  (await ops.get(`${of}/evidence?limit=200`)).body.evidence.find((each: { id: string }) => each.id === id)

/** One round of the worker's sweep, as its role. */
const sweep = (now = new Date(), scan = scannerOf({ url: scannerUrl(), timeoutMs: 5_000 })) =>
  sweepEvidence({
    kernel: {
      pool: product.database.pool('dispatcher'),
      sealer: makeSealer(
        product.database.pool('dispatcher'),
        Buffer.from(String(product.serverEnvironment.SEALING_KEY), 'hex'),
      ),
      now: () => now,
    },
    store: evidenceDirectory(root),
    scan,
  })

/** Moves its term into the past: what two years do, done by a superuser. */
async function letTermPass(id: string): Promise<void> {
  await product.superuser.query('ALTER TABLE kernel.evidence DISABLE TRIGGER refuse_change')
  await product.superuser.query(
    `UPDATE kernel.evidence SET keep_until = now() - interval '1 day' WHERE evidence_id = $1`,
    [id],
  )
  await product.superuser.query('ALTER TABLE kernel.evidence ENABLE ALWAYS TRIGGER refuse_change')
}

test('K-27 a file is attached with its checksum and comes back byte for byte, as a download and nothing else', async () => {
  const name = 'Überweisung "東京" №1.pdf'
  const bytes = Buffer.concat([PDF, randomBytes(50_000)])
  const body = await attach(bytes, { query: { name } })
  expect(body).toMatchObject({
    name,
    type: 'application/pdf',
    bytes: bytes.length,
    sha256: hex(bytes),
    state: 'available',
    scan: { verdict: 'clean' },
    attached_by: { id: ops.id },
  })
  const back = await download(body.id)
  expect(back.status).toBe(200)
  expect(hex(back.bytes)).toBe(hex(bytes))
  expect(Object.fromEntries(back.headers)).toMatchObject({
    'content-type': 'application/pdf',
    'content-disposition': `attachment; filename="_berweisung ____ _1.pdf"; filename*=UTF-8''%C3%9Cberweisung%20%22%E6%9D%B1%E4%BA%AC%22%20%E2%84%961.pdf`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
  expect(back.headers.get('content-security-policy')).toContain('sandbox')
  expect(await inList(body.id)).toMatchObject({ name, sha256: hex(bytes) })
})

test('K-27 K-25 K-31 attaching and downloading are audit entries; attaching stands on the timeline', async () => {
  const body = await attach()
  await download(body.id, auditor)
  const [attached] = await factsOf('kernel.attach_evidence', body.id)
  expect(attached).toMatchObject({
    kind: 'action',
    actor: { id: ops.id },
    target: { kind: 'transfer' },
    detail: { sha256: hex(PDF), type: 'application/pdf', retention_class: 'evidence', scan: 'clean' },
  })
  const [taken] = await factsOf('kernel.download_evidence', body.id)
  expect(taken).toMatchObject({
    kind: 'export',
    actor: { id: auditor.id },
    detail: { sha256: hex(PDF) },
  })
  const entry = await eventually('the entry', async () =>
    (await ops.get(`${record}/timeline?limit=200`)).body.entries.find(
      (each: { evidence?: { id: string } }) => each.evidence?.id === body.id,
    ),
  )
  expect(entry).toMatchObject({
    summary: 'Evidence attached',
    actor: { id: ops.id },
    evidence: { name: 'letter.pdf', sha256: hex(PDF), state: 'available' },
  })
})

test('K-27 K-30 at rest it is sealed: neither the store nor any table holds what it says or how it is called', async () => {
  const secret = `Maria-${randomUUID()}`
  const body = await attach(Buffer.from(`${secret},1\n`), {
    type: 'text/csv',
    query: { name: `${secret}.csv` },
  })
  const row = (
    await product.superuser.query('SELECT stored_sha256 FROM kernel.evidence WHERE evidence_id = $1', [
      body.id,
    ])
  ).rows[0]
  const file = readFileSync(join(root, row.stored_sha256.slice(0, 2), row.stored_sha256))
  expect(hex(file)).toBe(row.stored_sha256)
  expect(file.includes(secret)).toBe(false)
  const tables = await product.superuser.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'kernel'`,
  )
  for (const { name } of tables.rows) {
    const found = await product.superuser.query(
      `SELECT count(*)::integer AS n FROM ${name} t
        WHERE strpos(t::text, $1) > 0 OR strpos(t::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0`,
      [secret],
    )
    expect([name, found.rows[0].n]).toEqual([name, 0])
  }
})

test('K-27 what is not taken is refused by name, and leaves neither file nor row', async () => {
  const before = [stored().length, await rows()]
  const refused = async (bytes: Buffer, more: Parameters<typeof upload>[1]) => {
    const { status, body } = await upload(bytes, more)
    return [status, body.errors?.[0]?.field]
  }
  expect(await refused(Buffer.alloc(0), {})).toEqual([400, 'body'])
  expect(await refused(Buffer.alloc(MAX_BYTES + 1), {})).toEqual([413, 'body'])
  expect(await refused(PDF, { type: 'image/png' })).toEqual([415, 'Content-Type'])
  expect(await refused(Buffer.from('<svg/>'), { type: 'application/xml' })).toEqual([415, 'Content-Type'])
  expect(await refused(Buffer.from('{}'), { type: 'application/json' })).toEqual([415, 'Content-Type'])
  expect(await refused(PDF, { query: { name: '../../etc/passwd' } })).toEqual([400, 'name'])
  expect(await refused(PDF, { query: { name: 'a\r\nX: y' } })).toEqual([400, 'name'])
  expect(await refused(PDF, { query: { name: ' ' } })).toEqual([400, 'name'])
  expect(await refused(PDF, { query: { name: 'letter\u202efdp.exe' } })).toEqual([400, 'name'])
  expect(await refused(PDF, { query: { name: 'x'.repeat(256) } })).toEqual([400, 'name'])
  expect(await refused(PDF, { query: { retention: 'for ever' } })).toEqual([400, 'retention'])
  expect(await refused(PDF, { query: { state: 'available' } })).toEqual([400, 'state'])
  expect(await refused(PDF, { key: null })).toEqual([400, 'Idempotency-Key'])
  expect((await upload(PDF, { to: '/v1/entities/transfer/tr_none' })).status).toBe(404)
  expect((await upload(PDF, { as: auditor })).status).toBe(403)
  expect((await upload(PDF, { as: await product.as('hub/OPERATOR') })).status).toBe(403)
  expect([stored().length, await rows()]).toEqual(before)
})

test('K-27 the limit is said in its own words', async () => {
  const { body } = await upload(Buffer.alloc(MAX_BYTES + 1))
  expect(body.errors).toEqual([{ field: 'body', message: `at most ${MAX_BYTES} bytes` }])
})

test('K-27 C-19 the same key attaches once; another file under it is refused', async () => {
  const key = randomUUID()
  const first = await upload(PDF, { key })
  const again = await upload(PDF, { key })
  expect([again.status, again.body]).toEqual([201, first.body])
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect((await upload(Buffer.concat([PDF, PDF]), { key })).status).toBe(422)
  expect((await upload(PDF, { key, query: { name: 'other.pdf' } })).status).toBe(422)
})

test('K-27 an infected file is refused, and that it was sent is a security event', async () => {
  scannerSays = 'infected'
  const before = [stored().length, await rows()]
  const bytes = Buffer.concat([PDF, randomBytes(10)])
  const { status, body } = await upload(bytes)
  expect([status, body.code]).toEqual([400, 'evidence_infected'])
  expect([stored().length, await rows()]).toEqual(before)
  expect((await factsOf('kernel.attach_evidence', null)).at(-1)).toMatchObject({
    kind: 'security',
    event_sub_type: 'MALWARE_IN_EVIDENCE',
    severity: 'HIGH',
    outcome: 'refused',
    actor: { id: ops.id },
    detail: { sha256: hex(bytes), found: 'Eicar-Test' },
  })
})

test('K-27 without a verdict a file is quarantined, shown as such, not given out; scanned later, it is released or stays', async () => {
  scannerSays = 'nothing'
  const [good, bad] = [await attach(), await attach(Buffer.concat([PDF, PDF]))]
  expect(good).toMatchObject({ state: 'quarantined', scan: { verdict: 'unavailable' } })
  const withheld = await download(good.id)
  expect([withheld.status, JSON.parse(withheld.bytes.toString()).code]).toEqual([409, 'evidence_quarantined'])
  await sweep()
  expect((await inList(good.id)).state).toBe('quarantined')
  await sweep(new Date(), async (bytes) =>
    bytes.equals(PDF) ? { verdict: 'clean', detail: null } : { verdict: 'infected', detail: 'Eicar-Test' },
  )
  expect(await inList(good.id)).toMatchObject({ state: 'available', scan: { verdict: 'clean' } })
  expect((await download(good.id)).bytes).toEqual(PDF)
  expect(await inList(bad.id)).toMatchObject({ state: 'quarantined', scan: { verdict: 'infected' } })
  expect((await download(bad.id)).status).toBe(409)
  expect(await factsOf('kernel.scan_evidence', bad.id)).toMatchObject([
    { kind: 'security', outcome: 'refused', detail: { found: 'Eicar-Test' } },
  ])
})

test('K-35 past its class’s term a file goes; its row, its checksum and an entry stay', async () => {
  const [gone, kept] = [await attach(), await attach(PDF, { query: { retention: 'bank_secrecy' } })]
  const years = async (id: string) => {
    const { retention, at } = await inList(id)
    return new Date(retention.keep_until).getUTCFullYear() - new Date(at).getUTCFullYear()
  }
  expect([await years(gone.id), await years(kept.id)]).toEqual([2, 5])
  expect((await sweep()).removed).toBe(0)
  await letTermPass(gone.id)
  const before = stored().length
  expect((await sweep()).removed).toBe(1)
  expect(stored()).toHaveLength(before - 1)
  const row = await inList(gone.id)
  expect(row).toMatchObject({ state: 'removed', sha256: hex(PDF) })
  const answer = await download(gone.id)
  expect([answer.status, JSON.parse(answer.bytes.toString()).code]).toEqual([410, 'evidence_removed'])
  expect(await factsOf('kernel.remove_evidence', gone.id)).toMatchObject([
    {
      kind: 'system',
      actor: { id: 'system:evidence' },
      detail: { sha256: hex(PDF), retention_class: 'evidence' },
    },
  ])
  expect((await download(kept.id)).status).toBe(200)
  await eventually('it on the timeline', async () =>
    (await ops.get(`${record}/timeline?limit=200`)).body.entries.some(
      (each: { type: string }) => each.type === 'kernel.evidence.removed',
    ),
  )
})

test('K-35 a legal hold keeps it beyond its term; its release takes two people', async () => {
  const { id } = await attach()
  await letTermPass(id)
  const target = { kind: 'evidence', id }
  const reason = { code: 'litigation', note: 'Doe v. Bank' }
  expect((await ops.post('/v1/actions/kernel.hold_evidence', { target, reason })).status).toBe(403)
  const held = await compliance.post('/v1/actions/kernel.hold_evidence', { target, reason })
  expect([held.status, held.body.state], held.text).toEqual([200, 'executed'])
  expect((await inList(id)).retention.legal_hold).toBe(true)
  expect((await sweep()).removed).toBe(0)
  // Nobody, with whatever role of the database, removes what is held.
  await expect(
    product.database
      .pool('dispatcher')
      .query('SELECT kernel.remove_evidence($1)', [JSON.stringify({ evidence_id: id })]),
  ).rejects.toMatchObject({ code: 'CS409', constraint: 'kept' })
  expect((await download(id)).status).toBe(200)
  const asked = await compliance.post('/v1/actions/kernel.release_evidence', {
    target,
    reason: { code: 'matter_closed', note: 'settled' },
  })
  expect([asked.status, asked.body.state], asked.text).toEqual([202, 'pending'])
  expect((await sweep()).removed).toBe(0)
  const admin = await product.as('transfers/ADMIN')
  const agreed = await admin.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
  expect([agreed.status, agreed.body.state], agreed.text).toEqual([200, 'executed'])
  expect((await sweep()).removed).toBe(1)
})

test('K-27 after a crash between file and row the file goes, when nobody can be recording it any more', async () => {
  const { id } = await attach()
  const orphan = await evidenceDirectory(root).put(randomBytes(100))
  const address = orphan.ok ? orphan.value : ''
  expect((await sweep()).orphans).toBe(0)
  expect(stored()).toContain(address)
  const later = new Date(Date.now() + 2 * 3_600_000)
  expect((await sweep(later)).orphans).toBe(1)
  expect(stored()).not.toContain(address)
  expect((await download(id)).status).toBe(200)
})

test(
  'K-27 a server killed between file and row: no row without its file, and the same key attaches it once',
  async () => {
    const doomed = await startServerProcess(product, { COUNTERSIGN_FAULT_POINT: 'evidence_stored' })
    const [files, recorded] = [new Set(stored()), await rows()]
    const key = randomUUID()
    await expect(upload(PDF, { key, server: doomed.url })).rejects.toThrow()
    expect(await doomed.ended).toBe('SIGKILL')
    const left = stored().filter((name) => !files.has(name))
    expect(left).toHaveLength(1)
    expect(await rows()).toBe(recorded)
    // Until the dead server's hold on the key lapses, the answer is to wait.
    const again = await eventually('the key', async () => {
      const answer = await upload(PDF, { key })
      return answer.status === 409 ? undefined : answer
    })
    expect(again.status, JSON.stringify(again.body)).toBe(201)
    expect(await rows()).toBe(recorded + 1)
    await sweep(new Date(Date.now() + 2 * 3_600_000))
    expect(stored()).not.toContain(left[0])
    expect((await download(again.body.id)).bytes).toEqual(PDF)
  },
  KILLED_TIMEOUT_MS,
)

test('K-27 a file that was changed in its store is not given out', async () => {
  const { id } = await attach()
  const { rows: found } = await product.superuser.query(
    'SELECT stored_sha256 FROM kernel.evidence WHERE evidence_id = $1',
    [id],
  )
  const address = found[0].stored_sha256
  const path = join(root, address.slice(0, 2), address)
  writeFileSync(path, 'something else')
  utimesSync(path, new Date(), new Date())
  const answer = await download(id)
  expect([answer.status, JSON.parse(answer.bytes.toString()).code]).toEqual([503, 'evidence_unreadable'])
  expect(await factsOf('kernel.download_evidence', id)).toEqual([])
})

test('K-35 erasing the key of a record erases its files; their checksums stand', async () => {
  const of = nextRecord()
  const { id } = await attach(PDF, { to: of })
  await product.superuser.query('DELETE FROM kernel.subject_key WHERE subject = $1', [
    of.slice('/v1/entities/'.length),
  ])
  const answer = await download(id, ops, of)
  expect([answer.status, JSON.parse(answer.bytes.toString()).code]).toEqual([410, 'evidence_erased'])
  expect(await inList(id, of)).toMatchObject({ name: '••••', sha256: hex(PDF) })
})

test('K-27 evidence is of its record: under another it is not there', async () => {
  const { id } = await attach()
  expect((await download(id, ops, nextRecord())).status).toBe(404)
  expect((await download(id.replace('transfers', 'treasury'))).status).toBe(404)
  expect((await download('nonsense')).status).toBe(400)
  const stranger = await product.as('hub/OPERATOR')
  expect((await download(id, stranger)).status).toBe(403)
})

test('K-27 evidence on a request is for those who see the request, whatever else they may read', async () => {
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=200')
  const transfer = transfers.findLast(
    (each: { frozen_parties: string[] }) => each.frozen_parties.length === 0,
  )
  const asked = await ops.post('/returns', { transferId: transfer.id, reason: transfer.return.code })
  expect(asked.status, asked.text).toBe(202)
  const of = `/v1/entities/request/${asked.body.id}`
  const { id } = await attach(PDF, { to: of })
  expect((await download(id, ops, of)).status).toBe(200)
  expect((await ops.get(`/v1/entities/evidence/${id}`)).status).toBe(200)
  expect((await download(id, compliance, of)).status).toBe(404)
  expect((await compliance.get(`${of}/evidence`)).status).toBe(404)
  expect((await compliance.get(`/v1/entities/evidence/${id}`)).status).toBe(404)
})

test('K-32 no role changes a row of it, and the database takes none of which the entry says something else', async () => {
  for (const role of ['app', 'dispatcher', 'sequencer', 'signer', 'auditor'] as const) {
    for (const table of ['evidence', 'evidence_scan', 'evidence_removal']) {
      const pool = product.database.pool(role)
      await expect(pool.query(`DELETE FROM kernel.${table}`)).rejects.toMatchObject({ code: '42501' })
      await expect(pool.query(`INSERT INTO kernel.${table} DEFAULT VALUES`)).rejects.toMatchObject({
        code: '42501',
      })
    }
  }
  await expect(product.superuser.query('DELETE FROM kernel.evidence')).rejects.toMatchObject({
    code: '23001',
  })
  const forged = { tenant_id: null, evidence: { evidence_id: 'transfers.x' }, audit: [{ canonical: '{}' }] }
  await expect(
    product.database.pool('app').query('SELECT kernel.attach_evidence($1)', [JSON.stringify(forged)]),
  ).rejects.toMatchObject({ code: '23001' })
})

test('K-27 uploads that are given up leave nothing, and others get their turn', async () => {
  const before = stored().length
  const { hostname, port } = new URL(product.url)
  await Promise.all(
    Array.from(
      { length: ABORTED_UPLOADS },
      () =>
        new Promise<void>((done) => {
          const socket = connect(Number(port), hostname, () => {
            socket.write(
              `POST ${record}/evidence?name=x.pdf HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${ops.token}\r\n` +
                `Idempotency-Key: ${randomUUID()}\r\nContent-Type: application/pdf\r\nContent-Length: 1000\r\n\r\n%PDF-`,
            )
            setTimeout(() => socket.destroy(), 50)
          })
          socket.on('error', () => socket.destroy())
          socket.on('close', () => done())
        }),
    ),
  )
  await eventually('a turn', async () => (await upload(PDF)).status === 201)
  expect(stored()).toHaveLength(before + 1)
})

test.skipIf(!disk)(
  'K-27 a full disk: 507, nothing half stored, nothing recorded; with room it is taken again',
  async () => {
    const small = await startProduct({
      worker: false,
      webhooks: false,
      serverEnvironment: { EVIDENCE_DIRECTORY: join(root, 'small') },
    })
    try {
      const person = await small.as('transfers/OPS')
      const next = await seededReturns(small)
      const to = `/v1/entities/transfer/${next().id}`
      const send = (bytes: number, key: string) =>
        upload(Buffer.concat([PDF, randomBytes(bytes)]), { as: person, to, server: small.url, key })
      const filler = join(root, 'small', 'filler')
      writeFileSync(filler, Buffer.alloc((SMALL_DISK_KIB - 32) * 1024))
      const key = randomUUID()
      const refused = await send(100_000, key)
      expect([refused.status, refused.body.code]).toEqual([507, 'evidence_storage_full'])
      expect(refused.headers.get('retry-after')).toBe('60')
      expect(refused.headers.get('content-type')).toContain('application/problem+json')
      const count = await small.superuser.query(
        `SELECT (SELECT count(*) FROM kernel.evidence) + (SELECT count(*) FROM kernel.idempotency)
            + (SELECT count(*) FROM kernel.audit_entry WHERE action = 'kernel.attach_evidence') AS n`,
      )
      expect(count.rows[0].n).toBe('0')
      rmSync(filler)
      expect((await send(50_000, key)).status).toBe(201)
    } finally {
      await small.close()
    }
  },
)
