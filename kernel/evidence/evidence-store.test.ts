import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { smallDisk } from '@countersign/testkit/small-disk.ts'
import { afterAll, expect, test } from 'vitest'
import { evidenceDirectory } from './evidence-store.ts'

const SMALL_DISK_KIB = 64
const root = mkdtempSync(join(tmpdir(), 'countersign-evidence-'))
const small = join(root, 'small')
const disk = smallDisk(small, SMALL_DISK_KIB)

afterAll(() => {
  disk?.eject()
  rmSync(root, { recursive: true, force: true })
})

const names = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)

test('K-27 what is put lies under the hash of its bytes, and comes back only while it is that', async () => {
  const directory = join(root, 'plain')
  const store = evidenceDirectory(directory)
  const bytes = randomBytes(1_000)
  const put = await store.put(bytes)
  const address = createHash('sha256').update(bytes).digest('hex')
  expect(put).toEqual({ ok: true, value: address })
  expect(await store.read(address)).toEqual(bytes)
  writeFileSync(join(directory, address.slice(0, 2), address), 'something else')
  expect(await store.read(address)).toBeUndefined()
  await store.remove(address)
  await store.remove(address)
  expect(await store.read(address)).toBeUndefined()
  expect(names(directory)).toEqual([])
})

test.skipIf(!disk)('K-27 a full disk: a refusal that says so, and nothing half stored', async () => {
  const store = evidenceDirectory(small)
  const kept = await store.put(randomBytes(16 * 1024))
  expect(kept.ok).toBe(true)
  const refused = await store.put(randomBytes(SMALL_DISK_KIB * 1024))
  expect(refused).toMatchObject({
    ok: false,
    failure: { kind: 'insufficient_storage', code: 'evidence_storage_full', retryAfterS: 60 },
  })
  expect(names(small)).toEqual([kept.ok ? kept.value : ''])
  const fits = await store.put(randomBytes(8 * 1024))
  expect(fits.ok).toBe(true)
})

test('K-27 a store that cannot be written is named as such', async () => {
  const file = join(root, 'a-file')
  writeFileSync(file, '')
  expect(await evidenceDirectory(file).put(randomBytes(10))).toMatchObject({
    ok: false,
    failure: { kind: 'upstream_unavailable', code: 'evidence_storage_unavailable' },
  })
})

test('K-27 what a crash left half written goes when it is old; what was touched since stays', async () => {
  const directory = join(root, 'crashed')
  const store = evidenceDirectory(directory)
  const put = await store.put(randomBytes(10))
  const address = put.ok ? put.value : ''
  const half = join(directory, 'incoming', 'half')
  writeFileSync(half, 'x')
  const now = Date.now()
  const listed = async (before: number) => {
    const found: string[] = []
    for await (const each of store.untouchedSince(new Date(before))) found.push(each)
    return found
  }
  await store.forgetHalfWritten(new Date(now - 60_000))
  expect(names(directory).sort()).toEqual([address, 'half'].sort())
  expect(await listed(now - 60_000)).toEqual([])
  utimesSync(half, new Date(now - 120_000), new Date(now - 120_000))
  await store.forgetHalfWritten(new Date(now - 60_000))
  expect(names(directory)).toEqual([address])
  expect(await listed(now + 60_000)).toEqual([address])
})
