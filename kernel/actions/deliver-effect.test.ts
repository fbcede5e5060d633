import { setTimeout as sleep } from 'node:timers/promises'
import { type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { UpstreamClass } from '../connectors/upstream-class.ts'
import type { Principal } from '../identity/principal.ts'
import { english } from '../languages/make-teller.ts'
import { fromWritten } from '../languages/say.ts'
import type { Delivery } from './define-action.ts'
import { deliverEffect } from './deliver-effect.ts'
import { ATTEMPTS_MAX } from './settle-effect.ts'

const LEASE_MS = 15_000
const HOUR_MS = 3_600_000

const DONE: Delivery = { outcome: 'done', detail: { opened: true } }
const LOST: Delivery = { outcome: 'unknown', code: 'answer_lost', why: 'the answer was lost' }
const NOT_HAPPENED: Delivery = { outcome: 'retry', code: 'not_happened', why: 'it has not happened' }
const NOT_REACHED: Delivery = { outcome: 'retry', code: 'econnrefused', why: 'the connection was refused' }
const CANNOT_SAY_NOW: Delivery = { outcome: 'unknown', code: 'timeout', why: 'it does not answer' }

/** One upstream under test; what it was asked to do is counted. */
function upstreamOf(upstreamClass: UpstreamClass) {
  let product: SmallProduct
  let superuser: pg.Pool
  let porter: Principal
  const sent: number[] = []
  const said: string[] = []

  beforeAll(async () => {
    product = await startSmallProduct({ class: upstreamClass })
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
      settlesWithinMs: async () => 0,
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

  const attempt = (id: string, options: { leaseMs?: number; holder?: string; random?: () => number } = {}) =>
    deliverEffect(
      {
        kernel: product.kernels.dispatcher,
        holder: options.holder ?? 'dispatcher-1',
        leaseMs: options.leaseMs ?? LEASE_MS,
        random: options.random,
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
    const { why, ...row } = rows[0]
    return { ...row, why: why === null ? null : english(fromWritten(why)) }
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
  const door = upstreamOf('D')

  test('K-18 a lost answer becomes a question for a person, and is never sent again', async () => {
    const id = await door.authorise()
    door.answers(LOST)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'outcome_unknown', outcomes: ['1 unknown'] })
    await door.letTimePass(id)
    door.answers(DONE)
    expect(await door.attempt(id)).toBe(true)
    expect(await door.request(id)).toMatchObject({
      state: 'outcome_unknown',
      outcomes: ['1 unknown', '2 unknown'],
    })
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
  const door = upstreamOf('B')

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
    await door.age(id, 1)
    door.answers(DONE, NOT_HAPPENED)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({
      state: 'executed',
      outcomes: ['1 unknown', '2 retry', '3 retry', '4 retry', '5 done'],
    })
    expect(door.sent).toHaveLength(2)
  })
})

describe('an order that may still arrive', () => {
  const door = upstreamOf('B')

  test('K-18 a reference that is not found is sent again only once the first order can no longer arrive', async () => {
    const id = await door.authorise()
    door.upstream().settlesWithinMs = async () => 2 * HOUR_MS
    door.answers(LOST, NOT_HAPPENED)
    await door.attempt(id)
    await door.age(id, 1)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'dispatching', outcomes: ['1 unknown', '2 retry'] })
    expect(door.sent).toHaveLength(1)
    await door.age(id, 2)
    door.answers(DONE, NOT_HAPPENED)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'executed' })
    expect(door.sent).toHaveLength(2)
  })

  test('K-18 while it does not say for how long an order may wait, nothing is sent again', async () => {
    const id = await door.authorise()
    door.upstream().settlesWithinMs = async () => undefined
    door.answers(LOST, NOT_HAPPENED)
    await door.attempt(id)
    await door.age(id, 40)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'dispatching' })
    expect(door.sent).toHaveLength(1)
  })
})

