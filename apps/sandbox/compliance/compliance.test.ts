import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { TransferSchema } from '../cts/transfer.ts'
import {
  eventsOf,
  problemOf,
  type RequestOptions,
  type SandboxForTests,
  startSandboxForTests,
} from '../sandbox-for-tests.ts'
import { HitSchema } from './hit.ts'
import { type Party, PartySchema } from './party.ts'

let sandbox: SandboxForTests
let keys = 0

beforeAll(async () => {
  sandbox = await startSandboxForTests()
})
afterAll(() => sandbox.drop())

const newKey = () => {
  keys += 1
  return `freeze-${keys}`
}

async function party(id: string): Promise<Party> {
  return PartySchema.parse((await sandbox.request('GET', `/compliance/parties/${id}`)).body)
}

async function openHits() {
  const { body } = await sandbox.request('GET', '/compliance/hits?state=open&limit=200')
  return z.object({ hits: z.array(HitSchema) }).parse(body).hits
}

/** A bank's return that waits to be booked, with both its parties free. */
async function waitingReturn() {
  const { body } = await sandbox.request('GET', '/cts/transfers?state=return_received&limit=200')
  for (const found of z.object({ transfers: z.array(TransferSchema) }).parse(body).transfers) {
    const parties = await Promise.all([party(found.originator.party_id), party(found.receiver.party_id)])
    if (parties.every(({ frozen }) => !frozen)) return found
  }
  throw new Error('the world has no bank return of free parties')
}

function move(id: string, what: 'freeze' | 'unfreeze', body: unknown, options: RequestOptions = {}) {
  return sandbox.request('POST', `/compliance/parties/${id}/${what}`, { body, key: newKey(), ...options })
}

test('K-37 a freeze takes effect at Compliance and at CTS, and lifting it frees both', async () => {
  const transfer = await waitingReturn()
  const before = await party(transfer.receiver.party_id)
  const key = newKey()
  const frozen = await move(before.id, 'freeze', { reason: 'fraud_suspected', note: 'Ünïcode ✓' }, { key })
  expect(frozen.status).toBe(200)
  expect(frozen.headers.get('etag')).toBe(`"${before.version + 1}"`)
  expect(await party(before.id)).toMatchObject({
    frozen: true,
    freeze_reason: 'fraud_suspected',
    version: before.version + 1,
  })

  const book = (attempt: string) =>
    sandbox.request('POST', `/cts/transfers/${transfer.id}/returns`, {
      body: { case: 'book', reason: transfer.return?.code },
      key: attempt,
    })
  expect(problemOf(await book(newKey()))).toMatchObject({ status: 409, code: 'party_frozen' })
  expect(problemOf(await move(before.id, 'freeze', { reason: 'other' })).code).toBe('already_frozen')

  const freed = await move(before.id, 'unfreeze', { reason: 'cleared' })
  expect(freed.body).toEqual({ party: { ...before, version: before.version + 2 } })
  expect((await book(newKey())).status).toBe(201)
  expect(problemOf(await move(before.id, 'unfreeze', { reason: 'cleared' })).code).toBe('not_frozen')

  const events = (await eventsOf(sandbox, 'compliance')).filter(({ subject }) => subject.id === before.id)
  expect(events.slice(-2)).toMatchObject([
    { type: 'party.frozen', caused_by: key, subject_version: before.version + 1, data: { frozen: true } },
    { type: 'party.unfrozen', subject_version: before.version + 2, data: { frozen: false } },
  ])
})

test('K-37 lifting a false positive clears its hit and records an override of the rule', async () => {
  const [hit, other] = await openHits()
  if (!hit || !other) throw new Error('the world has no open hits')
  await move(hit.party_id, 'freeze', { reason: 'sanctions_match' })
  const wrong = await move(hit.party_id, 'unfreeze', { reason: 'false_positive', override_hit_id: other.id })
  expect(problemOf(wrong)).toMatchObject({ status: 422, code: 'hit_not_of_party' })
  expect((await party(hit.party_id)).frozen).toBe(true)

  const key = newKey()
  const lifted = await move(
    hit.party_id,
    'unfreeze',
    { reason: 'false_positive', note: 'born elsewhere', override_hit_id: hit.id },
    { key },
  )
  expect(lifted.status).toBe(200)
  const cleared = HitSchema.parse((await sandbox.request('GET', `/compliance/hits/${hit.id}`)).body)
  expect(cleared).toEqual({ ...hit, state: 'cleared', version: hit.version + 1 })
  const caused = (await eventsOf(sandbox, 'compliance')).filter((event) => event.caused_by === key)
  expect(caused.map(({ type }) => type)).toEqual(['party.unfrozen', 'hit.decided', 'override.recorded'])
  expect(caused[2]).toMatchObject({
    subject: { kind: 'override' },
    data: { hit_id: hit.id, rule_id: hit.rule_id, party_id: hit.party_id, reason: 'false_positive' },
  })
})

