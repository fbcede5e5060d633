import { generateKeyPairSync } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestAuditLog, type TestAuditLog } from '@countersign/testkit/audit-log.ts'
import { type ClonedDatabase, cloneDatabase } from '@countersign/testkit/clone-database.ts'
import { freePort } from '@countersign/testkit/free-port.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { spawnWitness, type WitnessProcess } from '@countersign/testkit/witness-process.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import { readAuditHalt } from './audit-halt.ts'
import { cosign, cosignerKey, parseCosignerKey, verifyCosignature } from './cosignature.ts'
import { cosignedBy } from './http-witness.ts'
import { latestCheckpoint } from './inclusion-proof.ts'
import { signOnce } from './signer.ts'
import { type Witness, witnessDirectory } from './witness-directory.ts'

describe('C2SP tlog-cosignature', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  const key = cosignerKey('witness.example/w1', Buffer.from(x, 'base64url'))

  test('K-33 a cosignature is of one text, one time and one key', () => {
    const line = cosign('log\n5\nroot\n', { ...key, privateKey }, 1_700_000_000).trimEnd()
    expect(verifyCosignature(line, 'log\n5\nroot\n', parseCosignerKey(key.text))).toBe(1_700_000_000)
    expect(verifyCosignature(line, 'log\n6\nroot\n', key)).toBeUndefined()
    const other = cosignerKey('witness.example/w2', Buffer.from(x, 'base64url'))
    expect(verifyCosignature(line, 'log\n5\nroot\n', other)).toBeUndefined()
    const bytes = Buffer.from(line.split(' ')[2] ?? '', 'base64')
    bytes.writeUInt8(bytes.readUInt8(11) ^ 1, 11)
    const later = `— ${key.name} ${bytes.toString('base64')}`
    expect(verifyCosignature(later, 'log\n5\nroot\n', key)).toBeUndefined()
  })

  test.each([
    '',
    'w',
    `w+00000000+${Buffer.alloc(33, 4).toString('base64')}`,
    `w+00000000+${Buffer.alloc(33, 1).toString('base64')}`,
  ])('a key that is none is refused: %s', (text) => {
    expect(() => parseCosignerKey(text)).toThrow(/witness's key/)
  })
})

describe('K-33 a witness over HTTP, in a process of its own', () => {
  let database: TestDatabase
  let log: TestAuditLog
  let process: WitnessProcess
  let witness: Witness
  const clones: ClonedDatabase[] = []
  const sign = (by: Witness = witness) => signOnce(database.pool('signer'), { key: log.key, witness: by })
  const growBy = async (count: number) => {
    await log.append(count)
    await log.sequence()
  }

  beforeEach(async () => {
    database = await createTestDatabase([kernelMigrations])
    log = createTestAuditLog(database)
    process = await spawnWitness('witness.example/w1', [log.key.text])
    witness = cosignedBy(process, log.witness)
  })
  afterEach(async () => {
    for (const clone of clones.splice(0)) await clone.drop()
    await process.stop()
    log.remove()
    await database.drop()
  })

  test('cosigns what extends the log, and its word is published with the checkpoint', async () => {
    for (const size of [3, 300, 700]) {
      await growBy(size - ((await latestCheckpoint(database.pool('auditor')))?.size ?? 0))
      expect(await sign()).toEqual({ state: 'signed', size })
      const note = (await latestCheckpoint(database.pool('auditor')))?.note ?? ''
      expect(note).toBe((await log.witness.latest())?.note)
      const [text = '', lines = ''] = note.split(/(?<=\n)\n/)
      expect(verifyCosignature(lines.split('\n')[1] ?? '', text, process.key)).toBeGreaterThan(0)
    }
    expect(await sign()).toEqual({ state: 'nothing_new', size: 700 })
  })

  test('that joins a log later, or has missed some of it, is led on from where it is', async () => {
    await log.grow(5)
    await growBy(5)
    expect(await sign()).toEqual({ state: 'signed', size: 10 })
    await log.grow(20)
    await growBy(1)
    expect(await sign()).toEqual({ state: 'signed', size: 31 })
  })

  test('that cannot be reached halts nothing, and nothing is published past it', async () => {
    await growBy(3)
    await sign()
    await growBy(2)
    const nowhere = cosignedBy({ url: `http://127.0.0.1:${await freePort()}`, key: process.key }, log.witness)
    await expect(sign(nowhere)).rejects.toThrow()
    expect((await latestCheckpoint(database.pool('auditor')))?.size).toBe(3)
    expect(await readAuditHalt(database.pool('auditor'))).toBeUndefined()
    expect(await sign()).toEqual({ state: 'signed', size: 5 })
  })

  test('is not turned back with the database and the files: the end cut off both halts the log', async () => {
    await growBy(10)
    await sign()
    const backup = await cloneDatabase(database)
    clones.push(backup)
    const files = mkdtempSync(join(tmpdir(), 'countersign-cut-'))
    cpSync(log.directory, files, { recursive: true })
    log = createTestAuditLog(database, log)
    await growBy(10)
    await sign()

    const cut = createTestAuditLog(backup as unknown as TestDatabase, { key: log.key, directory: files })
    const deceived = { key: log.key, witness: cosignedBy(process, witnessDirectory(files, log.key)) }
    await cut.append(4)
    await cut.sequence()
    expect(await signOnce(backup.pool('signer'), deceived)).toMatchObject({
      state: 'halted',
      halt: { code: 'rollback', message: expect.stringContaining('has shown one of 20') },
    })
    await cut.append(6)
    await cut.sequence()
    expect(await signOnce(backup.pool('signer'), deceived)).toMatchObject({
      state: 'halted',
      halt: { code: 'fork' },
    })
    await cut.append(6)
    await cut.sequence()
    expect(await signOnce(backup.pool('signer'), deceived)).toMatchObject({
      state: 'halted',
      halt: { code: 'fork' },
    })
    rmSync(files, { recursive: true })
  })

  test('that was never told of the log, or of its key, says so', async () => {
    await growBy(1)
    const stranger = await spawnWitness('witness.example/w2', [])
    const result = await sign(cosignedBy(stranger, log.witness))
    await stranger.stop()
    expect(result).toMatchObject({ state: 'halted', halt: { message: expect.stringContaining('origin') } })
  })
})
