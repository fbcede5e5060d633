import { eventually } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FILLER as filler, listed as row, type Screening, startScreening } from './screening-for-tests.ts'

let on: Screening
let product: Screening['product']
let compliance: Screening['compliance']
let admin: Screening['admin']

beforeAll(async () => {
  on = await startScreening()
  ;({ product, compliance, admin } = on)
}, 120_000)
afterAll(() => on?.close())

const LISTED = row(501, 'VELTHUIZEN, Anselm Corwin', 'DOB 04 Mar 1971; nationality Germany.')
const tell: Screening['tell'] = (...told) => on.tell(...told)
const brought = (content: string) => on.brought(content)
const inForce = (content: string) => on.inForce(content)
const agree = (request: string) => on.agree(request)
const agreedTo = (action: string, body: object) => on.agreedTo(action, body)
const ask = (action: string, body: object) => on.ask(action, body)
const openHits = (party: string) => on.openHits(party)
const screened = () => on.screened()
const clear = (id: string) => on.clear(id)
const hitOf = (id: string) => on.hitOf(id)

test('T-13 T-06 a list in force screens every party; the hit is looked at, cleared with a reason, and leaves the queue', async () => {
  await tell([
    { id: 'pty_listed', name: 'Anselm Korwin Velthuizen', born: '1988-07-01', country: 'DE' },
    { id: 'pty_other', name: 'Marguerite Oduya' },
  ])
  await inForce(filler + LISTED)
  const [id = '', ...more] = await openHits('pty_listed')
  expect(more).toEqual([])
  expect(await openHits('pty_other')).toEqual([])
  const queued = async () =>
    (await compliance.get('/v1/queues/transfers.compliance/items?rule_id=names_ofac_sdn')).body.items.map(
      ({ subject }: { subject: { id: string } }) => subject.id,
    )
  expect(await queued()).toEqual([id])
  const shown = await hitOf(id)
  expect(shown).toMatchObject({
    state: 'open',
    data: {
      screened_name: 'Anselm Korwin Velthuizen',
      listed_name: 'VELTHUIZEN, Anselm Corwin',
      ...{
        list: 'OFAC SDN',
        list_version: '2026-11-20',
        rule_id: 'names_ofac_sdn',
        uid: '501',
        programs: ['SDGT'],
      },
      identifiers: [
        { name: 'born', ours: '1988-07-01', theirs: '1971-03-04', match: 'different' },
        { name: 'nationality', ours: 'DE', theirs: 'Germany', match: 'same' },
      ],
      history: [],
    },
  })
  const asked = await clear(id)
  expect([asked.status, asked.body.state], asked.text).toEqual([200, 'executed'])
  expect((await hitOf(id)).state).toBe('cleared')
  expect(await openHits('pty_listed')).toEqual([])
  expect(await queued()).toEqual([])
  expect((await clear(id)).body.code).toBe('already_decided')
})

test('T-13 the same list again raises nothing; a changed entry raises the pair again, with what was decided before', async () => {
  await inForce(filler + row(700, 'SOMEBODY, Else') + LISTED)
  expect(await openHits('pty_listed')).toEqual([])
  await inForce(filler + row(501, 'VELTHUIZEN, Anselm Corwin', 'DOB 04 Mar 1972; nationality Germany.'))
  const [item] = await openHits('pty_listed')
  const { data } = await hitOf(String(item))
  expect(data.history).toEqual([
    {
      ...{ id: expect.stringMatching(/^scr_/), state: 'cleared', decided_by: 'transfers/COMPLIANCE' },
      ...{ raised_at: expect.any(String), decided_at: expect.any(String) },
    },
  ])
})

test('T-13 who comes later is screened, and who changes their name', async () => {
  await tell([{ id: 'pty_late', name: 'Velthuizen Anselm Corwin' }])
  await tell([{ id: 'pty_other', name: 'A. Corwin Velthuizen' }], 2)
  expect(await openHits('pty_late')).toHaveLength(1)
  expect(await openHits('pty_other')).toHaveLength(1)
})

