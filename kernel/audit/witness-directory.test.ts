import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { consistencyProof, leafHash, type TileReader, treeRoot } from './merkle.ts'
import { formatCheckpoint, generateSignerKey, parseSignerKey, signNote } from './signed-note.ts'
import {
  newestWitnessedNote,
  type Witness,
  WitnessRefusalError,
  witnessDirectory,
} from './witness-directory.ts'

const key = parseSignerKey(generateSignerKey('countersign.example/audit'))
let directory: string
let witness: Witness

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-witness-'))
  witness = witnessDirectory(join(directory, 'held'), key)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** The log of `entry 0`, `entry 1`, …; of another history where `changed` says so. */
const tilesOf =
  (changed?: number): TileReader =>
  async (level, index, width) => {
    if (level > 0) throw new Error('These logs are one tile long.')
    return Buffer.concat(
      Array.from({ length: width }, (_, at) =>
        leafHash(Buffer.from(`${index * 256 + at === changed ? 'forged' : 'entry'} ${at}`)),
      ),
    )
  }
const noteOf = async (size: number, changed?: number, signer = key) =>
  signNote(
    formatCheckpoint({ origin: signer.name, size, root: await treeRoot(tilesOf(changed), size) }),
    signer,
  )
const offer = async (size: number, from: number, changed?: number) =>
  witness.add(await noteOf(size, changed), from, await consistencyProof(tilesOf(changed), from, size))
const refusal = (offered: Promise<unknown>) =>
  offered.then(
    () => 'accepted',
    (error: unknown) => {
      if (error instanceof WitnessRefusalError) return error.code
      throw error
    },
  )

test('K-33 a witness follows a log that grows, and holds each checkpoint as a file of its own', async () => {
  expect(await witness.latest()).toBeUndefined()
  await offer(0, 0)
  await offer(3, 0)
  await offer(10, 3)
  await offer(10, 10)
  const latest = await witness.latest()
  expect(latest).toMatchObject({ origin: key.name, size: 10, note: await noteOf(10) })
  expect(readdirSync(join(directory, 'held/x000/x000')).sort()).toEqual(['000', '001', '002'])
  expect(readFileSync(join(directory, 'held/x000/x000/002'), 'utf8')).toBe(await noteOf(10))
  expect(await newestWitnessedNote(join(directory, 'held'))).toBe(await noteOf(10))
  // A witness started again goes on from what it holds.
  witness = witnessDirectory(join(directory, 'held'), key)
  await offer(12, 10)
  expect((await witness.latest())?.size).toBe(12)
})

test('K-33 case 29: of two histories the witness refuses one', async () => {
  await offer(5, 0)
  expect(await refusal(offer(9, 5, 2))).toBe('fork')
  expect(await refusal(offer(5, 5, 2))).toBe('fork')
  expect(await refusal(offer(9, 5))).toBe('accepted')
  expect(await refusal(offer(9, 9, 7))).toBe('fork')
})

test('K-33 case 27: a log that has lost entries is refused', async () => {
  await offer(9, 0)
  expect(await refusal(witness.add(await noteOf(5), 5, []))).toBe('rollback')
  expect((await witness.latest())?.size).toBe(9)
})

test('K-33 a proof is the witness’s own to check', async () => {
  await offer(5, 0)
  const proof = await consistencyProof(tilesOf(), 5, 9)
  expect(await refusal(witness.add(await noteOf(9), 5, proof.slice(1)))).toBe('fork')
  expect(await refusal(witness.add(await noteOf(9), 5, []))).toBe('fork')
  expect(await refusal(witness.add(await noteOf(9), 4, proof))).toBe('stale')
  expect(await refusal(witness.add(await noteOf(9), 5, proof))).toBe('accepted')
})

test('K-33 only the log’s own key counts', async () => {
  const impostor = parseSignerKey(generateSignerKey(key.name))
  const elsewhere = parseSignerKey(generateSignerKey('countersign.example/other'))
  expect(await refusal(witness.add(await noteOf(3, undefined, impostor), 0, []))).toBe('not_this_log')
  expect(await refusal(witness.add(await noteOf(3, undefined, elsewhere), 0, []))).toBe('not_this_log')
  const misnamed = signNote(
    formatCheckpoint({ origin: 'other', size: 0, root: await treeRoot(tilesOf(), 0) }),
    key,
  )
  expect(await refusal(witness.add(misnamed, 0, []))).toBe('not_this_log')
  expect(await refusal(witness.add('no note at all', 0, []))).toBe('not_this_log')
  expect(await witness.latest()).toBeUndefined()
})

test('K-33 a witness that was tampered with says so', async () => {
  await offer(5, 0)
  const file = join(directory, 'held/x000/x000/000')
  writeFileSync(file, readFileSync(file, 'utf8').replace('\n5\n', '\n4\n'))
  await expect(witness.latest()).rejects.toMatchObject({ code: 'damaged' })
  expect(await refusal(offer(9, 5))).toBe('damaged')
})

test('K-33 two signers offering at once: one history is held, whoever comes first', async () => {
  await offer(5, 0)
  const outcomes = await Promise.all([
    ...[6, 7, 8, 9].map((size) => refusal(offer(size, 5))),
    ...[6, 7, 8, 9].map((size) => refusal(offer(size, 5, 5))),
  ])
  expect(outcomes).toContain('accepted')
  // Each file after the first extends the one before it, by its own tree.
  const held = readdirSync(join(directory, 'held/x000/x000')).sort()
  const notes = held.map((name) => readFileSync(join(directory, 'held/x000/x000', name), 'utf8'))
  const honest = await Promise.all([5, 6, 7, 8, 9].map((size) => noteOf(size)))
  const forged = await Promise.all([5, 6, 7, 8, 9].map((size) => noteOf(size, 5)))
  const follows = (history: string[]) => notes.every((note) => history.includes(note))
  expect(follows(honest) || follows([...forged, honest[0] ?? ''])).toBe(true)
})

test('K-33 an empty folder left by a crash and files under way are passed over', async () => {
  await offer(5, 0)
  mkdirSync(join(directory, 'held/x000/x001'), { recursive: true })
  mkdirSync(join(directory, 'held/x001/x000'), { recursive: true })
  writeFileSync(join(directory, 'held/.incoming-1'), 'half')
  expect((await witness.latest())?.size).toBe(5)
  await offer(6, 5)
  expect(readdirSync(join(directory, 'held/x000/x000')).sort()).toEqual(['000', '001'])
})
