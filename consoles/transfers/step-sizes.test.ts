import { kernelMigrations } from '@countersign/kernel/migration-source.ts'
import { advance, registerProjections, sequenceEvents } from '@countersign/kernel/projections/projector.ts'
import { rebuildProjection } from '@countersign/kernel/projections/rebuild-projection.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { transfersConsole } from './console.ts'

const declaration = transfersConsole([], { findPartners: async () => ({ status: 'missing' }) })
let database: TestDatabase
let superuser: ReturnType<TestDatabase['pool']>
let sequencer: ReturnType<TestDatabase['pool']>
beforeAll(async () => {
  database = await createTestDatabase([
    kernelMigrations,
    { ...declaration.migrations, queues: declaration.queues },
  ])
  superuser = database.pool('superuser')
  sequencer = database.pool('sequencer')
}, 60_000)
afterAll(() => database?.drop())

const at = (hour: number) => `2026-03-02T${String(hour).padStart(2, '0')}:00:00.000Z`

const amount = (of: string) => ({ amount: of, currency: 'USD' })
const transfer = (version: number, members: object) => ({
  ...{ id: 'tr_1', version, rail: 'ach', state: 'settled', amount: amount('10.00') },
  ...{ originator: { name: 'A' }, receiver: { name: 'B' }, ...members },
})
const returned = (hour: number, code: string) => ({ return: { case: 'book', code, received_at: at(hour) } })
const statement = (version: number, state: string, hour: number) => ({
  ...{ id: 'st_1', version, state, bank_id: 'S1', currency: 'EUR', to: '2026-03-02', imported_at: at(hour) },
})
const exception = (version: number, members: object) => ({
  ...{
    id: 'ex_1',
    version,
    state: 'open',
    kind: 'posting',
    date: '2026-03-02',
    side: 'debit',
    raised_at: at(7),
  },
  ...{ amount: amount('3.00'), reference: 'R', candidates: [], ...members },
})
const hit = (version: number, members: object) => ({
  ...{ id: 'hit_1', version, state: 'open', party_id: 'pa_1', screened_name: 'N', list: 'L', rule_id: 'r' },
  ...{ score: 0.85, raised_at: at(6), ...members },
})
const party = (version: number, frozen: boolean) => ({ id: 'pa_1', version, frozen })

/** As upstreams tell it, in this order: what is corrected, what comes late, what is told twice. */
const TOLD: readonly [type: string, record: { id: string; version: number }, why?: string][] = [
  ['transfers.transfer.settled', transfer(1, {})],
  ['transfers.transfer.return_received', transfer(2, { state: 'return_received', ...returned(5, 'R01') })],
  [
    'transfers.transfer.change_notified',
    transfer(4, {
      state: 'return_received',
      ...returned(6, 'R03'),
      rail: 'wire',
      change: { code: 'C01', received_at: at(6) },
    }),
  ],
  [
    'transfers.transfer.return_received',
    transfer(3, { state: 'return_received', ...returned(4, 'R02'), originator: { name: 'C' } }),
  ],
  [
    'transfers.transfer.returned',
    transfer(5, {
      state: 'returned',
      ...returned(9, 'R03'),
      receiver: { name: 'D' },
      change: { code: 'C02', received_at: at(8) },
    }),
  ],
  [
    'transfers.transfer.returned',
    transfer(5, { state: 'returned', ...returned(9, 'R03'), amount: amount('11.00') }),
  ],
  [
    'transfers.transfer.return_dishonoured',
    transfer(6, {
      state: 'return_dishonoured',
      return: { case: 'book', code: 'R03', received_at: at(9), dishonour: { code: 'R61', at: at(10) } },
      change: {
        code: 'C02',
        received_at: at(8),
        tell_by: at(20),
        answer: { answer: 'corrected', at: at(10) },
      },
    }),
  ],
  [
    'transfers.transfer.return_received',
    transfer(7, {
      state: 'return_received',
      change: {
        code: 'C02',
        received_at: at(8),
        tell_by: at(20),
        answer: { answer: 'corrected', at: at(10) },
      },
      return: {
        ...{ case: 'book', code: 'R03', received_at: at(9), dishonour_by: at(22) },
        ...{ dishonour: { code: 'R61', at: at(10) }, contest: { code: 'R71', at: at(12) } },
      },
    }),
  ],
  [
    'transfers.transfer.dishonour_received',
    {
      ...transfer(1, {
        state: 'dishonour_received',
        return: {
          ...{ case: 'send_back', code: 'R01', received_at: at(3) },
          dishonour: { code: 'R68', at: at(6), contest_by: at(23) },
        },
      }),
      id: 'tr_2',
    },
  ],
  ['transfers.statement.quarantined', statement(1, 'quarantined', 5), 'Opening plus lines differs.'],
  [
    'transfers.statement.acknowledged',
    statement(2, 'open', 11),
    'Opening plus lines differs. Acknowledged: seen.',
  ],
  ['transfers.statement.quarantined', { ...statement(1, 'quarantined', 3), id: 'st_1' }, 'Told late.'],
  ['transfers.exception.raised', exception(1, {})],
  ['transfers.exception.raised', exception(2, { amount: amount('4.00'), reference: 'S', raised_at: at(8) })],
  [
    'transfers.exception.resolved',
    exception(3, { state: 'resolved', kind: 'statement_line', date: '2026-03-03' }),
  ],
  ['transfers.hit.raised', hit(1, {})],
  ['transfers.hit.raised', hit(2, { screened_name: 'M', score: 0.9, raised_at: at(7), list: 'K' })],
  ['transfers.hit.decided', hit(3, { state: 'true_match', party_id: 'pa_2' })],
  ['transfers.party.updated', party(1, false)],
  ['transfers.party.frozen', party(2, true)],
  ['transfers.party.updated', party(2, false)],
]

