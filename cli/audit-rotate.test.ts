import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditFacts } from '@countersign/kernel/audit/audit-entry.ts'
import { databaseTiles } from '@countersign/kernel/audit/database-tiles.ts'
import { treeRoot } from '@countersign/kernel/audit/merkle.ts'
import { sequenceOnce } from '@countersign/kernel/audit/sequencer.ts'
import {
  formatCheckpoint,
  generateSignerKey,
  openNote,
  parseCheckpoint,
  parseSignerKey,
  parseVerifierKey,
  type SignerKey,
  signNote,
} from '@countersign/kernel/audit/signed-note.ts'
import type { VerificationReport } from '@countersign/kernel/audit/verify-log.mjs'
import { newestWitnessedNote } from '@countersign/kernel/audit/witness-directory.ts'
import { uuidV7 } from '@countersign/kernel/db/uuid-v7.ts'
import { appendEncoded, encodeTestEntry } from '@countersign/testkit/audit-log.ts'
import { type ClonedDatabase, cloneDatabase } from '@countersign/testkit/clone-database.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runAuditProcess, runVerifierAlone } from './audit-process.fixture.ts'

const ROTATION_TIMEOUT_MS = 240_000
const ORIGIN = 'countersign.local/log'

let product: Product
let admin: Client
let compliance: Client
let files: string
/** Verifier keys in the order in which they signed. */
const keys: string[] = []
const clones: ClonedDatabase[] = []

const pem = () =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const file = (name: string, content: string) => {
  writeFileSync(join(files, name), content)
  return join(files, name)
}
const witness = () => String(product.workerEnvironment.WITNESS_DIRECTORY)
const textOf = (note: string) => note.slice(0, note.lastIndexOf('\n\n') + 1)
const logRecord = async () => (await admin.get('/v1/entities/audit_log/main')).body.data

/** Makes entries, and waits for a checkpoint that covers them. @returns its note */
async function grow(): Promise<string> {
  const { rows } = await product.superuser.query('SELECT count(*)::int AS entries FROM kernel.audit_entry')
  await compliance.post('/v1/actions/transfers.return_transfer', {})
  return eventually('a checkpoint of the new entries', async () => {
    const note = (await newestWitnessedNote(witness())) ?? ''
    return note !== '' && parseCheckpoint(textOf(note)).size > rows[0].entries && note
  })
}

async function restartWorker(current: string, next: string | undefined): Promise<void> {
  await product.stopWorker()
  product.workerEnvironment.AUDIT_SIGNING_KEY = current
  if (next === undefined) delete product.workerEnvironment.AUDIT_NEXT_SIGNING_KEY
  else product.workerEnvironment.AUDIT_NEXT_SIGNING_KEY = next
  product.startWorker()
}

const rotateKey = (...more: string[]) =>
  runAuditProcess(
    ...['audit', 'rotate-key', '--json', '--server', product.url],
    ...['--token-file', file('token', admin.token), ...more],
  )

/** The rotation as an operator does it. */
async function rotateTo(next: string, current: string): Promise<void> {
  await restartWorker(current, next)
  const offered = await eventually('the key to be offered', async () => {
    const { key, offered_key } = await logRecord()
    return typeof offered_key === 'string' && offered_key !== key && offered_key
  })
  const asked = await rotateKey()
  expect(asked.stderr).toBe('')
  const request = JSON.parse(asked.stdout)
  expect(request).toMatchObject({ state: 'pending', new_key: offered })
  const { body } = await admin.get(`/v1/requests/${request.request}`)
  const own = await admin.post(`/v1/requests/${body.id}/approve`, { digest: body.digest })
  expect(own.body.code).toBe('own_request')
  const agreed = await compliance.post(`/v1/requests/${body.id}/approve`, { digest: body.digest })
  expect(agreed.status).toBe(200)
  await eventually('the new key to be in force', async () => (await logRecord()).key === offered)
  keys.push(offered)
}

