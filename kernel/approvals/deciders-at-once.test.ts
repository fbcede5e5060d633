import { changePolicy, returnRule } from '@countersign/testkit/approval-policy.ts'
import { type Client, makeClient, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededParties } from '@countersign/testkit/seeded-records.ts'
import { type ServerProcess, startServerProcess } from '@countersign/testkit/server-process.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROUNDS = 20

let product: Product
let second: ServerProcess
let officer: Client
let here: Client
let there: Client
let take: () => string

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  second = await startServerProcess(product)
  officer = await product.as('transfers/COMPLIANCE')
  here = await product.as('transfers/ADMIN')
  const other = await product.as('transfers/ADMIN-2')
  // Two people at two servers: nothing but the database is between them.
  there = makeClient(second.url, other.id, other.token)
  take = await seededParties(product)
  await changePolicy(product, [returnRule({ action: 'transfers.freeze_entity', required: 2 })])
}, 120_000)
afterAll(async () => {
  await second?.stop()
  await product?.close()
})

type Asked = { id: string; digest: string }
async function ask(): Promise<Asked> {
  const asked = await officer.post('/entity/freeze', { entityId: take(), reason: 'sanctions_match' })
  expect(asked.status).toBe(202)
  return asked.body
}
const approve = (by: Client, { id, digest }: Asked) => by.post(`/v1/requests/${id}/approve`, { digest })
const rowsOf = async ({ id }: Asked) => {
  const { rows } = await product.superuser.query(
    `SELECT q.state,
            (SELECT count(*) FROM kernel.outbox o WHERE o.request_id = q.request_id)::int AS effects,
            (SELECT count(*) FROM kernel.action_approval a WHERE a.request_id = q.request_id)::int AS words,
            (SELECT count(*) FROM kernel.action_transition t WHERE t.request_id = q.request_id)::int AS moves,
            (SELECT count(*) FROM kernel.audit_entry e
              WHERE e.action_request_id = q.request_id AND e.transition_to IS NOT NULL)::int AS moves_recorded
       FROM kernel.action_request q WHERE q.request_id = $1`,
    [id],
  )
  return rows[0]
}

test(`K-17 case 2: two approvers at once where two must agree: one effect, never stuck (${ROUNDS} times)`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const asked = await ask()
    const answers = await Promise.all([approve(here, asked), approve(there, asked)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(answers.map(({ body }) => body.state).sort()).toEqual(['authorized', 'pending'])
    expect(await rowsOf(asked)).toEqual({
      state: 'authorized',
      effects: 1,
      words: 2,
      moves: 2,
      moves_recorded: 2,
    })
  }
})

test(`K-16 K-17 case 7: a rejection racing the last approval: either stands, never both (${ROUNDS} times)`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const asked = await ask()
    const third = await product.as('transfers/ADMIN', { sub: 'third' })
    expect((await approve(third, asked)).body.state).toBe('pending')
    const [rejected, approved] = await Promise.all(
      round % 2 === 0
        ? [there.post(`/v1/requests/${asked.id}/reject`, { reason: 'no' }), approve(here, asked)]
        : [approve(here, asked), there.post(`/v1/requests/${asked.id}/reject`, { reason: 'no' })],
    )
    expect([rejected.status, approved.status].sort()).toEqual([200, 409])
    const after = await rowsOf(asked)
    const agreed = after.state === 'authorized'
    expect(['authorized', 'rejected']).toContain(after.state)
    expect(after).toMatchObject({ effects: agreed ? 1 : 0, words: 2, moves: 2, moves_recorded: 2 })
  }
})

test('K-17 more people at once than are asked for: the quorum is reached once', async () => {
  const asked = await ask()
  const people = await Promise.all(
    Array.from({ length: 8 }, (_, nth) => product.as('transfers/ADMIN', { sub: `crowd-${nth}` })),
  )
  const answers = await Promise.all(
    people.map((person, nth) =>
      approve(nth % 2 === 0 ? person : makeClient(second.url, person.id, person.token), asked),
    ),
  )
  expect(answers.filter(({ body }) => body.state === 'authorized' && body.id === asked.id)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(6)
  expect(await rowsOf(asked)).toMatchObject({ state: 'authorized', effects: 1, words: 2 })
})

test('K-16 an edit racing an approval: no signature stands on what was not read', async () => {
  for (let round = 0; round < ROUNDS / 2; round += 1) {
    const asked = await ask()
    await Promise.all([
      officer.post(`/v1/requests/${asked.id}/edit`, {
        input: {},
        reason: { code: 'fraud_suspected', note: 'Read again' },
      }),
      approve(here, asked),
      approve(there, asked),
    ])
    const { rows } = await product.superuser.query(
      `SELECT q.state, q.revision, count(a.*)::int AS signed
         FROM kernel.action_request q
         LEFT JOIN kernel.action_approval a ON a.request_id = q.request_id AND a.revision = q.revision
        WHERE q.request_id = $1 GROUP BY q.request_id`,
      [asked.id],
    )
    expect([
      { state: 'authorized', revision: 1, signed: 2 },
      { state: 'pending', revision: 2, signed: 0 },
      // The edit met an approval on its way, and was refused as having been overtaken.
      { state: 'pending', revision: 1, signed: 2 },
    ]).toContainEqual(rows[0])
    if (rows[0].state === 'pending') expect((await rowsOf(asked)).effects).toBe(0)
  }
})
