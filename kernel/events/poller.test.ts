import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernelMigrations } from '../migration-source.ts'
import type { Sealer } from '../personal-data/sealing.ts'
import type { IngestSource } from './ingest-source.ts'
import { runPoller } from './poller.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
})
afterAll(() => database?.drop())

test('S-04 what a poll brings that is new calls for the lists to follow; what was known calls for nothing', async () => {
  const stopping = new AbortController()
  const pages = [['a', 'b'], ['b'], ['c']]
  const rungAt: number[] = []
  let at = 0
  const source: IngestSource = {
    source: 'told',
    map: (raw) => ({
      ...{ id: String(raw), type: 'told.thing.seen', schemaVersion: 1, stream: `told/${String(raw)}` },
      ...{ refs: [], occurredAt: new Date(), payload: {} },
    }),
    poll: async () => {
      const events = pages[at] ?? []
      at += 1
      if (events.length === 0) stopping.abort()
      return { events, nextAfter: at }
    },
  }
  await runPoller({
    pool: database.pool('sequencer'),
    sealer: {} as Sealer,
    sources: [source],
    bell: { ring: () => rungAt.push(at) },
    signal: stopping.signal,
    report: () => undefined,
  })
  expect(rungAt).toEqual([1, 3])
})