async function verify(...flags: string[]): Promise<{ status: number | null; report: VerificationReport }> {
  const { status, stdout, stderr } = await runAuditProcess('audit', 'verify', '--json', ...flags)
  if (stdout === '') throw new Error(stderr)
  return { status, report: JSON.parse(stdout) as VerificationReport }
}

async function clone(): Promise<ClonedDatabase> {
  const copy = await cloneDatabase(product.database)
  clones.push(copy)
  return copy
}

beforeAll(async () => {
  files = mkdtempSync(join(tmpdir(), 'countersign-rotate-'))
  product = await startProduct({ webhooks: false })
  admin = await product.as('transfers/ADMIN')
  compliance = await product.as('transfers/COMPLIANCE')
  await grow()
  keys.push((await logRecord()).key)
}, ROTATION_TIMEOUT_MS)
afterAll(async () => {
  for (const copy of clones) await copy.drop()
  await product?.close()
  rmSync(files, { recursive: true })
})

test(
  'K-33 the key is changed twice by entries of two people, and every verification follows the log from key to key',
  async () => {
    const none = await rotateKey()
    expect(none).toMatchObject({ status: 1, stderr: expect.stringMatching(/AUDIT_NEXT_SIGNING_KEY/) })

    const first = String(product.workerEnvironment.AUDIT_SIGNING_KEY)
    const [second, third] = [pem(), pem()]
    await rotateTo(second, first)
    await grow()
    await rotateTo(third, second)
    await restartWorker(third, undefined)
    const newest = await grow()
    expect((await admin.get('/readyz')).body.audit).toBe('ok')
    expect((await admin.get('/v1/audit/log/key')).text).toBe(keys[2])

    // Both sign the checkpoint that covers the change; behind it the new one signs alone.
    const [k0, k1, k2] = keys.map(parseVerifierKey)
    const known = [k0, k1, k2].flatMap((key) => key ?? [])
    expect(openNote(newest, known).signedBy).toEqual([k2])
    const { rows } = await product.superuser.query<{ note: string; from: string }>(
      `SELECT k.valid_from_size AS from, (SELECT note FROM kernel.audit_checkpoint
                WHERE tree_size >= k.valid_from_size ORDER BY tree_size LIMIT 1) AS note
         FROM kernel.audit_signer_key k ORDER BY k.valid_from_size OFFSET 1`,
    )
    expect(rows.map(({ note }) => openNote(note, known).signedBy)).toEqual([
      [k0, k1],
      [k1, k2],
    ])

    const expected = [
      { key: keys[1], from_size: Number(rows[0]?.from) },
      { key: keys[2], from_size: Number(rows[1]?.from) },
    ]
    const database = ['--database-url', product.database.url('auditor')]
    for (const [at, key] of keys.entries()) {
      const { report } = await verify(...database, '--key', file(`key-${at}`, key), '--witness', witness())
      expect(report).toMatchObject({ ok: true, keys: expected })
    }
    for (const filter of [[], ['--action', 'kernel.claim_item']]) {
      const bundle = join(files, 'bundle')
      await runAuditProcess('audit', 'export', ...database, '--out', bundle, ...filter)
      const alone = await runVerifierAlone('--bundle', bundle, '--key', join(files, 'key-0'))
      expect(JSON.parse(alone.stdout)).toMatchObject({ ok: true, keys: expected })
    }
    const said = await runAuditProcess('audit', 'verify', ...database, '--key', join(files, 'key-0'))
    expect(said.stdout).toContain(`signed with ${keys[2]}`)
  },
  ROTATION_TIMEOUT_MS,
)