describe('an upstream that deduplicates by key', () => {
  const door = upstreamOf('A')

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

  test('K-18 case 25: past its retention a key is never sent again: the upstream may have forgotten it', async () => {
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
    expect(await door.request(id)).toMatchObject({ state: 'outcome_unknown', why: 'answer_lost' })
  })

  test('K-18 an upstream that is away for good: nothing was sent, so it fails and says so', async () => {
    const id = await door.authorise()
    door.answers(NOT_REACHED)
    await door.attempt(id)
    await door
      .superuser()
      .query('UPDATE kernel.outbox SET attempts = $2 WHERE request_id = $1', [id, ATTEMPTS_MAX - 1])
    await door.letTimePass(id)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'failed', why: 'econnrefused' })
  })

  test('K-18 away for good after an answer was lost: nobody knows, so nobody guesses', async () => {
    const id = await door.authorise()
    door.answers(LOST, CANNOT_SAY_NOW)
    await door.attempt(id)
    await door
      .superuser()
      .query('UPDATE kernel.outbox SET attempts = $2 WHERE request_id = $1', [id, ATTEMPTS_MAX - 1])
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

describe('an effect of which nobody knows', () => {
  const door = upstreamOf('B')

  async function unknown(): Promise<string> {
    const id = await door.authorise()
    door.answers(LOST, CANNOT_SAY_NOW)
    await door.attempt(id)
    await door
      .superuser()
      .query('UPDATE kernel.outbox SET attempts = $2 WHERE request_id = $1', [id, ATTEMPTS_MAX - 1])
    await door.letTimePass(id)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'outcome_unknown' })
    return id
  }

  test('K-16 K-18 is asked about until the upstream can say that it was done; it is never sent again', async () => {
    const id = await unknown()
    for (let round = 0; round < 5; round += 1) {
      await door.letTimePass(id)
      await door.attempt(id)
      expect(await door.request(id)).toMatchObject({ state: 'outcome_unknown' })
    }
    await door.letTimePass(id)
    door.answers(DONE, DONE)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'executed' })
    expect(door.sent).toHaveLength(1)
  })

  test('K-16 K-18 has failed once the upstream says that it did not happen', async () => {
    const id = await unknown()
    await door.letTimePass(id)
    door.upstream().settlesWithinMs = async () => 2 * HOUR_MS
    door.answers(DONE, NOT_HAPPENED)
    await door.attempt(id)
    // What is under way may still arrive.
    expect(await door.request(id)).toMatchObject({ state: 'outcome_unknown' })
    await door.age(id, 3)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'failed' })
    expect(door.sent).toHaveLength(1)
  })

  test('K-18 is asked about less and less often, and at least every ten minutes or so', async () => {
    const id = await unknown()
    const waits: number[] = []
    for (let round = 0; round < 16; round += 1) {
      await door.letTimePass(id)
      await door.attempt(id, { random: () => 1 })
      const { rows } = await door
        .superuser()
        .query(
          `SELECT round(extract(epoch FROM available_at - clock_timestamp()))::integer AS s FROM kernel.outbox WHERE request_id = $1`,
          [id],
        )
      waits.push(rows[0].s)
    }
    expect(waits.slice(0, 5)).toEqual([1, 2, 4, 8, 16])
    expect(waits.at(-1)).toBe(600)
  })

  test('K-18 stays unknown while asking fails by a fault of ours', async () => {
    const id = await unknown()
    await door.letTimePass(id)
    door.upstream().readBack = async () => {
      throw new Error('not today')
    }
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'outcome_unknown' })
    door.answers(DONE, DONE)
    await door.letTimePass(id)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'executed' })
  })
})

