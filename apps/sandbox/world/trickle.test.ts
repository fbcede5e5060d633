import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../database/database.ts'
import { createEmptyDatabase } from '../sandbox-for-tests.ts'
import { seededRandom } from './random.ts'
import { seedIfEmpty } from './seed-world.ts'
import { trickleStep } from './trickle.ts'

const STEPS = 120

let empty: Awaited<ReturnType<typeof createEmptyDatabase>>
let database: Database

beforeAll(async () => {
  empty = await createEmptyDatabase()
  database = await openDatabase(empty.url)
})
afterAll(async () => {
  await database.close()
  await empty.drop()
})

test('C-18 the trickle brings the mix of the world: transfers, returns, changes, exceptions and hits', async () => {
  const now = new Date('2026-03-18T10:00:00Z')
  await seedIfEmpty(database, 'trickle', now, 0)
  const { rows: before } = await database.query<{ upstream: string; last: string }>(
    'SELECT upstream, last FROM platform.event_counter',
  )
  const random = seededRandom('a trickle')
  for (let step = 0; step < STEPS; step += 1) {
    await trickleStep(database, new Date(now.getTime() + step * 4_000), random)
  }
  const { rows } = await database.query<{ type: string; subject_id: string }>(
    `SELECT e.type, e.subject_id
     FROM jsonb_to_recordset($1) AS before (upstream text, last bigint)
     JOIN platform.event_batch b ON b.upstream = before.upstream AND b.first > before.last
     JOIN platform.event e ON e.batch = b.id`,
    [JSON.stringify(before)],
  )
  expect(new Set(rows.map(({ type }) => type))).toEqual(
    new Set([
      'transfer.created',
      'transfer.settled',
      'transfer.return_received',
      'transfer.change_notified',
      'posting.recorded',
      'statement.imported',
      'exception.raised',
      'hit.raised',
    ]),
  )
  expect(rows.length).toBeGreaterThanOrEqual(STEPS)

  const { rows: moved } = await database.query(
    `SELECT FROM cts.transfer t JOIN cts.frozen_party f
       ON f.party_id IN (t.originator_party_id, t.receiver_party_id)
     WHERE t.id = ANY ($1)`,
    [rows.map(({ subject_id }) => subject_id)],
  )
  expect(moved).toEqual([])
})
