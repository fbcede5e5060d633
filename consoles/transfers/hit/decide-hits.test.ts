import { randomUUID } from 'node:crypto'
import { type Client, eventually } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FILLER, listed, type Screening, startScreening } from '../screening/screening-for-tests.ts'

let on: Screening
let ops: Client
let people: { id: string; name: string }[]

const entryOf = ({ name }: { name: string }, uid: number, remarks?: string) =>
  listed(uid, name.replaceAll('"', ''), remarks)

beforeAll(async () => {
  on = await startScreening()
  ops = await on.product.as('transfers/OPS')
  people = await on.freePeople()
  await on.inForce(
    FILLER +
      people
        .slice(0, 4)
        .map((one, at) => entryOf(one, 600 + at))
        .join(''),
  )
}, 120_000)
afterAll(() => on?.close())

const freeze = async (party: string, input: object = {}) => {
  const target = { kind: 'party', id: party }
  await on.executed(
    await on.agreedTo('freeze_entity', { target, input, reason: { code: 'sanctions_match' } }),
  )
}
const preview = (by: Client, action: string, id: string) =>
  by.post(`/v1/actions/transfers.${action}/preview`, { target: { kind: 'hit', id } })
const offered = async (id: string): Promise<string[]> =>
  (await on.hitOf(id)).affordances.map(({ action }: { action: string }) => action)

test('T-06 T-04 a hit of a party that is frozen already is a true match by two people; of a free one only by its freeze', async () => {
  const [person] = people
  if (!person) throw new Error('the world has no people who are free')
  const [first = ''] = await on.openHits(person.id)
  expect(await preview(on.compliance, 'confirm_hit', first)).toMatchObject({
    status: 409,
    body: { code: 'party_not_frozen' },
  })
  expect(await offered(first)).not.toContain('transfers.confirm_hit')
  await freeze(person.id, { hit_id: first })
  // The next version of the list says more of the same entry.
  const others = people.slice(1, 4).map((one, at) => entryOf(one, 601 + at))
  await on.inForce(FILLER + entryOf(person, 600, 'nationality Germany.') + others.join(''))
  const [again = ''] = await on.openHits(person.id)
  expect([again === '', again === first]).toEqual([false, false])
  const page = await on.hitOf(again)
  expect(page.banners).toMatchObject([{ tone: 'danger', text: expect.stringContaining('Frozen') }])
  expect(await offered(again)).toContain('transfers.confirm_hit')
  expect((await preview(on.compliance, 'confirm_hit', again)).text).not.toContain(person.name)
  const asked = await on.ask('confirm_hit', {
    target: { kind: 'hit', id: again },
    reason: { code: 'confirmed_before' },
  })
  expect((await on.hitOf(again)).state).toBe('open')
  await on.agree(asked.body.id)
  expect((await on.hitOf(again)).state).toBe('true_match')
  expect(await on.openHits(person.id)).toEqual([])
})

test('T-06 so is one that Compliance raised, and it is decided there', async () => {
  const { hits } = await on.product.upstream('/compliance/hits?state=open&limit=200')
  const [hit] = hits
  expect((await preview(on.compliance, 'confirm_compliance_hit', hit.id)).body.code).toBe('party_not_frozen')
  await freeze(hit.party_id)
  await eventually('the page to say that the party is frozen', async () => {
    const { data } = await on.hitOf(hit.id)
    return data.party_frozen
  })
  const request = await on.agreedTo('confirm_compliance_hit', {
    target: { kind: 'hit', id: hit.id },
    reason: { code: 'same_identifiers' },
  })
  await on.executed(request)
  expect((await on.product.upstream(`/compliance/hits/${hit.id}`)).state).toBe('true_match')
  await eventually('the page to say how it was decided', async () => {
    const { data } = await on.hitOf(hit.id)
    return data.decision?.request === request
  })
})

