import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditFacts } from '@countersign/kernel/audit/audit-entry.ts'
import { sequenceOnce } from '@countersign/kernel/audit/sequencer.ts'
import { parseCheckpoint } from '@countersign/kernel/audit/signed-note.ts'
import type { VerificationReport } from '@countersign/kernel/audit/verify-log.mjs'
import { newestWitnessedNote } from '@countersign/kernel/audit/witness-directory.ts'
import { uuidV7 } from '@countersign/kernel/db/uuid-v7.ts'
import { appendEncoded, encodeTestEntry } from '@countersign/testkit/audit-log.ts'
import { type ClonedDatabase, cloneDatabase } from '@countersign/testkit/clone-database.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runAuditProcess, runVerifierAlone } from './audit-process.fixture.ts'

const RECOVERY_TIMEOUT_MS = 240_000

let product: Product
let admin: Client
let compliance: Client
let files: string
const clones: ClonedDatabase[] = []

beforeAll(async () => {
  files = mkdtempSync(join(tmpdir(), 'countersign-recover-'))
  product = await startProduct({ webhooks: false })
  admin = await product.as('transfers/ADMIN')
  compliance = await product.as('transfers/COMPLIANCE')
}, RECOVERY_TIMEOUT_MS)
afterAll(async () => {
  for (const clone of clones) await clone.drop()
  await product?.close()
  rmSync(files, { recursive: true })
})

const witness = () => String(product.workerEnvironment.WITNESS_DIRECTORY)
const sizeOf = (note: string) => parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1)).size
const file = (name: string, content: string) => {
  writeFileSync(join(files, name), content)
  return join(files, name)
}

/** Makes entries (denials), and waits until the witness has seen them all. @returns its newest note */
async function growAndWitness(entries: number): Promise<string> {
  for (let at = 0; at < entries; at += 1) {
    await compliance.post('/v1/actions/transfers.return_transfer', {})
  }
  return eventually('the witness to have seen all', async () => {
    const { rows } = await product.superuser.query<{ size: string; waiting: string }>(
      'SELECT size, (SELECT count(*) FROM kernel.audit_pending) AS waiting FROM kernel.audit_head',
    )
    const note = (await newestWitnessedNote(witness())) ?? ''
    const all = rows[0]?.waiting === '0' && note !== '' && sizeOf(note) === Number(rows[0].size)
    return all && note
  })
}

async function verify(...flags: string[]): Promise<{ status: number | null; report: VerificationReport }> {
  const { status, stdout, stderr } = await runAuditProcess('audit', 'verify', '--json', ...flags)
  if (stdout === '') throw new Error(stderr)
  return { status, report: JSON.parse(stdout) as VerificationReport }
}
const fromDatabase = () => ['--database-url', product.database.url('auditor')]

