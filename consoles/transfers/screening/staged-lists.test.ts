import { expect, test } from 'vitest'
import { listDigest } from './list-digest.ts'
import type { ListEntry } from './list-entry.ts'
import { entriesOf } from './staged-lists.ts'

/** A version of one list whose only entry is named so, and how often its parts were asked for. */
async function stagedAs(name: string) {
  const entries: ListEntry[] = [
    {
      ...{ uid: '1', kind: 'entity', name, aliases: [], programs: [], addresses: [], remarks: null },
      identifiers: { born: [], places: [], nationalities: [], passports: [] },
    },
  ]
  const version = await listDigest('ofac_sdn', entries)
  const staged = { version, list: 'ofac_sdn', entries: 1, names: 1, stagedAt: '', whole: true } as const
  let asked = 0
  const pool = {
    query: async () => {
      asked += 1
      return { rows: [{ entries }] }
    },
  } as unknown as Parameters<typeof entriesOf>[0]
  return { entries, read: () => entriesOf(pool, staged), asked: () => asked }
}

test('S-07 T-13 of those who read one version of a list at once the first reads it, and the others wait for the same', async () => {
  const one = await stagedAs('AT ONCE')
  const read = await Promise.all(Array.from({ length: 60 }, one.read))
  expect(read).toEqual(Array.from({ length: 60 }, () => one.entries))
  expect(one.asked()).toBe(1)
})

test('S-07 T-13 the versions in force and those that are offered are read once each, whatever the order in which they are looked at', async () => {
  const versions = await Promise.all(Array.from({ length: 12 }, (_, n) => stagedAs(`OF MANY ${n}`)))
  for (let round = 0; round < 3; round += 1) for (const one of versions) await one.read()
  expect(versions.map((one) => one.asked())).toEqual(versions.map(() => 1))
})

test('T-13 a version that could not be read is read again by who asks next', async () => {
  const { entries, read } = await stagedAs('READ AGAIN')
  const version = await listDigest('ofac_sdn', entries)
  const failing = {
    query: async () => {
      throw new Error('the database is away')
    },
  } as unknown as Parameters<typeof entriesOf>[0]
  const staged = { version, list: 'ofac_sdn', entries: 1, names: 1, stagedAt: '', whole: true } as const
  await expect(entriesOf(failing, staged)).rejects.toThrow('the database is away')
  expect(await read()).toEqual(entries)
})