test('T-06 X-05 how a hit of Compliance’s was decided names what it was decided by, here; what Compliance decided by itself, nothing', async () => {
  const { hits } = await on.product.upstream('/compliance/hits?state=open&limit=200')
  const [cleared] = hits
  const matched = hits.find(({ party_id }: { party_id: string }) => party_id !== cleared.party_id)
  const decision = async (id: string) => (await on.hitOf(id)).data.decision
  const frozen = await on.agreedTo('freeze_entity', {
    ...{ target: { kind: 'party', id: matched.party_id }, input: { hit_id: matched.id } },
    reason: { code: 'sanctions_match' },
  })
  await eventually('its freeze to be told of', async () => (await decision(matched.id))?.request === frozen)

  const asked = await on.ask('clear_compliance_hit', {
    target: { kind: 'hit', id: cleared.id },
    reason: { code: 'other', note: 'Born nine years later' },
  })
  const { id: request, state } = asked.body
  if (state === 'pending') await on.agree(request)
  await eventually(
    'the clearing to be told of',
    async () => (await decision(cleared.id))?.request === request,
  )
  expect(await decision(cleared.id)).toMatchObject({ action: 'Not the same: clear at Compliance' })
  // Compliance has thought again, and again: neither is what was asked for here.
  const now = await on.product.upstream(`/compliance/hits/${cleared.id}`)
  for (const as of ['true_match', 'cleared']) {
    now.version += 1
    await on.ingest([{ type: 'hit.decided', kind: 'hit', version: now.version, data: { ...now, state: as } }])
    await eventually('no decision of ours', async () => (await on.hitOf(cleared.id)).data.decision === null)
  }
})

test('T-06 no hit is decided without being opened: neither ours nor Compliance’s over many at once', async () => {
  const { hits } = await on.product.upstream('/compliance/hits?state=open&limit=200')
  const ours = await on.openHits(people[1]?.id ?? '')
  for (const [action, ids] of [
    ['clear_compliance_hit', hits.slice(0, 2).map(({ id }: { id: string }) => id)],
    ['confirm_compliance_hit', hits.slice(0, 2).map(({ id }: { id: string }) => id)],
    ['clear_hit', ours],
    ['confirm_hit', ours],
  ]) {
    const asked = await on.compliance.post(
      `/v1/actions/transfers.${action}/bulk`,
      {
        rows: ids.map((id: string) => ({ target: { kind: 'hit', id } })),
        reason: { code: 'other', note: 'all of them' },
        preview_digest: 'none',
      },
      { 'idempotency-key': randomUUID() },
    )
    expect([action, asked.status, asked.body.code]).toEqual([action, expect.any(Number), 'not_in_bulk'])
  }
})

test('T-06 who clears a hit of 0.95 or more says in words why', async () => {
  const [hit = ''] = await on.openHits(people[1]?.id ?? '')
  expect((await on.hitOf(hit)).data.score).toBeGreaterThanOrEqual(0.95)
  expect(await on.clear(hit, 'documents_seen', null)).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'reason.note' }] },
  })
  // The list says nothing of this one; of the first it says of which nationality.
  expect((await preview(on.compliance, 'clear_hit', hit)).body.warnings ?? []).toEqual([])
  await on.tell([{ id: 'pty_german', name: people[0]?.name ?? '' }])
  const [german = ''] = await on.openHits('pty_german')
  expect((await preview(on.compliance, 'clear_hit', german)).body.warnings).toEqual([
    'The same of both: nationality.',
  ])
  await on.tell([{ id: 'pty_less', name: `${people[1]?.name} Qorvane` }])
  const [less = ''] = await on.openHits('pty_less')
  expect((await on.hitOf(less)).data.score).toBeLessThan(0.95)
  expect((await on.clear(less, 'other_name', null)).body.state).toBe('executed')
  for (const nothing of ['.', '…', ' - ', '4711', 'ok', '\u3164\u3164\u3164']) {
    const refused = await on.clear(hit, 'documents_seen', nothing)
    expect([nothing, refused.status, refused.body.errors?.[0]?.field]).toEqual([nothing, 400, 'reason.note'])
    expect(refused.body.errors[0].message).toContain('at least 3 letters')
  }
  // What it would do is told while that is written.
  const begun = { target: { kind: 'hit', id: hit }, reason: { code: 'documents_seen', note: 'A' } }
  expect((await on.compliance.post('/v1/actions/transfers.clear_hit/preview', begun)).status).toBe(200)
  const cleared = await on.clear(hit, 'documents_seen', 'Another father, by the passport')
  expect(cleared.body.state, cleared.text).toBe('executed')
})

