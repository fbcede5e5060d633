import {
  type Answer,
  type Client,
  eventually,
  type Product,
  startProduct,
} from '@countersign/testkit/product.ts'
import { seededParties } from '@countersign/testkit/seeded-records.ts'
import { letBeOverdue } from '@countersign/testkit/tampering.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LATE_MAX_S } from './schedule-fault.ts'

const FREEZE = '/v1/actions/transfers.freeze_entity'
const HOUR_MS = 3_600_000
/** Time enough to ask and to agree; were it not, the effect would follow at once, and the tests hold all the same. */
const SOON_MS = 8_000

let product: Product
let officer: Client
let admin: Client
let party: () => string

beforeAll(async () => {
  product = await startProduct()
  officer = await product.as('transfers/COMPLIANCE')
  admin = await product.as('transfers/ADMIN')
  party = await seededParties(product)
}, 120_000)
afterAll(() => product?.close())

const later = (ms: number) => new Date(Date.now() + ms).toISOString()
const requestOf = async (id: string) => (await admin.get(`/v1/requests/${id}`)).body
async function ask(id: string, scheduled_for: string, by = officer, more: object = {}): Promise<Answer> {
  const target = { kind: 'party', id }
  const { preview_digest } = (await by.post(`${FREEZE}/preview`, { target, input: {} })).body
  const reason = { code: 'fraud_suspected', note: 'At the close of business' }
  return by.post(FREEZE, { target, input: {}, reason, preview_digest, scheduled_for, ...more })
}
async function agreed(asked: Answer): Promise<string> {
  expect(asked.status).toBe(202)
  const { id, digest } = asked.body
  const answer = await admin.post(`/v1/requests/${id}/approve`, { digest })
  expect(answer.body.state).toBe('authorized')
  return id
}
const reaches = (id: string, state: string) =>
  eventually(`request to be ${state}`, async () => (await requestOf(id)).state === state)
const isFrozen = async (id: string) => (await product.upstream(`/compliance/parties/${id}`)).frozen
const listed = async (scheduled: 'waiting' | 'suspended'): Promise<string[]> =>
  (await admin.get(`/v1/requests?scheduled=${scheduled}`)).body.requests.map(({ id }: { id: string }) => id)
/** As people do elsewhere: the record's version is another. */
async function touch(id: string): Promise<void> {
  await product.upstream(`/compliance/parties/${id}/freeze`, { reason: 'elsewhere' })
  await product.upstream(`/compliance/parties/${id}/unfreeze`, { reason: 'elsewhere' })
}

test('K-42 what is agreed to for later waits for its time, in the database too, and can be taken back', async () => {
  const id = party()
  const at = later(HOUR_MS)
  const asked = await ask(id, at)
  expect(asked.body).toMatchObject({ state: 'pending', scheduled_for: at, schedule: 'waiting' })
  const request = await agreed(asked)
  expect(await listed('waiting')).toContain(request)
  // Asked for after it and due before it: the next comes first, page by page.
  const sooner = await agreed(await ask(party(), later(HOUR_MS / 2)))
  const order = (await listed('waiting')).filter((each) => [request, sooner].includes(each))
  expect(order).toEqual([sooner, request])
  const paged: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const rest = cursor === '' ? '' : `&cursor=${cursor}`
    const { body: page }: Answer = await admin.get(`/v1/requests?scheduled=waiting&limit=1${rest}`)
    paged.push(...page.requests.map(({ id: each }: { id: string }) => each))
    cursor = page.next_cursor
  }
  expect(paged).toEqual(await listed('waiting'))
  // Whatever is asked for after it goes before it.
  const other = await agreed(await ask(party(), later(SOON_MS)))
  await reaches(other, 'executed')
  expect(await requestOf(request)).toMatchObject({ state: 'authorized', effect: { attempts: 0 } })
  await expect(
    product.superuser.query(
      `INSERT INTO kernel.action_transition (request_id, step, revision, from_state, to_state, actor_id)
       VALUES ($1, 3, 1, 'authorized', 'dispatching', 'x')`,
      [request],
    ),
  ).rejects.toMatchObject({ constraint: 'not_due' })

  // What is not due waits for nothing.
  const waiting = (await admin.get('/v1/connectors')).body.connectors as { name: string; waiting: object }[]
  expect(waiting.find(({ name }) => name === 'compliance')?.waiting).toEqual({ effects: 0, since: null })

  const path = `/v1/requests/${request}/cancel`
  expect((await admin.post(path, { reason: 'Not mine' })).body.code).toBe('not_the_requester')
  expect((await officer.post(path, { reason: 'No longer wanted' })).body.schedule).toBe('withdrawn')
  await reaches(request, 'stale')
  expect((await requestOf(request)).transitions.at(-1).why).toContain('took it back')
  expect((await requestOf(request)).withdrawal).toEqual({
    by: expect.objectContaining({ id: officer.id }),
    note: 'No longer wanted',
  })
  expect(await isFrozen(id)).toBe(false)
  expect([...(await listed('waiting')), ...(await listed('suspended'))]).not.toContain(request)
}, 60_000)

