import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { Sealer } from '../personal-data/sealing.ts'
import type { LocalSource } from './local-source.ts'
import { runLocalSources } from './run-local-sources.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
})
afterAll(() => database?.drop())

/** Rounds of a source that finds these, until it fails or has nothing more to look at. */
async function rounds(
  found: readonly string[],
): Promise<{ kept: number; failed: string | undefined; rung: number }> {
  const stopping = new AbortController()
  let at = 0
  let failed: string | undefined
  let rung = 0
  const source: LocalSource = {
    source: 'found',
    map: (raw) => ({
      ...{ id: String(raw), type: 'found.thing.seen', schemaVersion: 1, stream: `found/${String(raw)}` },
      ...{ refs: [], occurredAt: new Date(), payload: {} },
    }),
    look: async () => {
      const id = found[at]
      at += 1
      if (id === undefined) stopping.abort()
      return { events: id === undefined ? [] : [id as Json], more: true }
    },
  }
  await runLocalSources({
    pool: database.pool('sequencer'),
    sealer: {} as Sealer,
    sources: [source],
    bell: {
      ring: () => {
        rung += 1
      },
    },
    signal: stopping.signal,
    report: ({ error }) => {
      failed = (error as Error).name
      stopping.abort()
    },
  })
  const { rows } = await database
    .pool('app')
    .query<{ kept: number }>(
      `SELECT count(*)::int AS kept FROM kernel.event WHERE source = 'found' AND stream = ANY ($1)`,
      [found.map((id) => `found/${id}`)],
    )
  return { kept: rows[0]?.kept ?? 0, failed, rung }
}

test('T-13 T-10 a source that finds the same again and again fails, so that its job says so', async () => {
  expect(await rounds(['same', 'same', 'same', 'same', 'same'])).toEqual({
    kept: 1,
    failed: 'StandsStill',
    rung: 1,
  })
})

test('S-04 T-13 what is found once more after a worker was killed is kept once and called for once, and nothing fails', async () => {
  expect(await rounds(['a', 'b', 'b', 'c', 'c', 'c', 'd'])).toEqual({ kept: 4, failed: undefined, rung: 4 })
})