test('T-06 K-16 whom nothing tells from who is listed nobody clears alone: neither a score of 1.00, nor one name and one date of birth', async () => {
  const required = async (id: string) => {
    const asked = await on.compliance.post('/v1/actions/transfers.clear_hit/preview', {
      ...{ target: { kind: 'hit', id }, reason: { code: 'documents_seen', note: 'by the papers' } },
    })
    return asked.body.approvals
  }
  const name = 'Ottoline Vexberg Harcastle'
  await on.inForce(
    FILLER +
      listed(700, name, 'DOB 01 Jul 1988.') +
      listed(701, 'Lucasta Thrumbleby', "a.k.a. 'Perpetua Quillfeather'; DOB 03 Aug 1961."),
  )
  await on.tell([
    { id: 'pty_certain', name, country: 'FR' },
    { id: 'pty_close', name: `${name} Qorvane` },
    { id: 'pty_born', name: 'Perpetua Quillfeather', born: '1961-08-03' },
    { id: 'pty_unborn', name: 'Perpetua Quillfeather' },
  ])
  const [certain = '', close = '', born = '', unborn = ''] = (
    await Promise.all(['pty_certain', 'pty_close', 'pty_born', 'pty_unborn'].map((id) => on.openHits(id)))
  ).flat()
  expect((await on.hitOf(certain)).data.score).toBe(1)
  expect((await on.hitOf(born)).data.score).toBeLessThan(0.99)
  const two = { required: 1, eligible_roles: ['transfers/COMPLIANCE', 'transfers/ADMIN'] }
  expect(await required(certain)).toMatchObject(two)
  expect(await required(born)).toMatchObject(two)
  expect(await required(close)).toMatchObject({ required: 0 })
  expect(await required(unborn)).toMatchObject({ required: 0 })

  const asked = await on.compliance.post('/v1/actions/transfers.clear_hit', {
    target: { kind: 'hit', id: certain },
    reason: { code: 'documents_seen', note: 'by the papers' },
  })
  expect([asked.status, asked.body.state]).toEqual([202, 'pending'])
  const { id, digest } = asked.body
  expect((await on.compliance.post(`/v1/requests/${id}/approve`, { digest })).status).toBe(403)
  expect((await on.hitOf(certain)).state).toBe('open')
  await on.agree(id)
  expect((await on.hitOf(certain)).state).toBe('cleared')
})

test('T-06 K-13 no reason is offered or taken that what was compared speaks against; a number that is one’s own takes a second person', async () => {
  const { hits } = await on.product.upstream('/compliance/hits?state=open&limit=200')
  type Compared = { name: string; ours: string; theirs: string }
  const pages = await Promise.all(hits.map(({ id }: { id: string }) => on.hitOf(id)))
  const telling = ['registration_number', 'date_of_birth']
  const same = pages.filter(({ data }) =>
    data.identifiers.some(({ name, ours, theirs }: Compared) => telling.includes(name) && ours === theirs),
  )
  expect(same).not.toEqual([])
  const offeredOn = ({ affordances }: { affordances: { action: string; reasons?: { code: string }[] }[] }) =>
    affordances
      .find(({ action }) => action === 'transfers.clear_compliance_hit')
      ?.reasons?.map(({ code }) => code)
  const clearing = (id: string, code: string) => ({
    ...{ target: { kind: 'hit', id }, reason: { code, note: 'Seen in the register' } },
  })
  const path = '/v1/actions/transfers.clear_compliance_hit'
  const left = ['documents_seen', 'other']
  for (const page of same) {
    expect([page.id, offeredOn(page)]).toEqual([page.id, left])
    for (const contradicted of ['other_birth_date', 'other_nationality', 'other_name']) {
      const refused = await on.compliance.post(path, clearing(page.id, contradicted))
      expect(refused).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'reason.code', allowed: left }] },
      })
    }
    const preview = await on.compliance.post(`${path}/preview`, clearing(page.id, 'documents_seen'))
    expect([page.id, preview.body.approvals.required]).toEqual([page.id, 1])
  }
})

test('T-06 T-04 a party is frozen for any of its hits, however many are newer', async () => {
  const person = people[2]?.id ?? ''
  const [hit = ''] = await on.openHits(person)
  await on.product.superuser.query(
    `INSERT INTO transfers.screening_hit (hit_id, version, party_id, list, uid, rule_id, score, state, raised_at, position)
     SELECT 'scr_newer_' || n, 1, $1, 'UN', n::text, 'names_un_security_council', 0.9, 'open', now() + interval '1 day', 0
       FROM generate_series(1, 50) n`,
    [person],
  )
  const asked = await on.compliance.post('/v1/actions/transfers.freeze_entity/preview', {
    ...{ target: { kind: 'party', id: person }, input: { hit_id: hit } },
    reason: { code: 'sanctions_match' },
  })
  expect(asked.body.effects, asked.text).toContain('The hit is closed as a true match.')
})