test(
  'K-33 after the restore of an old backup two people declare the fork; every verification reports that one and finds any other',
  async () => {
    const shared = await growAndWitness(6)
    const key = file(
      'key',
      (await product.superuser.query('SELECT verifier_key FROM kernel.audit_signer_key')).rows[0]
        .verifier_key,
    )
    const backup = await cloneDatabase(product.database)
    clones.push(backup)
    const lost = await growAndWitness(4)
    const kept = file('lost.checkpoint', lost)
    await product.stopWorker()
    await backup.restore()
    product.startWorker()

    // The server sees it, the signer refuses, and a verifier that knows the witness does too.
    await eventually('the halt', async () => (await admin.get('/readyz')).body?.audit?.halted === 'rollback')
    const undeclared = await verify(...fromDatabase(), '--key', key, '--witness', witness())
    expect(undeclared).toMatchObject({
      status: 1,
      report: {
        ok: false,
        first_bad: { why: expect.stringContaining(`${sizeOf(lost)} entries was signed`) },
      },
    })
    const readOnly = await eventually('the console to be read-only', async () => {
      const answer = await admin.post('/returns', { transferId: 'x', reason: 'R03' })
      return answer.status === 503 && answer
    })
    expect(readOnly.body.code).toBe('read_only')
    const rotation = await admin.post('/v1/actions/kernel.rotate_audit_key', {})
    expect(rotation).toMatchObject({ status: 503, body: { code: 'read_only' } })

    // One declares. What was lost comes from the signer; another checkpoint is not taken for it.
    const recover = (...more: string[]) =>
      runAuditProcess(
        ...['audit', 'recover', '--json', '--note', 'The disk of the database was lost.'],
        ...['--server', product.url, '--token-file', file('token', admin.token), ...more],
      )
    const other = await recover('--lost', file('other.checkpoint', shared))
    expect(other).toMatchObject({ status: 1, stderr: expect.stringMatching(/not the one in/) })
    const declared = await recover('--lost', kept)
    expect(declared.stderr).toBe('')
    const request = JSON.parse(declared.stdout) as { request: string; state: string; lost_size: number }
    expect(request).toMatchObject({ state: 'pending', lost_size: sizeOf(lost) })
    const { body: asked } = await admin.get(`/v1/requests/${request.request}`)

    const own = await admin.post(`/v1/requests/${asked.id}/approve`, { digest: asked.digest })
    expect(own).toMatchObject({ status: 403, body: { code: 'own_request' } })
    expect((await verify(...fromDatabase(), '--checkpoint', kept)).report.ok).toBe(false)

    // Another agrees, and the console goes on.
    const agreed = await compliance.post(`/v1/requests/${asked.id}/approve`, { digest: asked.digest })
    expect(agreed.status).toBe(200)
    await eventually('the halt to end', async () => (await admin.get('/readyz')).body?.audit === 'ok')
    const goesOn = await eventually('the console to go on', async () => {
      const answer = await admin.post('/returns', { transferId: 'x', reason: 'R03' })
      return answer.status !== 503 && answer
    })
    expect(goesOn.status).toBeLessThan(500)
    const newest = await growAndWitness(3)

    // The witness holds both histories, and what declared the second.
    const notes = readdirSync(join(witness(), 'x000/x000'))
      .sort()
      .map((name) => readFileSync(join(witness(), 'x000/x000', name), 'utf8'))
    expect(notes).toContain(lost)
    expect(notes.at(-1)).toBe(newest)
    expect(notes.indexOf(lost)).toBeLessThan(notes.indexOf(newest))
    expect(readdirSync(join(witness(), 'forks'))).toEqual([
      String(notes.indexOf(lost) + 1).padStart('000000000'.length, '0'),
    ])

    // Every verification reports it, from the database and from a bundle, with who and what.
    const fork = {
      lost: { size: sizeOf(lost), root: lost.split('\n')[2] },
      from: { size: sizeOf(shared), root: shared.split('\n')[2] },
      declared_by: admin.id,
      agreed_by: compliance.id,
    }
    for (const flags of [
      [],
      ['--checkpoint', kept],
      ['--witness', witness()],
      ['--checkpoint', kept, '--witness', witness()],
    ]) {
      const { status, report } = await verify(...fromDatabase(), '--key', key, ...flags)
      expect(report.first_bad).toBeUndefined()
      expect(report).toMatchObject({ ok: true, forks: [fork] })
      expect(status).toBe(0)
    }
    const said = await runAuditProcess('audit', 'verify', ...fromDatabase(), '--key', key)
    expect(said.stdout).toMatch(
      new RegExp(
        `DECLARED FORK: of ${fork.lost.size} entries.*by ${admin.id}, agreed to by ${compliance.id}`,
      ),
    )
    for (const filter of [[], ['--actor', compliance.id]]) {
      const out = join(files, 'bundle')
      await runAuditProcess('audit', 'export', ...fromDatabase(), '--out', out, ...filter)
      const alone = await runVerifierAlone('--bundle', out, '--key', key, '--checkpoint', kept)
      if (filter.length === 0) expect(JSON.parse(alone.stdout)).toMatchObject({ ok: true, forks: [fork] })
      else
        expect(JSON.parse((await runVerifierAlone('--bundle', out, '--key', key)).stdout)).toMatchObject({
          ok: true,
          forks: [fork],
        })
    }

    // A second restore that nobody has declared is found, by the checkpoint of the history that goes on.
    const second = await cloneDatabase(product.database)
    clones.push(second)
    const behind = file('behind.checkpoint', await growAndWitness(3))
    const found = await verify('--database-url', second.url('auditor'), '--key', key, '--checkpoint', behind)
    expect(found.status).toBe(1)
    expect(found.report.first_bad?.why).toMatch(/missing: a checkpoint of \d+ entries was signed/)

    // So is a declaration of it that only one person has made, whoever wrote it into the log.
    const request_id = uuidV7()
    const size = sizeOf(readFileSync(behind, 'utf8'))
    const fork2 = { lost: { size, root: readFileSync(behind, 'utf8').split('\n')[2] ?? '' }, from: fork.from }
    const step = (from: string | null, to: string): AuditFacts => ({
      kind: 'action',
      actor: { id: admin.id, roles: ['transfers/ADMIN'] },
      action: 'kernel.recover_audit_log',
      target: { kind: 'audit_log', id: 'main' },
      outcome: to,
      actionRequestId: request_id,
      transition: { from, to, revision: 1 },
      detail: { fork: fork2 },
    })
    await appendEncoded(second.pool('superuser'), [
      encodeTestEntry(step(null, 'pending')),
      encodeTestEntry(step('pending', 'executed')),
    ])
    await sequenceOnce(second.pool('sequencer'))
    const alone = await verify('--database-url', second.url('auditor'), '--key', key, '--checkpoint', behind)
    expect(alone.status).toBe(1)
    expect(alone.report.bad?.map(({ why }) => why)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/declared by one person alone/),
        expect.stringMatching(/checkpoint of \d+ entries was signed|checkpoint signed at/),
      ]),
    )
  },
  RECOVERY_TIMEOUT_MS,
)