test('K-37 a freeze that names a hit decides it as a true match; another party’s hit is refused', async () => {
  const [hit, other] = (await openHits()).slice(-2)
  if (!hit || !other) throw new Error('the world has no open hits')
  const wrong = await move(hit.party_id, 'freeze', { reason: 'sanctions_match', hit_id: other.id })
  expect(problemOf(wrong)).toMatchObject({
    status: 422,
    code: 'hit_not_of_party',
    errors: [{ field: 'hit_id' }],
  })
  expect((await party(hit.party_id)).frozen).toBe(false)
  const key = newKey()
  const frozen = await move(hit.party_id, 'freeze', { reason: 'sanctions_match', hit_id: hit.id }, { key })
  expect(frozen.status).toBe(200)
  const { body } = await sandbox.request('GET', `/compliance/hits/${hit.id}`)
  expect(body).toEqual({ ...hit, state: 'true_match', version: hit.version + 1 })
  const caused = (await eventsOf(sandbox, 'compliance')).filter((event) => event.caused_by === key)
  expect(caused.map(({ type }) => type)).toEqual(['party.frozen', 'hit.decided'])
})

test('K-37 T-06 a hit is cleared once, on the version that was looked at, and told of', async () => {
  const [hit] = await openHits()
  if (!hit) throw new Error('the world has no open hits')
  const clear = (options: RequestOptions = {}) =>
    sandbox.request('POST', `/compliance/hits/${hit.id}/clear`, {
      body: { reason: 'other_birth_date' },
      key: newKey(),
      ...options,
    })
  expect(problemOf(await clear({ ifMatch: `"${hit.version + 1}"` })).code).toBe('version_conflict')
  const key = newKey()
  const cleared = await clear({ key })
  expect(cleared.body).toEqual({ hit: { ...hit, state: 'cleared', version: hit.version + 1 } })
  expect((await clear({ key })).body).toEqual(cleared.body)
  expect(problemOf(await clear()).code).toBe('already_decided')
  const caused = (await eventsOf(sandbox, 'compliance')).filter((event) => event.caused_by === key)
  expect(caused).toMatchObject([{ type: 'hit.decided', data: { id: hit.id, state: 'cleared' } }])
})

test('K-37 T-06 a hit is confirmed of a frozen party alone, once, and told of', async () => {
  const [hit] = (await openHits()).toReversed()
  if (!hit) throw new Error('the world has no open hits')
  const confirm = (key = newKey()) =>
    sandbox.request('POST', `/compliance/hits/${hit.id}/confirm`, { body: { reason: 'documents_seen' }, key })
  expect(problemOf(await confirm())).toMatchObject({ status: 409, code: 'not_frozen' })
  await move(hit.party_id, 'freeze', { reason: 'sanctions_match' })
  const key = newKey()
  const confirmed = await confirm(key)
  expect(confirmed.body).toEqual({ hit: { ...hit, state: 'true_match', version: hit.version + 1 } })
  expect((await confirm(key)).body).toEqual(confirmed.body)
  expect(problemOf(await confirm()).code).toBe('already_decided')
  const caused = (await eventsOf(sandbox, 'compliance')).filter((event) => event.caused_by === key)
  expect(caused).toMatchObject([{ type: 'hit.decided', data: { id: hit.id, state: 'true_match' } }])
})

test('K-37 two hundred concurrent duplicates of a freeze have one effect', async () => {
  const [hit] = await openHits()
  const id = hit?.party_id ?? ''
  const key = newKey()
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => move(id, 'freeze', { reason: 'sanctions_match' }, { key })),
  )
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  const events = (await eventsOf(sandbox, 'compliance')).filter((event) => event.caused_by === key)
  expect(events).toHaveLength(1)
  const { body } = await sandbox.request('GET', `/_sandbox/effects?key=${key}&upstream=compliance`)
  expect(body).toMatchObject({ effects: [{ operation: 'party.freeze', target: id, count: 1 }] })
})

test('K-37 of two who freeze at once one is told that it was done', async () => {
  const [hit] = (await openHits()).slice(3)
  const id = hit?.party_id ?? ''
  const both = await Promise.all([
    move(id, 'freeze', { reason: 'fraud_suspected' }),
    move(id, 'freeze', { reason: 'court_order' }),
  ])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  expect((await party(id)).frozen).toBe(true)
})

test('K-37 a stale version, an unknown party and an unknown member are refused', async () => {
  const [hit] = await openHits()
  const id = hit?.party_id ?? ''
  const before = await party(id)
  const stale = await move(id, 'freeze', { reason: 'x' }, { ifMatch: `"${before.version + 1}"` })
  expect(problemOf(stale).code).toBe('version_conflict')
  expect(problemOf(await move('pty_nobody', 'freeze', { reason: 'x' })).code).toBe('not_found')
  const unknown = problemOf(await move(id, 'freeze', { reason: 'x', frozen: true }))
  expect(unknown).toMatchObject({ code: 'invalid_request', errors: [{ field: 'frozen' }] })
  expect(await party(id)).toEqual(before)
})