test('K-24 T-02 lists made event by event, as they come, are those that a rebuild makes of them all at once', async () => {
  for (const [n, [type, record, why]] of TOLD.entries()) {
    const stream = `${type.split('.').slice(0, 2).join('.')}/${record.id}.${n}`
    await superuser.query(
      `WITH stream AS (INSERT INTO kernel.stream (stream, version) VALUES ($1, 1)),
            event AS (
              INSERT INTO kernel.event (event_id, stream, version, type, schema_version, source, refs, payload, occurred_at)
              VALUES (gen_random_uuid(), $1, 1, $2, 1, 'test', '{}', $3, $4) RETURNING seq)
       INSERT INTO kernel.event_pending (seq) SELECT seq FROM event`,
      [stream, type, JSON.stringify({ version: record.version, record, why }), at(n)],
    )
  }
  const { head } = await sequenceEvents(sequencer)
  expect(head).toBe(TOLD.length)
  const { projections } = declaration
  await registerProjections(sequencer, projections)
  for (const projection of projections) {
    for (let to = 1; to <= head; to += 1) await advance(sequencer, projection, to)
    expect(await rebuildProjection(superuser, projection, { swap: false })).toMatchObject({
      differences: [],
      leftOut: 0,
      events: head,
    })
  }
  const { rows } = await superuser.query(
    `SELECT item_id, opened_at, title FROM transfers.exception_item WHERE item_id = 'st_1'`,
  )
  const items = await superuser.query(
    'SELECT item_id, kind, state, code, opened_at, due_at FROM transfers.returns_item ORDER BY item_id',
  )
  expect(items.rows).toEqual([
    // Contested, a return waits anew, from when it was.
    expect.objectContaining({
      ...{ item_id: 'tr_1', kind: 'contested', state: 'open', code: 'R71', opened_at: new Date(at(12)) },
    }),
    expect.objectContaining({ item_id: 'tr_1:change', state: 'done', due_at: new Date(at(20)) }),
    // What the rail wants by a time is due by then, whatever our own hours are.
    expect.objectContaining({
      ...{ item_id: 'tr_2:dishonour', kind: 'dishonour', state: 'open', due_at: new Date(at(23)) },
    }),
  ])
  // A statement waits from when it came, not from when somebody looked at it.
  expect(rows).toEqual([
    {
      item_id: 'st_1',
      opened_at: new Date(at(3)),
      title: 'Opening plus lines differs. Acknowledged: seen.',
    },
  ])
})
