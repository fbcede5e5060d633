import { randomBytes } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepDeadLetter } from '../events/ingest-events.ts'
import type { IngestSource } from '../events/ingest-source.ts'
import { kernelMigrations } from '../migration-source.ts'
import { makeSealer } from '../personal-data/sealing.ts'
import { replaySome } from './run-replays.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
})
afterAll(() => database?.drop())

const source: IngestSource = {
  source: 'told',
  map(raw) {
    if (raw === 'odd') throw new Error('still not understood')
    return {
      ...{ id: String(raw), type: 'told.thing.seen', schemaVersion: 1, stream: `told/${String(raw)}` },
      ...{ refs: [], occurredAt: new Date(), payload: {} },
    }
  },
}

test('S-04 K-23 a dead letter that becomes an event calls for the lists to follow; one that stays dead does not', async () => {
  const pool = database.pool('sequencer')
  const sealer = makeSealer(pool, randomBytes(32))
  for (const body of ['"odd"', '"good"']) {
    await keepDeadLetter(pool, sealer, source.source, body, new Error('not understood'))
  }
  await database.pool('superuser').query(`UPDATE kernel.dead_letter SET state = 'replaying'`)
  let rung = 0
  const bell = {
    ring: () => {
      rung += 1
    },
  }
  expect(await replaySome({ pool, sealer, sources: [source], bell })).toBe(2)
  expect(rung).toBe(1)
})
