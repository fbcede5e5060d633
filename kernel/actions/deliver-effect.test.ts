import { setTimeout as sleep } from 'node:timers/promises'
import { type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Principal } from '../identity/principal.ts'
import type { Delivery } from './define-action.ts'
import { deliverEffect } from './deliver-effect.ts'

const LEASE_MS = 15_000
const HOUR_MS = 3_600_000

const DONE: Delivery = { outcome: 'done', detail: { opened: true } }
const LOST: Delivery = { outcome: 'unknown', why: 'the answer was lost' }
const NOT_HAPPENED: Delivery = { outcome: 'retry', why: 'it has not happened' }
const NOT_REACHED: Delivery = { outcome: 'retry', why: 'the connection was refused' }
const CANNOT_SAY_NOW: Delivery = { outcome: 'unknown', why: 'it does not answer' }

/** One upstream under test; what it was asked to do is counted. */
function upstreamOf(deduplicates: boolean) {
  let product: SmallProduct
  let superuser: pg.Pool
  let porter: Principal
  const sent: number[] = []
  const said: string[] = []

  beforeAll(async () => {
    product = await startSmallProduct({ deduplicates })
    superuser = product.database.pool('superuser')
  })
  afterAll(() => product?.database.drop())
  beforeEach(async () => {
    porter = await product.person('porter', ['hall/PORTER'])
    sent.length = 0
    said.length = 0
    Object.assign(product.upstream, {
      read: async () => ({ status: 'found', state: { open: false }, version: '1' }),
      keyRetentionMs: async () => 24 * HOUR_MS,
    })
    answers(DONE)
  })

  /** How the upstream answers an order, and being asked about it. */
  function answers(order: Delivery | Error | (() => Promise<Delivery>), readBack?: Delivery): void {
    product.upstream.deliver = async () => {
      sent.push(sent.length + 1)
      if (order instanceof Error) throw order
      return typeof order === 'function' ? order() : order
    }
    product.upstream.readBack = async () => readBack
  }

  const attempt = (id: string, options: { leaseMs?: number; holder?: string } = {}) =>
    deliverEffect(
      {
        kernel: product.kernels.dispatcher,
        holder: options.holder ?? 'dispatcher-1',
        leaseMs: options.leaseMs ?? LEASE_MS,
        signal: new AbortController().signal,
        report: ({ message }) => said.push(message),
      },
      { request_id: id, revision: 1 },
    )

  /** As if the lease had run out and the backoff were over. */
  const letTimePass = (id: string) =>
    superuser.query(
      `UPDATE kernel.outbox SET lease_until = NULL, available_at = clock_timestamp() WHERE request_id = $1 AND settled_at IS NULL`,
      [id],
    )

  /** As if the worker had been away since then. */
  async function age(id: string, hours: number): Promise<void> {
    await letTimePass(id)
    await superuser.query('ALTER TABLE kernel.effect_attempt DISABLE TRIGGER refuse_change')
    await superuser.query(
      `UPDATE kernel.effect_attempt SET started_at = started_at - make_interval(hours => $2) WHERE request_id = $1`,
      [id, hours],
    )
    await superuser.query('ALTER TABLE kernel.effect_attempt ENABLE ALWAYS TRIGGER refuse_change')
  }

  async function request(id: string): Promise<{ state: string; why: string | null; outcomes: string[] }> {
    const { rows } = await superuser.query(
      `SELECT q.state, (SELECT t.why FROM kernel.action_transition t WHERE t.request_id = $1 ORDER BY step DESC LIMIT 1) AS why,
              coalesce((SELECT array_agg(o.fence || ' ' || o.outcome ORDER BY o.fence) FROM kernel.effect_outcome o
                         WHERE o.request_id = $1), '{}') AS outcomes
         FROM kernel.action_request q WHERE q.request_id = $1`,
      [id],
    )
    return rows[0]
  }

  return {
    sent,
    said,
    answers,
    attempt,
    letTimePass,
    age,
    request,
    authorise: () => product.authorise(porter),
    upstream: () => product.upstream,
    superuser: () => superuser,
    demote: () => product.person('porter', []),
    /** Another dispatcher takes the lease, as after a pause of this one, and ends the effect. */
    async takeOver(id: string): Promise<void> {
      await letTimePass(id)
      product.upstream.deliver = async () => DONE
      product.upstream.readBack = async () => DONE
      await attempt(id, { holder: 'dispatcher-2' })
    },
  }
}

