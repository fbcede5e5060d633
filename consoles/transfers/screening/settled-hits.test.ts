import { eventually } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FILLER, listed, type Screening, startScreening } from './screening-for-tests.ts'

let on: Screening
let person: { id: string; name: string }

const ENTRY = 'VELTHUIZEN, Anselm Corwin'
const stateOf = async (id: string) => (await on.hitOf(id)).state
const settles = (id: string, state: string) =>
  eventually(`the hit to be ${state}`, async () => (await stateOf(id)) === state)

beforeAll(async () => {
  on = await startScreening()
  const [one] = await on.freePeople()
  if (!one) throw new Error('the world has no people who are free')
  person = one
  await on.inForce(FILLER + listed(501, ENTRY) + listed(601, person.name.replaceAll('"', '')))
}, 120_000)
afterAll(() => on?.close())

const freeze = (input: object = {}) =>
  on.agreedTo('freeze_entity', {
    ...{ target: { kind: 'party', id: person.id }, input },
    reason: { code: 'sanctions_match' },
  })
const unfreeze = (input: object, undoes: string) =>
  on.agreedTo('unfreeze_entity', {
    ...{ target: { kind: 'party', id: person.id }, input, undoes },
    reason: { code: 'false_positive' },
  })
const reopen = (id: string) =>
  on.compliance.post('/v1/actions/transfers.reopen_hit', {
    target: { kind: 'hit', id },
    reason: { code: 'cleared_by_mistake' },
  })

test('T-13 T-06 what a freeze once decided of a hit decides nothing more once it was opened again, and screening goes on', async () => {
  const [hit = ''] = await on.openHits(person.id)
  const first = await freeze({ hit_id: hit })
  await settles(hit, 'true_match')
  await unfreeze({ override_hit_id: hit }, first)
  await settles(hit, 'cleared')
  expect((await reopen(hit)).body.state).toBe('executed')
  await on.executed(await freeze())
  await on.tell([{ id: 'pty_afterwards', name: 'Anselm Corwin Velthuizen' }])
  expect(await on.openHits('pty_afterwards')).toHaveLength(1)
  expect(await stateOf(hit)).toBe('open')
})

test('T-04 T-06 an override of a hit that was never confirmed clears it too', async () => {
  const [, other] = await on.freePeople()
  if (!other) throw new Error('the world has one person who is free')
  await on.inForce(
    FILLER +
      listed(501, ENTRY) +
      listed(601, person.name.replaceAll('"', '')) +
      listed(602, other.name.replaceAll('"', '')),
  )
  const [hit = ''] = await on.openHits(other.id)
  const target = { kind: 'party', id: other.id }
  const frozen = await on.agreedTo('freeze_entity', { target, reason: { code: 'fraud_suspected' } })
  await on.executed(frozen)
  const reason = { code: 'false_positive' }
  await on.agreedTo('unfreeze_entity', { target, input: { override_hit_id: hit }, undoes: frozen, reason })
  await settles(hit, 'cleared')
})

test('T-13 what a hit was settled by and cannot be kept is a dead letter, and screening goes on', async () => {
  await on.tell([{ id: 'pty_broken', name: 'Anselm Corwin Velthuizen' }])
  const [hit = ''] = await on.openHits('pty_broken')
  // The party changes, so that its hit is raised anew and this one superseded; the event that says so can be kept by no database.
  await on.product.superuser.query(
    `CREATE FUNCTION kernel.refuse_superseded() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'; END $$`,
  )
  await on.product.superuser.query(
    `CREATE TRIGGER refuse_superseded BEFORE INSERT ON kernel.event FOR EACH ROW
       WHEN (NEW.type = 'transfers.hit.superseded') EXECUTE FUNCTION kernel.refuse_superseded()`,
  )
  try {
    await on.tell([{ id: 'pty_broken', name: 'Anselm Corwin Velthuizen', country: 'FR' }], 2)
    await eventually('the dead letter', async () => {
      const { rows } = await on.product.superuser.query(
        `SELECT times FROM kernel.dead_letter WHERE source = 'screening'`,
      )
      return rows.length === 1
    })
    await on.tell([{ id: 'pty_after_broken', name: 'Anselm Corwin Velthuizen' }])
    expect(await on.openHits('pty_after_broken')).toHaveLength(1)
    expect(await stateOf(hit)).toBe('open')
    const { rows } = await on.product.superuser.query(
      `SELECT times FROM kernel.dead_letter WHERE source = 'screening'`,
    )
    expect(rows).toEqual([{ times: 1 }])
  } finally {
    // The trigger stays: dropping it waits for whoever reads events, who may be waiting for us.
    await on.product.superuser.query(
      `CREATE OR REPLACE FUNCTION kernel.refuse_superseded() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RETURN NEW; END $$`,
    )
  }
})

test('T-06 a hit that was raised anew since is not opened again: the newer one is', async () => {
  await on.tell([{ id: 'pty_twice', name: 'Anselm Corwin Velthuizen' }])
  const [older = ''] = await on.openHits('pty_twice')
  expect((await on.clear(older, 'documents_seen')).body.state).toBe('executed')
  await on.tell([{ id: 'pty_twice', name: 'Anselm Corwin Velthuizen', country: 'FR' }], 2)
  const [newer = ''] = await on.openHits('pty_twice')
  expect((await on.clear(newer, 'documents_seen')).body.state).toBe('executed')
  await eventually('both to be known as cleared', async () => {
    const { data } = await on.hitOf(newer)
    return data.history[0]?.state === 'cleared'
  })
  const refused = await reopen(older)
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'raised_anew', detail: expect.stringContaining(newer) },
  })
  expect((await reopen(newer)).body.state).toBe('executed')
  expect(await on.openHits('pty_twice')).toEqual([newer])
})

test('T-13 what was found of a party that has changed since is not taken for raised: it is found anew', async () => {
  await on.tell([{ id: 'pty_changed', name: 'Anselm Corwin Velthuizen' }])
  const [hit = ''] = await on.openHits('pty_changed')
  const findings = async () =>
    (
      await on.product.superuser.query(
        `SELECT hit_id, raised_at IS NOT NULL AS raised FROM transfers.screening_finding WHERE party_id = 'pty_changed'`,
      )
    ).rows
  expect(await findings()).toEqual([{ hit_id: hit, raised: true }])
  await on.product.superuser.query(
    `UPDATE transfers.screening_finding SET hit_id = 'scr_of_before', raised_at = NULL WHERE party_id = 'pty_changed'`,
  )
  await eventually('what was found before to be forgotten', async () => (await findings()).length === 0)
  await on.tell([{ id: 'pty_changed', name: 'Anselm Corwin Velthuizen' }], 2)
  await eventually('it to be found anew', async () => (await findings())[0]?.raised)
  expect(await findings()).toEqual([{ hit_id: hit, raised: true }])
  expect(await on.openHits('pty_changed')).toEqual([hit])
})