test('T-06 T-04 whoever agrees to a freeze reads for which hit: names, list, score and what fits, as a link; and what waits at this moment, which keeps nobody from freezing', async () => {
  const { id: person, name } = people[2] ?? { id: '', name: '' }
  const [hit = ''] = await on.openHits(person)
  const freeze = {
    ...{ target: { kind: 'party', id: person }, input: { hit_id: hit } },
    reason: { code: 'sanctions_match' },
  }
  const path = '/v1/actions/transfers.freeze_entity'
  const wait = (id: string, amount: string) =>
    on.product.superuser.query(
      `INSERT INTO transfers.transfer (id, version, at, state, rail, record)
       VALUES ($1, 1, now(), 'created', 'ach', jsonb_build_object('amount', jsonb_build_object('amount', $2::text, 'currency', 'CHF'),
               'originator', jsonb_build_object('party_id', $3::text)))`,
      [id, amount, person],
    )
  await wait('tr_waits_1', '1200.50')
  const { body } = await on.compliance.post(`${path}/preview`, freeze)
  const line = (label: string) => body.changes.find((one: { label: string }) => one.label === label)
  const masked = line('For the hit')
  expect(masked).toMatchObject({ to: { kind: 'hit', id: hit }, after: expect.stringContaining(' ~ ') })
  expect(masked.after).not.toContain(name)
  expect(line('Listed as').after).toMatch(/^\S.* · OFAC SDN 2026-11-20 · score [01]\.\d{3}$/)
  expect(line('Compared beside the names').after).toBe('nothing: one of the two has no such data')
  expect(body.at_present.join()).toContain('1\u202f200.50 CHF')
  // It moves by itself: who confirms what they have read is not sent back for it.
  await wait('tr_waits_2', '99.50')
  const asked = await on.compliance.post(path, { ...freeze, preview_digest: body.preview_digest })
  expect(asked.status, asked.text).toBe(202)
  const seen = await on.admin.get(`/v1/requests/${asked.body.id}`)
  expect(seen.body.current_preview.at_present.join()).toContain('1\u202f300.00 CHF')
  const drift = seen.body.drift.map(({ label }: { label: string }) => label)
  expect(drift).toEqual([])
  const agreed = await on.admin.post(`/v1/requests/${asked.body.id}/approve`, {
    digest: seen.body.digest,
    preview_digest: seen.body.preview_digest,
  })
  expect(agreed.status, agreed.text).toBe(200)
})

test('K-30 T-06 who may not reveal a person reads neither the name of a hit nor what was compared', async () => {
  const person = people[3]
  const [hit = ''] = await on.openHits(person?.id ?? '')
  const seen = (await on.hitOf(hit)).data
  expect(seen).toMatchObject({ masked: false, screened_name: person?.name, compared: expect.any(Object) })
  const { body, text } = await ops.get(`/v1/entities/hit/${hit}`)
  expect(body.data).toMatchObject({
    ...{ masked: true, compared: null, identifiers: [] },
    screened_name: expect.stringContaining('••'),
  })
  expect(text).not.toContain(person?.name)
})

test('K-30 T-06 what is agreed to about a person’s hit is kept without the name that is listed, and leads to who may read it', async () => {
  const { id = '', name = '' } = people[3] ?? {}
  const [hit = ''] = await on.openHits(id)
  const listedAs = name.replaceAll('"', '')
  expect((await on.hitOf(hit)).data.listed_name).toBe(listedAs)
  const asked = {
    ...{ target: { kind: 'party', id }, input: { hit_id: hit } },
    reason: { code: 'sanctions_match' },
  }
  const previews = [
    await on.compliance.post('/v1/actions/transfers.freeze_entity/preview', asked),
    await preview(on.compliance, 'clear_hit', hit),
    await on.compliance.post('/v1/actions/transfers.propose_pair_rule/preview', {
      ...{ target: { kind: 'hit', id: hit }, input: { days: 30 } },
    }),
  ]
  for (const { status, text } of previews) {
    expect(status, text).toBe(200)
    expect(text).toContain('••')
    for (const word of listedAs.split(/[\s,]+/).filter((one) => one.length > 2))
      expect(text).not.toContain(word)
  }
  const { hits } = await on.product.upstream('/compliance/hits?state=open&limit=200')
  const pages = await Promise.all(hits.map((one: { id: string }) => on.hitOf(one.id)))
  const theirs = pages.find(({ data }) => data.party_kind === 'person')
  const clearing = await preview(on.compliance, 'clear_compliance_hit', theirs.id)
  expect(clearing.status, clearing.text).toBe(200)
  expect(clearing.text).not.toContain(theirs.data.listed_name)
  const [freezing] = previews
  const line = (label: string) => freezing?.body.changes.find((one: { label: string }) => one.label === label)
  expect(line('For the hit').to).toEqual({ kind: 'hit', id: hit })
})