test('K-42 at its time it is done, once and not before; a conflict suspends it, says so and calls for its requester', async () => {
  const [plain, changed, orphan] = [party(), party(), party()]
  const leaving = await product.as('transfers/COMPLIANCE-2')
  const at = later(SOON_MS)
  const done = await agreed(await ask(plain, at))
  const conflict = await agreed(await ask(changed, at))
  const left = await agreed(await ask(orphan, at, leaving))
  await touch(changed)
  await product.superuser.query(`UPDATE kernel.person SET asserted_roles = '{}' WHERE person_id = $1`, [
    leaving.id,
  ])

  await reaches(done, 'executed')
  const { rows } = await product.superuser.query(
    `SELECT count(*)::int AS attempts, bool_and(a.started_at >= v.scheduled_for) AS in_time
       FROM kernel.effect_attempt a JOIN kernel.action_revision v USING (request_id, revision) WHERE a.request_id = $1`,
    [done],
  )
  expect(rows).toEqual([{ attempts: 1, in_time: true }])
  await reaches(conflict, 'stale')
  await reaches(left, 'stale')
  expect(await requestOf(conflict)).toMatchObject({ schedule: 'suspended' })
  expect((await requestOf(conflict)).transitions.at(-1).why).toContain('has changed')
  expect((await requestOf(left)).transitions.at(-1).why).toContain('the requester may no longer')
  expect(await isFrozen(changed)).toBe(false)
  expect(await isFrozen(orphan)).toBe(false)
  const suspended = await listed('suspended')
  expect(suspended).toEqual(expect.arrayContaining([conflict, left]))
  expect(suspended).not.toContain(done)

  const alert = await eventually('the alert', async () => {
    const { alerts } = (await officer.get('/v1/alerts?state=open')).body
    return alerts.find(
      (one: { kind: string; facts: { subject_id: string } }) =>
        one.kind === 'kernel.schedule_suspended' && one.facts.subject_id === conflict,
    )
  })
  expect(alert.facts).toMatchObject({ requester: officer.id, why: 'target_changed' })
}, 90_000)

test('K-42 what could not begin in time, with no worker at work, is not begun any more', async () => {
  const [tooLate, inTime] = [party(), party()]
  const [missed, caught] = [
    await agreed(await ask(tooLate, later(HOUR_MS))),
    await agreed(await ask(inTime, later(HOUR_MS))),
  ]
  await product.stopWorker()
  await letBeOverdue(product, missed, LATE_MAX_S + 1)
  await letBeOverdue(product, caught, LATE_MAX_S - 300)
  product.startWorker()
  await reaches(missed, 'stale')
  await reaches(caught, 'executed')
  expect((await requestOf(missed)).transitions.at(-1).why).toContain('its time has passed by more than')
  expect(await requestOf(missed)).toMatchObject({ schedule: 'suspended', effect: { outcome: 'stale' } })
  expect([await isFrozen(tooLate), await isFrozen(inTime)]).toEqual([false, true])
}, 60_000)

describe('K-42 a time is refused clearly', () => {
  const refusal = async (scheduled_for: string, more: object = {}) =>
    (await ask(party(), scheduled_for, officer, more)).body

  test('that is over, has no zone, or is later than an agreement holds', async () => {
    expect((await refusal(later(-HOUR_MS))).errors).toMatchObject([{ field: 'scheduled_for' }])
    expect((await refusal('2026-11-21T18:00:00')).errors).toMatchObject([{ field: 'scheduled_for' }])
    const far = await refusal(later(48 * HOUR_MS))
    expect(far).toMatchObject({ status: 400, errors: [{ field: 'scheduled_for' }] })
    const [latest = ''] = far.errors[0].allowed
    expect((await refusal(new Date(Date.parse(latest) - 60_000).toISOString())).schedule).toBe('waiting')
  })

  test('of an emergency, and of what is done the moment it is agreed to', async () => {
    expect((await refusal(later(HOUR_MS), { emergency: true })).errors).toMatchObject([
      { field: 'scheduled_for' },
    ])
    const role = await admin.post('/v1/actions/kernel.grant_role/preview', {
      target: { kind: 'person', id: officer.id },
      input: { role: 'transfers/OPS' },
    })
    expect(role.body.schedule_until).toBeUndefined()
    const grant = await admin.post('/v1/actions/kernel.grant_role', {
      target: { kind: 'person', id: officer.id },
      input: { role: 'transfers/OPS' },
      reason: { code: 'covers' },
      preview_digest: role.body.preview_digest,
      scheduled_for: later(HOUR_MS),
    })
    expect(grant.body.errors).toMatchObject([{ field: 'scheduled_for' }])
  })
})

test('K-42 K-17 the time is part of what is signed', async () => {
  const request = await agreed(await ask(party(), later(HOUR_MS)))
  await product.superuser.query('ALTER TABLE kernel.action_revision DISABLE TRIGGER ALL')
  await product.superuser.query(
    `UPDATE kernel.action_revision SET scheduled_for = clock_timestamp() WHERE request_id = $1`,
    [request],
  )
  await product.superuser.query('ALTER TABLE kernel.action_revision ENABLE TRIGGER ALL')
  await product.superuser.query('ALTER TABLE kernel.action_revision ENABLE ALWAYS TRIGGER refuse_change')
  await product.superuser.query(
    `UPDATE kernel.outbox SET available_at = clock_timestamp() WHERE request_id = $1`,
    [request],
  )
  await reaches(request, 'stale')
  expect((await requestOf(request)).transitions.at(-1).why).toContain('not what its digest says')
}, 60_000)