describe('what an upstream says', () => {
  const door = upstreamOf('A')
  const PERSON = 'Erika Mustermann, Heidestr. 17'

  const recorded = async (id: string) => {
    const { rows } = await door.superuser().query(
      `SELECT (SELECT string_agg(convert_from(canonical, 'UTF8'), ' ') FROM kernel.audit_entry WHERE action_request_id = $1) AS audit,
              (SELECT string_agg(payload::text, ' ') FROM kernel.event WHERE request_id = $1) AS events,
              (SELECT string_agg(coalesce(why, ''), ' ') FROM kernel.action_transition WHERE request_id = $1) AS steps,
              (SELECT string_agg(detail::text, ' ') FROM kernel.effect_outcome WHERE request_id = $1) AS details`,
      [id],
    )
    return rows[0] as { audit: string; events: string; steps: string; details: string }
  }

  test.each<[string, Delivery]>([
    ['a refusal', { outcome: 'refused', code: 'party_frozen', message: PERSON }],
    ['a code that is a sentence', { outcome: 'refused', code: PERSON, message: PERSON }],
  ])('I13 K-30 %s names nobody in the log, in events, in the history or in clear', async (_what, answer) => {
    const id = await door.authorise()
    door.answers(answer)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'failed' })
    const { audit, events, steps, details } = await recorded(id)
    for (const text of [audit, events, steps, details]) expect(text).not.toContain('Mustermann')
    const code =
      answer.outcome === 'refused' && answer.code === 'party_frozen' ? 'party_frozen' : 'unreadable_code'
    for (const text of [audit, events, steps, details]) expect(text).toContain(code)
    expect(JSON.parse(details).said.sealed).toMatch(/^v1\./)
    expect(JSON.parse(details).said.shown).not.toContain('Erika')
  })

  test.each<[string, Delivery]>([
    ['a text with U+0000', { outcome: 'refused', code: 'no', message: 'a\u0000b' }],
    ['half a surrogate', { outcome: 'refused', code: 'no', message: 'a\ud800b' }],
    ['a text of 200 KB', { outcome: 'refused', code: 'no', message: 'x'.repeat(200_000) }],
    ['a code with U+0000', { outcome: 'refused', code: 'no\u0000', message: 'no' }],
  ])('K-18 I14 %s settles the effect all the same', async (_what, answer) => {
    const id = await door.authorise()
    door.answers(answer)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'failed', outcomes: ['1 refused'] })
    expect((await recorded(id)).details.length).toBeLessThan(8_000)
  })

  test.each<[string, Delivery]>([
    ['U+0000', { outcome: 'done', detail: { note: 'a\u0000b' } }],
    ['100 KB', { outcome: 'done', detail: { note: 'x'.repeat(100_000) } }],
  ])('K-18 I14 a success whose detail holds %s is a success', async (_what, answer) => {
    const id = await door.authorise()
    door.answers(answer)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'executed', outcomes: ['1 done'] })
  })

  test('K-18 I14 tries that end without a word count too: after the last one nothing more is sent', async () => {
    const id = await door.authorise()
    door.answers(new Error('a fault of ours'))
    await expect(door.attempt(id)).rejects.toThrow('a fault of ours')
    await door
      .superuser()
      .query('UPDATE kernel.outbox SET attempts = $2 WHERE request_id = $1', [id, ATTEMPTS_MAX])
    await door.letTimePass(id)
    door.answers(DONE, NOT_HAPPENED)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'outcome_unknown' })
    expect(door.sent).toHaveLength(1)
  })

  const waitWith = async (random: () => number, answer: Delivery = NOT_REACHED, attempts = 4) => {
    const id = await door.authorise()
    door.answers(answer)
    await door
      .superuser()
      .query('UPDATE kernel.outbox SET attempts = $2 WHERE request_id = $1', [id, attempts])
    await door.attempt(id, { random })
    const { rows } = await door.superuser().query(
      `SELECT extract(epoch FROM available_at - (SELECT ended_at FROM kernel.effect_outcome t
                  WHERE t.request_id = $1))::float8 * 1000 AS ms FROM kernel.outbox WHERE request_id = $1`,
      [id],
    )
    return Math.round(rows[0].ms / 100) * 100
  }

  test('K-18 an upstream that says when it expects us is asked no earlier, and not much later', async () => {
    const busy = (retryAfterMs: number): Delivery => ({
      outcome: 'retry',
      code: 'request_in_flight',
      why: 'the first is under way',
      retryAfterMs,
    })
    expect(await waitWith(() => 1, busy(5_000), 1)).toBe(5_000)
    expect(await waitWith(() => 1, busy(5_000), 4)).toBe(8_000)
    expect(await waitWith(() => 1, busy(5_000), 20)).toBe(60_000)
    expect(await waitWith(() => 1, busy(120_000), 20)).toBe(120_000)
  })

  test('K-18 however long it has been away, an upstream that is back is asked within two minutes', async () => {
    expect(await waitWith(() => 1, NOT_REACHED, 30)).toBe(120_000)
    expect(await waitWith(() => 1, NOT_REACHED, ATTEMPTS_MAX - 2)).toBe(120_000)
  })

  test('K-18 waits are jittered between half and all of the backoff', async () => {
    expect(await waitWith(() => 0)).toBe(4_000)
    expect(await waitWith(() => 0.5)).toBe(6_000)
    expect(await waitWith(() => 1)).toBe(8_000)
  })
})

describe('an upstream that writes over the version that is named', () => {
  const door = upstreamOf('C')
  const CONFLICT: Delivery = { outcome: 'refused', code: 'version_conflict', message: 'it has moved on' }

  test('K-18 while nothing was written it is sent again; refused then, the record says whose write it was', async () => {
    const id = await door.authorise()
    door.answers(LOST, NOT_HAPPENED)
    await door.attempt(id)
    await door.letTimePass(id)
    // The first copy arrived late, just before the second.
    door.answers(async () => {
      door.upstream().readBack = async () => DONE
      return CONFLICT
    }, NOT_HAPPENED)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'executed', outcomes: ['1 unknown', '2 done'] })
  })

  test('K-18 refused at the first try, it has failed; nobody else is asked', async () => {
    const id = await door.authorise()
    door.answers(CONFLICT, DONE)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'failed', outcomes: ['1 refused'] })
  })

  test('K-18 a record that has moved on too far to tell is a question for a person', async () => {
    const id = await door.authorise()
    door.answers(LOST, CANNOT_SAY_NOW)
    await door.attempt(id)
    await door.letTimePass(id)
    door.answers(DONE, undefined)
    await door.attempt(id)
    expect(await door.request(id)).toMatchObject({ state: 'outcome_unknown' })
    expect(door.sent).toHaveLength(1)
  })
})

describe('a dispatcher whose lease was taken over', () => {
  const door = upstreamOf('A')

  test('K-18 case 24: I10 a zombie is fenced: it writes nothing when it wakes up after sending', async () => {
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
              (SELECT array_agg(holder ORDER BY fence) FROM kernel.effect_attempt WHERE request_id = $1) AS holders
         FROM kernel.action_transition WHERE request_id = $1`,
      [id],
    )
    expect(rows[0]).toEqual({ executed: 1, steps: 3, holders: ['dispatcher-1', 'dispatcher-2'] })
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
    const { rows } = await door.superuser().query(
      `SELECT convert_from(canonical, 'UTF8')::jsonb #>> '{detail,holder}' AS holder
           FROM kernel.audit_entry WHERE action_request_id = $1 ORDER BY seq OFFSET 1`,
      [id],
    )
    expect(rows.map(({ holder }) => holder)).toEqual(['dispatcher-2', 'dispatcher-2'])
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