describe('an upstream that neither deduplicates nor can be asked', () => {
  const door = upstreamOf(false)

  test('K-18 a lost answer becomes a question for a person, and is never sent again', async () => {
    const id = await door.authorise()
    door.answers(LOST)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'outcome_unknown', outcomes: ['1 unknown'] })
    await door.letTimePass(id)
    expect(await door.attempt(id)).toBe(false)
    expect(door.sent).toHaveLength(1)
  })

  test('K-18 a dispatcher that dies while sending leaves the same question', async () => {
    const id = await door.authorise()
    door.answers(new Error('the process dies here'))
    await expect(door.attempt(id)).rejects.toThrow('dies here')
    expect(await door.request(id)).toMatchObject({ state: 'dispatching', outcomes: [] })
    await door.letTimePass(id)
    door.answers(DONE)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'outcome_unknown', outcomes: ['2 unknown'] })
    expect(door.sent).toHaveLength(1)
  })

  test('K-18 an order that certainly did not arrive is sent again', async () => {
    const id = await door.authorise()
    door.answers(NOT_REACHED)
    await door.attempt(id)
    await door.letTimePass(id)
    door.answers(DONE)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'executed', outcomes: ['1 retry', '2 done'] })
  })
})

describe('an upstream that can be asked, and does not deduplicate', () => {
  const door = upstreamOf(false)

  test('K-18 what it says has happened is not sent again', async () => {
    const id = await door.authorise()
    door.answers(LOST, CANNOT_SAY_NOW)
    await door.attempt(id)
    await door.letTimePass(id)
    door.answers(LOST, DONE)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'executed', outcomes: ['1 unknown', '2 done'] })
    expect(door.sent).toHaveLength(1)
  })

  test('K-18 what it says has not happened is sent again; while it cannot say, nothing is', async () => {
    const id = await door.authorise()
    door.answers(LOST, CANNOT_SAY_NOW)
    await door.attempt(id)
    for (let round = 0; round < 3; round += 1) {
      await door.letTimePass(id)
      await door.attempt(id)
    }
    expect(door.sent).toHaveLength(1)
    await door.letTimePass(id)
    door.answers(DONE, NOT_HAPPENED)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({
      state: 'executed',
      outcomes: ['1 unknown', '2 retry', '3 retry', '4 retry', '5 done'],
    })
    expect(door.sent).toHaveLength(2)
  })
})

describe('an upstream that deduplicates by key', () => {
  const door = upstreamOf(true)

  test('K-18 within its retention the same key is sent again', async () => {
    const id = await door.authorise()
    door.answers(LOST, NOT_HAPPENED)
    await door.attempt(id)
    await door.age(id, 23)
    door.answers(DONE, NOT_HAPPENED)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'executed', outcomes: ['1 unknown', '2 done'] })
    expect(door.sent).toHaveLength(2)
  })

  test('K-18 past its retention the key is never sent again: it may have been forgotten', async () => {
    const id = await door.authorise()
    door.answers(LOST, NOT_HAPPENED)
    await door.attempt(id)
    await door.age(id, 24)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({
      state: 'outcome_unknown',
      outcomes: ['1 unknown', '2 unknown'],
    })
    expect(door.sent).toHaveLength(1)
  })

  test('K-18 an upstream that remembers for a minute is held to a minute', async () => {
    const id = await door.authorise()
    door.upstream().keyRetentionMs = async () => 60_000
    door.answers(LOST, NOT_HAPPENED)
    await door.attempt(id)
    await door.letTimePass(id)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'outcome_unknown' })
    expect(door.sent).toHaveLength(1)
  })

  test('K-18 past its retention it is still asked, and what it says has happened is done', async () => {
    const id = await door.authorise()
    door.answers(LOST, CANNOT_SAY_NOW)
    await door.attempt(id)
    await door.age(id, 48)
    door.answers(LOST, DONE)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'executed' })
    expect(door.sent).toHaveLength(1)
  })

  test('K-18 while it does not say for how long it remembers, nothing is sent again', async () => {
    const id = await door.authorise()
    door.upstream().keyRetentionMs = async () => undefined
    door.answers(LOST, NOT_HAPPENED)
    await door.attempt(id)
    await door.letTimePass(id)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'dispatching', outcomes: ['1 unknown', '2 retry'] })
    expect(door.sent).toHaveLength(1)
  })

  test('K-18 answers that stay lost become a question in the end; waiting for an upstream that is away does not count', async () => {
    const id = await door.authorise()
    for (let away = 0; away < 20; away += 1) {
      door.answers(NOT_REACHED)
      await door.attempt(id)
      await door.letTimePass(id)
    }
    door.answers(LOST, NOT_HAPPENED)
    for (let lost = 0; lost < 12; lost += 1) {
      expect((await door.request(id)).state).toBe('dispatching')
      await door.attempt(id)
      await door.letTimePass(id)
    }
    expect(await door.request(id)).toMatchObject({ state: 'outcome_unknown', why: 'the answer was lost' })
  })

  test('K-18 an upstream that is away for good: nothing was sent, so it fails and says so', async () => {
    const id = await door.authorise()
    door.answers(NOT_REACHED)
    await door.attempt(id)
    await door.superuser().query('UPDATE kernel.outbox SET attempts = 39 WHERE request_id = $1', [id])
    await door.letTimePass(id)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'failed', why: 'the connection was refused' })
  })

  test('K-18 away for good after an answer was lost: nobody knows, so nobody guesses', async () => {
    const id = await door.authorise()
    door.answers(LOST, CANNOT_SAY_NOW)
    await door.attempt(id)
    await door.superuser().query('UPDATE kernel.outbox SET attempts = 39 WHERE request_id = $1', [id])
    await door.letTimePass(id)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'outcome_unknown' })
    expect(door.sent).toHaveLength(1)
  })

  test('K-17 K-18 what waits for its upstream is looked at again before it is sent: a requester who has lost the role', async () => {
    const id = await door.authorise()
    door.answers(NOT_REACHED)
    await door.attempt(id)
    await door.demote()
    await door.letTimePass(id)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({
      state: 'failed',
      why: 'the requester may no longer do this',
      outcomes: ['1 retry', '2 stale'],
    })
    expect(door.sent).toHaveLength(1)
  })
})