test('T-13 before a list comes into force whoever agrees is told who is newly hit, and nobody is raised by it', async () => {
  await tell([{ id: 'pty_next', name: 'Thessaly Brandvold' }])
  await screened()
  const { request, version } = await brought(
    filler +
      row(501, 'VELTHUIZEN, Anselm Corwin', 'DOB 04 Mar 1972; nationality Germany.') +
      row(800, 'BRANDVOLD, Thessaly'),
  )
  const told = await eventually('everybody to be compared with it', async () => {
    const { body } = await admin.get(`/v1/requests/${request}`)
    const effects: string[] = body.current_preview.effects
    return effects.find((effect) => effect.endsWith('newly hit: T. B••••.'))
  })
  expect(told).toBe('1 party is newly hit: T. B••••.')
  const { body } = await compliance.get('/v1/entities/sanctions_list/ofac_sdn')
  expect(body.data.offered[0]).toMatchObject({ version, newly_hit: 1, unscreened: 0 })
  expect(await openHits('pty_next')).toEqual([])
  await agree(request)
  expect(await openHits('pty_next')).toHaveLength(1)
  expect(await openHits('pty_listed')).toHaveLength(1)
})

test('T-13 a worker that is killed in the midst of it goes on where it was, and raises each hit once', async () => {
  await product.stopWorker()
  await tell(
    Array.from({ length: 450 }, (_, at) => ({
      id: `pty_many_${at}`,
      name: `Anselm Corwin Velthuizen ${at % 3 ? 'Q' : 'Z'}`,
    })),
  )
  const look = async () =>
    (
      await product.superuser.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM transfers.screening_finding WHERE party_id LIKE 'pty_many_%' AND raised_at IS NOT NULL`,
      )
    ).rows[0]?.n ?? 0
  // Once some are raised the next have to wait, so that it is killed between one step and the next.
  const holding = await product.superuser.connect()
  await holding.query('SELECT pg_advisory_lock(4711)')
  await holding.query(`
    CREATE FUNCTION kernel.wait_after_some() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
      IF EXISTS (SELECT FROM transfers.screening_finding WHERE party_id LIKE 'pty_many_%' AND raised_at IS NOT NULL) THEN
        PERFORM pg_advisory_xact_lock_shared(4711);
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER wait_after_some BEFORE INSERT ON kernel.event FOR EACH ROW
      WHEN (NEW.type = 'transfers.hit.raised') EXECUTE FUNCTION kernel.wait_after_some()`)
  const first = product.spawnWorker()
  try {
    await eventually('some to be raised', async () => (await look()) > 0)
    first.signal('SIGKILL')
    await first.ended
    expect(await look()).toBe(100)
  } finally {
    await holding.query('SELECT pg_advisory_unlock(4711)')
    // Dropping the trigger would wait for whoever reads events, who may be waiting for us.
    await holding.query(`CREATE OR REPLACE FUNCTION kernel.wait_after_some() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RETURN NEW; END $$`)
    holding.release()
  }
  product.startWorker()
  await eventually('all to be raised', async () => (await look()) === 450)
  await screened()
  const { rows } = await product.superuser.query(
    `SELECT count(*)::int AS events, count(DISTINCT stream)::int AS hits FROM kernel.event
      WHERE type = 'transfers.hit.raised' AND refs && ARRAY(SELECT 'party/pty_many_' || n FROM generate_series(0, 449) n)`,
  )
  expect(rows).toEqual([{ events: 450, hits: 450 }])
}, 120_000)

const heldBack = async (id: string) => (await hitOf(id)).data.pair_rule?.suppressed

test('T-06 only a rule that somebody else has agreed to keeps a pair back; each is counted, and raised once the rule is withdrawn', async () => {
  await tell([{ id: 'pty_pair', name: 'Anselm Corwin Velthuizen', country: 'DE' }])
  const [first] = await openHits('pty_pair')
  const target = { kind: 'hit', id: String(first) }
  await clear(target.id)
  const asked = await ask('propose_pair_rule', {
    target,
    input: { days: 30 },
    reason: { code: 'documents_seen', note: 'another person, by the passport' },
  })
  await tell([{ id: 'pty_pair', name: 'Anselm Corwin Velthuizen', country: 'FR' }], 2)
  const [again] = await openHits('pty_pair')
  expect(again).toBeDefined()
  await clear(String(again))
  await agree(asked.body.id)
  await tell([{ id: 'pty_pair', name: 'Anselm Corwin Velthuizen', country: 'IT' }], 3)
  await eventually('the hit to be kept back', async () => (await heldBack(target.id)) === 1)
  expect(await openHits('pty_pair')).toEqual([])
  const { rows } = await product.superuser.query(
    `SELECT count(*)::int AS n FROM transfers.screening_finding WHERE party_id = 'pty_pair' AND suppressed_at IS NOT NULL AND raised_at IS NULL`,
  )
  expect(rows).toEqual([{ n: 1 }])
  const withdrawn = await compliance.post('/v1/actions/transfers.withdraw_pair_rule', {
    target,
    reason: { code: 'agreed_by_mistake' },
  })
  expect(withdrawn.body.state, withdrawn.text).toBe('executed')
  await eventually('it to be raised', async () => (await openHits('pty_pair')).length === 1)
})

test('T-06 what comes to more than the hit that a rule was agreed on is raised all the same', async () => {
  await tell([{ id: 'pty_more', name: 'Anselm Corwin Velthuizen', country: 'FR' }])
  const [first] = await openHits('pty_more')
  const target = { kind: 'hit', id: String(first) }
  await agreedTo('propose_pair_rule', {
    target,
    input: { days: 30 },
    reason: { code: 'documents_seen', note: 'another person, by the passport' },
  })
  await tell([{ id: 'pty_more', name: 'Anselm Corwin Velthuizen', born: '1972-03-04', country: 'DE' }], 2)
  await eventually('the one to be superseded', async () => (await hitOf(target.id)).state === 'superseded')
  const [anew, ...more] = await openHits('pty_more')
  expect([anew === target.id, more]).toEqual([false, []])
  expect(await heldBack(target.id)).toBe(0)
})

test('T-06 what fits by more than the hit that a rule was agreed on is raised all the same, though it scores no more', async () => {
  await tell([{ id: 'pty_same', name: 'Anselm Corwin Velthuizen', country: 'DE' }])
  const [first = ''] = await openHits('pty_same')
  expect((await hitOf(first)).data.score).toBe(1)
  await agreedTo('propose_pair_rule', {
    target: { kind: 'hit', id: first },
    input: { days: 30 },
    reason: { code: 'documents_seen', note: 'another person, by the passport' },
  })
  // Born in that year is known first, then the very day: each fits by more than before.
  await tell([{ id: 'pty_same', name: 'Anselm Corwin Velthuizen', born: '1972-11-30', country: 'DE' }], 2)
  const [nearly = ''] = await openHits('pty_same')
  expect((await hitOf(nearly)).data).toMatchObject({
    score: 1,
    identifiers: [{ match: 'close' }, { match: 'same' }],
  })
  await tell([{ id: 'pty_same', name: 'Anselm Corwin Velthuizen', born: '1972-03-04', country: 'DE' }], 3)
  await eventually('the one to be superseded', async () => (await hitOf(nearly)).state === 'superseded')
  const [exactly = ''] = await openHits('pty_same')
  expect((await hitOf(exactly)).data).toMatchObject({
    score: 1,
    identifiers: [{ match: 'same' }, { match: 'same' }],
  })
  // What fits by less is kept back.
  await tell([{ id: 'pty_same', name: 'Anselm Corwin Velthuizen', country: 'FR' }], 4)
  await eventually('it to be kept back', async () => (await heldBack(exactly)) === 1)
  expect(await openHits('pty_same')).toEqual([exactly])
})

test('T-06 T-04 a true match is closed by the freeze that was carried out for it, and cleared by its end as a false positive', async () => {
  const { parties } = await product.upstream('/compliance/parties?limit=200')
  const person = parties.find(
    (one: { kind: string; frozen: boolean }) => one.kind === 'person' && !one.frozen,
  )
  await inForce(
    filler +
      row(501, 'VELTHUIZEN, Anselm Corwin', 'DOB 04 Mar 1972; nationality Germany.') +
      row(601, person.name.replaceAll('"', '')),
  )
  const [item] = await openHits(person.id)
  const hit = String(item)
  const target = { kind: 'party', id: person.id }
  const wrong = await compliance.post('/v1/actions/transfers.freeze_entity/preview', {
    target,
    input: { hit_id: 'scr_0' },
    reason: { code: 'sanctions_match' },
  })
  expect(wrong.body).toMatchObject({
    errors: [{ field: 'input.hit_id', allowed: expect.arrayContaining([hit]) }],
  })
  const freeze = await agreedTo('freeze_entity', {
    target,
    input: { hit_id: hit },
    reason: { code: 'sanctions_match' },
  })
  await eventually('the hit to be a true match', async () => (await hitOf(hit)).state === 'true_match')
  expect(await openHits(person.id)).toEqual([])
  await agreedTo('unfreeze_entity', {
    target,
    input: { override_hit_id: hit },
    reason: { code: 'false_positive' },
    undoes: freeze,
  })
  await eventually('the hit to be cleared', async () => (await hitOf(hit)).state === 'cleared')
  await eventually('that to count for the rule, by who asked for it', async () => {
    const { rows } = await product.superuser.query(
      `SELECT FROM transfers.screening_hit WHERE hit_id = $1 AND state = 'cleared' AND decided_by = 'transfers-COMPLIANCE'`,
      [hit],
    )
    return rows.length === 1
  })
})

test('T-06 K-20 an emergency freeze confirms nothing before others have agreed to it', async () => {
  const { parties } = await product.upstream('/compliance/parties?limit=200')
  const person = parties.findLast(
    (one: { kind: string; frozen: boolean }) => one.kind === 'person' && !one.frozen,
  )
  await inForce(
    filler +
      row(501, 'VELTHUIZEN, Anselm Corwin', 'DOB 04 Mar 1972; nationality Germany.') +
      row(602, person.name.replaceAll('"', '')),
  )
  const [hit = ''] = await openHits(person.id)
  const target = { kind: 'party', id: person.id }
  const body = {
    ...{ target, input: { hit_id: hit }, emergency: true },
    reason: { code: 'sanctions_match', note: 'money leaves in a minute' },
  }
  const asked = await ask('freeze_entity', body)
  await eventually('the party to be frozen', async () => {
    const { rows } = await product.superuser.query('SELECT frozen FROM transfers.party WHERE id = $1', [
      person.id,
    ])
    return rows[0]?.frozen
  })
  await screened()
  expect((await hitOf(hit)).state).toBe('open')
  await agree(asked.body.id)
  await eventually('the hit to be a true match', async () => (await hitOf(hit)).state === 'true_match')
})

test('T-06 a hit that Compliance raised is cleared there, or is a true match by the freeze that names it', async () => {
  const { hits } = await product.upstream('/compliance/hits?state=open&limit=200')
  const [cleared, matched] = hits
  const asked = await compliance.post('/v1/actions/transfers.clear_compliance_hit', {
    target: { kind: 'hit', id: cleared.id },
    reason: { code: 'documents_seen', note: 'by the papers' },
  })
  expect(asked.status, asked.text).toBe(202)
  await agreedTo('freeze_entity', {
    target: { kind: 'party', id: matched.party_id },
    input: { hit_id: matched.id },
    reason: { code: 'sanctions_match' },
  })
  await eventually('both to be decided', async () => {
    const { rows } = await product.superuser.query(
      `SELECT state FROM transfers.screening_hit WHERE hit_id = ANY ($1) ORDER BY state`,
      [[cleared.id, matched.id]],
    )
    return rows.map(({ state }) => state).join() === 'cleared,true_match'
  })
  const there = async (id: string) => (await product.upstream(`/compliance/hits/${id}`)).state
  expect([await there(cleared.id), await there(matched.id)]).toEqual(['cleared', 'true_match'])
  const ours = await openHits('pty_listed')
  const refused = await compliance.post('/v1/actions/transfers.clear_compliance_hit', {
    target: { kind: 'hit', id: String(ours[0]) },
    reason: { code: 'documents_seen', note: 'by the papers' },
  })
  expect(refused.body.code).toBe('ours')
})

test('T-13 what was found is kept of the versions that are screened against, and one that comes into force again begins anew', async () => {
  const versionsIn = async (table: 'screening_finding' | 'list_screening') =>
    (
      await product.superuser.query<{ version: string }>(
        `SELECT DISTINCT version FROM transfers.${table} ORDER BY version`,
      )
    ).rows.map(({ version }) => version)
  const { version } = (await compliance.get('/v1/entities/sanctions_list/ofac_sdn')).body.data
  await screened()
  expect(await versionsIn('screening_finding')).toEqual([version])
  expect(await versionsIn('list_screening')).toEqual([version])
  const again = await brought(filler + row(700, 'SOMEBODY, Else') + LISTED)
  await agree(again.request)
  await screened()
  expect(again.version).not.toBe(version)
  expect(await versionsIn('list_screening')).toEqual([again.version])
  expect(await versionsIn('screening_finding')).toEqual([again.version])
})

test('K-30 of a person’s hit no name stands in clear where it is kept, and only who may decide does', async () => {
  const { rows } = await product.superuser.query(
    `SELECT payload::text AS text FROM kernel.event
      WHERE type LIKE 'transfers.hit.%' AND stream LIKE 'transfers.hit/scr%' AND payload::text ~* 'korwin|1988-07-01'`,
  )
  expect(rows).toEqual([])
  const { rows: findings } = await product.superuser.query(
    'SELECT DISTINCT hit_id FROM transfers.screening_finding',
  )
  expect(findings.length).toBeGreaterThan(0)
  const [item] = await openHits('pty_late')
  const ops = await product.as('transfers/OPS')
  const refused = await ops.post('/v1/actions/transfers.clear_hit', {
    target: { kind: 'hit', id: String(item) },
    reason: { code: 'documents_seen', note: 'by the papers' },
  })
  expect(refused.status).toBe(403)
})