describe('K-33 a forged change of the key is found', () => {
  /** What somebody can do who may write everything in the database, and has a key of their own. */
  async function forge(copy: ClonedDatabase, forger: SignerKey, people: readonly [string, string]) {
    const superuser = copy.pool('superuser')
    const detail = { rotation: { old_key: keys[2] ?? '', new_key: forger.text } }
    const facts = (id: string, from: string | null, to: string): AuditFacts => ({
      kind: 'action',
      actor: { id, roles: ['transfers/ADMIN'] },
      action: 'kernel.rotate_audit_key',
      target: { kind: 'audit_log', id: 'main' },
      outcome: to,
      actionRequestId: request,
      transition: { from, to, revision: 1 },
      detail,
    })
    const request = uuidV7()
    await appendEncoded(superuser, [
      encodeTestEntry(facts(people[0], null, 'pending')),
      encodeTestEntry(facts(people[1], 'pending', 'executed')),
    ])
    const sequenced = await sequenceOnce(copy.pool('sequencer'))
    if (sequenced.state !== 'sequenced') throw new Error(sequenced.state)
    const { size } = sequenced
    const root = await treeRoot(databaseTiles(superuser), size)
    const note = signNote(formatCheckpoint({ origin: ORIGIN, size, root }), forger)
    await copy.pool('signer').query('SELECT kernel.publish_audit_checkpoint($1, $2, $3)', [size, root, note])
    await superuser.query(
      `SELECT set_config('countersign.audit_routine', 'running', true);
       INSERT INTO kernel.audit_signer_key (valid_from_size, verifier_key) VALUES (${size}, '${forger.text}')`,
    )
    return size
  }
  const key0 = () => file('key-0', keys[0] ?? '')

  test(
    'in the name of two people, where the key before has not signed for it',
    async () => {
      const copy = await clone()
      const forger = parseSignerKey(generateSignerKey(ORIGIN))
      const size = await forge(copy, forger, ['one', 'another'])
      const flags = ['--database-url', copy.url('auditor')]
      const { status, report } = await verify(...flags, '--key', key0())
      expect(status).toBe(1)
      expect(report.first_bad).toMatchObject({
        index: size - 1,
        why: expect.stringMatching(/no checkpoint is signed by both/),
      })
      // Nor does it help the forger that the verifier is given the forged key.
      const misled = await verify(...flags, '--key', file('forged', forger.text))
      expect(misled.report.ok).toBe(false)
      const bundle = join(files, 'forged-bundle')
      await runAuditProcess('audit', 'export', ...flags, '--out', bundle)
      const alone = await runVerifierAlone('--bundle', bundle, '--key', key0())
      expect(JSON.parse(alone.stdout)).toMatchObject({ ok: false, first_bad: { index: size - 1 } })
    },
    ROTATION_TIMEOUT_MS,
  )

  test(
    'in the name of one',
    async () => {
      const copy = await clone()
      const size = await forge(copy, parseSignerKey(generateSignerKey(ORIGIN)), ['one', 'one'])
      const { report } = await verify('--database-url', copy.url('auditor'), '--key', key0())
      expect(report.bad).toContainEqual({
        index: size - 1,
        entry: expect.any(String),
        why: expect.stringMatching(/declared by one person alone/),
      })
      expect(report.bad).toContainEqual({
        index: size,
        entry: null,
        why: expect.stringMatching(/not signed by the key/),
      })
    },
    ROTATION_TIMEOUT_MS,
  )

  test(
    'without a word in the log',
    async () => {
      const copy = await clone()
      const forger = parseSignerKey(generateSignerKey(ORIGIN))
      const superuser = copy.pool('superuser')
      const { rows } = await superuser.query<{ tree_size: string; root: Buffer }>(
        'SELECT tree_size, root FROM kernel.audit_checkpoint ORDER BY tree_size DESC LIMIT 1',
      )
      const size = Number(rows[0]?.tree_size)
      const root = rows[0]?.root ?? Buffer.alloc(0)
      const note = signNote(formatCheckpoint({ origin: ORIGIN, size, root }), forger)
      await superuser.query(`ALTER TABLE kernel.audit_checkpoint DISABLE TRIGGER ALL`)
      await superuser.query('UPDATE kernel.audit_checkpoint SET note = $1 WHERE tree_size = $2', [note, size])
      const { report } = await verify('--database-url', copy.url('auditor'), '--key', key0())
      expect(report).toMatchObject({
        ok: false,
        first_bad: { index: size, why: expect.stringMatching(/not signed by the key/) },
      })
    },
    ROTATION_TIMEOUT_MS,
  )
})