describe('a dispatcher whose lease was taken over', () => {
  const door = upstreamOf(true)

  test('K-18 writes nothing when it wakes up after sending', async () => {
    const id = await door.authorise()
    door.answers(async () => {
      await door.takeOver(id)
      return LOST
    })
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'executed', outcomes: ['2 done'] })
    expect(door.said).toEqual([expect.stringContaining('not written')])
    const { rows } = await door.superuser().query(
      `SELECT count(*) FILTER (WHERE to_state = 'executed')::integer AS executed, count(*)::integer AS steps,
              count(*) FILTER (WHERE actor_id = 'dispatcher-1')::integer AS by_the_first
         FROM kernel.action_transition WHERE request_id = $1`,
      [id],
    )
    expect(rows[0]).toEqual({ executed: 1, steps: 3, by_the_first: 1 })
  })

  test('K-18 sends nothing when it wakes up before sending', async () => {
    const id = await door.authorise()
    let paused = false
    door.upstream().read = async () => {
      if (!paused) {
        paused = true
        await door.takeOver(id)
        door.answers(DONE)
      }
      return { status: 'found', state: { open: false }, version: '1' }
    }
    await door.attempt(id)
    expect(door.sent).toHaveLength(0)
    const { rows } = await door
      .superuser()
      .query('SELECT actor_id FROM kernel.action_transition WHERE request_id = $1 ORDER BY step OFFSET 1', [
        id,
      ])
    expect(rows.map(({ actor_id }) => actor_id)).toEqual(['dispatcher-2', 'dispatcher-2'])
  })

  test('K-18 a stale fence moves nothing even where nobody has moved the request yet', async () => {
    const id = await door.authorise()
    door.upstream().read = async () => {
      await door.letTimePass(id)
      await door.superuser().query(`SELECT kernel.lease_effect($1, 1, 'dispatcher-2', 15000)`, [id])
      return { status: 'found', state: { open: false }, version: '1' }
    }
    await door.attempt(id)
    expect(door.sent).toHaveLength(0)
    expect(await door.request(id)).toMatchObject({ state: 'authorized', outcomes: [] })
  })

  test('K-18 nothing is sent when the lease is about to end', async () => {
    const id = await door.authorise()
    const leaseMs = 200
    door.upstream().read = async () => {
      await sleep(leaseMs)
      return { status: 'found', state: { open: false }, version: '1' }
    }
    await door.attempt(id, { leaseMs })
    expect(door.sent).toHaveLength(0)
    expect(await door.request(id)).toMatchObject({ state: 'dispatching', outcomes: ['1 retry'] })
  })
})
