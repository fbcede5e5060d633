import type { Client } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FILLER, listed, type Screening, startScreening } from '../screening/screening-for-tests.ts'

let on: Screening
let ops: Client
let hit: string
let company: string

const REMARKS =
  "DOB 04 Mar 1971; alt. DOB 1972; POB Antwerp, Belgium; nationality Germany; Passport C01X00T47 (Germany); a.k.a. 'VELTO'."
const LIST =
  FILLER +
  listed(501, 'VELTHUIZEN, Anselm Corwin', REMARKS) +
  listed(502, 'ORRIN QUAYSIDE LIMITED', '-0- ', '-0- ')

const record = async (kind: string, id: string, by = on.compliance) =>
  (await by.get(`/v1/entities/${kind}/${id}`)).body
const entries = async (query: string, by = on.compliance) =>
  (await by.get(`/v1/sanctions-list-entries?${query}`)).body

const like = (name: string, by = on.compliance, list = 'ofac_sdn') =>
  by.post('/v1/sanctions-list-entries/look-up', { list, name })

beforeAll(async () => {
  on = await startScreening()
  ops = await on.product.as('transfers/OPS')
  await on.tell([
    { id: 'pty_person', name: 'Anselm Corwin Velthuizen', born: '1980-01-02', country: 'BE' },
    { id: 'pty_company', name: 'Orrin Quayside Ltd', kind: 'company' },
  ])
}, 120_000)
afterAll(() => on?.close())

test('T-13 screening calls for somebody while a list is missing, and says of each how it stands', async () => {
  const before = await record('screening', 'overview')
  expect(before.state).toBe('attention')
  expect(before.data.lists).toMatchObject([
    { list: 'ofac_sdn', standing: 'empty', published: null, taken_at: null, waiting: null },
    { list: 'ofac_consolidated', standing: 'empty' },
    { list: 'un_security_council', standing: 'empty' },
  ])
  const { request, version } = await on.brought(LIST)
  const brought = await record('screening', 'overview')
  expect(brought.data.lists[0]).toMatchObject({
    standing: 'waiting',
    waiting: { version, published: '2026-11-20', entries: 52, staged_at: expect.any(String) },
  })
  expect((await record('sanctions_list', 'ofac_sdn')).state).toBe('waiting')
  await on.agree(request)
  ;[hit = ''] = await on.openHits('pty_person')
  ;[company = ''] = await on.openHits('pty_company')
  const { state, data } = await record('screening', 'overview')
  expect(state).toBe('attention')
  expect(data.lists[0]).toMatchObject({
    ...{ version, entries: 52, waiting: null, unscreened: 0 },
    ...{ taken_at: expect.any(String), reached_at: expect.any(String) },
  })
  expect((await record('sanctions_list', 'ofac_sdn')).data).toMatchObject({
    taken_at: data.lists[0].taken_at,
    reached_at: data.lists[0].reached_at,
  })
})

test('T-06 K-30 a hit is called by both names, masked for who may not reveal and in lists', async () => {
  expect((await record('hit', hit)).title).toBe('Anselm Corwin Velthuizen ~ VELTHUIZEN, Anselm Corwin')
  expect((await record('hit', hit, ops)).title).toBe('A. C. V•••• ~ V. A. C••••')
  expect((await record('hit', company, ops)).title).toBe('Orrin Quayside Ltd ~ ORRIN QUAYSIDE LIMITED')
  const { entities } = (await on.admin.get('/v1/entities/hit?limit=200')).body
  expect(entities.length).toBeGreaterThan(0)
  const people = entities.filter(({ title }: { title: string }) => title.includes('•'))
  expect(people.length).toBeGreaterThan(0)
  for (const { title } of people) expect(title).toMatch(/^(\S\. )*\S•••• ~ (\S\. )*\S••••$/)
})

test('T-02 T-06 in the queue a hit says by its id which party it is of: two masked names may be the same', async () => {
  const { items } = (await ops.get('/v1/queues/transfers.compliance/items?limit=200')).body
  const row = items.find(({ id }: { id: string }) => id === hit)
  expect(row.fields).toMatchObject({ screened: 'A. C. V••••', party_id: 'pty_person' })
})

test('T-06 what the list knows of the entry stands on the hit, each name of it; and the entry can be opened', async () => {
  const { data } = await record('hit', hit)
  expect(data).toMatchObject({ party_kind: 'person', raised_here: true, entry_id: 'ofac_sdn:501' })
  const known = {
    names: [
      { name: 'VELTHUIZEN, Anselm Corwin', as: null, weak: false },
      { name: 'VELTO', as: 'aka', weak: true },
    ],
    born: ['1971-03-04', '1972'],
    places: ['Antwerp, Belgium'],
    nationalities: [{ name: 'Germany', code: 'DE' }],
    passports: ['C01X00T47'],
    programs: ['SDGT'],
  }
  expect(data.entry).toMatchObject({ ...known, kind: 'individual' })
  expect(data.identifiers).toMatchObject([
    { name: 'born', theirs: '1971-03-04 · 1972' },
    {
      name: 'nationality',
      title: 'nationality; of ours, the country',
      countries: { ours: { code: 'BE' }, theirs: [{ name: 'Germany', code: 'DE' }] },
    },
  ])
  expect(await record('list_entry', 'ofac_sdn:501', ops)).toMatchObject({
    title: 'VELTHUIZEN, Anselm Corwin',
    data: { list: 'ofac_sdn', uid: '501', ...known },
  })
  for (const id of ['ofac_sdn:9', 'nothing', 'un_security_council:501', 'ofac_sdn:']) {
    expect((await on.compliance.get(`/v1/entities/list_entry/${id}`)).status).toBe(404)
  }
  const masked = await record('hit', hit, ops)
  expect(masked.data).toMatchObject({ entry: null, entry_id: null })
})

test('T-13 K-30 a list in force is looked into by a name, which stands in no address', async () => {
  const { entries: found } = (await like('Anselm Korwin Velthuisen', ops)).body
  expect(found[0]).toMatchObject({ id: 'ofac_sdn:501', uid: '501', matched: 'VELTHUIZEN, Anselm Corwin' })
  expect(found[0].score).toBeGreaterThan(0.8)
  expect((await like('Qqqqqq')).body.entries).toEqual([])
  expect((await like('Anselm', ops, 'un_security_council')).body.entries).toEqual([])
  for (const [name, list, field] of [
    ['', 'ofac_sdn', 'name'],
    ['a'.repeat(201), 'ofac_sdn', 'name'],
    ['Anselm', 'mine', 'list'],
  ] as const) {
    const refused = await like(name, on.compliance, list)
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, field])
  }
  const inAddress = await on.compliance.get('/v1/sanctions-list-entries?list=ofac_sdn&name=Anselm')
  expect([inAddress.status, inAddress.body.errors[0].field]).toEqual([400, 'name'])
})

test('T-13 a list in force is gone through from one page of entries to the next, and back', async () => {
  const pages: string[][] = []
  const cursors: string[] = []
  let cursor = ''
  do {
    const page = await entries(`list=ofac_sdn&limit=20${cursor}`)
    pages.push(page.entries.map(({ uid }: { uid: string }) => uid))
    cursors.push(page.previous_cursor)
    cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`
  } while (cursor !== '')
  const seen = pages.flat()
  expect(seen).toHaveLength(52)
  expect(seen).toEqual([...new Set(seen)].sort())
  expect(cursors.map((previous) => previous !== null)).toEqual([false, true, true])
  for (const [at, previous] of cursors.entries()) {
    if (previous === null) continue
    const before = await entries(`list=ofac_sdn&limit=20&cursor=${previous}`)
    expect(before.entries.map(({ uid }: { uid: string }) => uid)).toEqual(pages[at - 1])
  }
  expect(await entries('list=un_security_council')).toEqual({
    ...{ entries: [], previous_cursor: null, next_cursor: null },
  })
  for (const query of ['list=mine', 'list=ofac_sdn&cursor=x', '']) {
    expect((await on.compliance.get(`/v1/sanctions-list-entries?${query}`)).status, query).toBe(400)
  }
})

test('T-15 the rule says so while nothing is decided, week by week; who was found is masked there', async () => {
  const { data, state } = await record('screening_rule', 'names_ofac_sdn')
  expect(state).toBe('in_force')
  // Of a list with no version in force it compares nobody, and says so.
  expect((await record('screening_rule', 'names_un_security_council')).state).toBe('no_list')
  expect(data.nothing_decided).toBe(true)
  expect(data.weeks.length).toBeGreaterThanOrEqual(13)
  expect(data.weeks.every(({ decided }: { decided: number }) => decided === 0)).toBe(true)
  const of = (party: string) =>
    data.found.find(({ party_id }: { party_id: string }) => party_id === party) ?? {}
  expect(of('pty_person')).toMatchObject({ party: 'A. C. V••••', listed: 'V. A. C••••', hit_id: hit })
  expect(of('pty_company')).toMatchObject({ party: 'Orrin Quayside Ltd', listed: 'ORRIN QUAYSIDE LIMITED' })
})

test('T-15 whoever agrees to another threshold while nothing is decided reads that it cannot be judged', async () => {
  const tuning = (code: string) => ({
    ...{ target: { kind: 'screening_rule', id: 'names_ofac_sdn' }, input: { threshold: 0.9 } },
    reason: { code, note: 'Too many' },
  })
  const path = '/v1/actions/transfers.tune_rule'
  const { body } = await on.compliance.post(`${path}/preview`, tuning('other'))
  expect(body.effects[1]).toBe(
    'None of what was found has been decided yet: whether it would spare false positives or miss true matches cannot be judged.',
  )
  expect(body.effects.join()).not.toContain('spared')
  expect((await on.compliance.post(path, tuning('frequent_overrides'))).body.errors).toMatchObject([
    { field: 'reason.code', allowed: ['missed_match', 'taken_back', 'other'] },
  ])
})

test('T-06 X-05 a cleared hit says why, in whose words, by whom and by which request; the timeline leads there, too', async () => {
  const asked = await on.clear(hit, 'other_birth_date', 'Born nine years later, by the passport')
  expect(asked.body.state, asked.text).toBe('executed')
  const { data } = await record('hit', hit)
  expect(data.decision).toMatchObject({
    ...{ request: asked.body.id, by: 'transfers/COMPLIANCE', at: expect.any(String) },
    action: 'Not the same: clear',
    reason: 'Born on another day',
    note: 'Born nine years later, by the passport',
  })
  const masked = (await record('hit', hit, ops)).data.decision
  expect(masked).toMatchObject({ reason: 'Born on another day' })
  expect(masked).not.toHaveProperty('note')
  const cleared = async (by: Client) =>
    (await by.get(`/v1/entities/hit/${hit}/timeline`)).body.entries.find(
      ({ type }: { type: string }) => type === 'transfers.hit.cleared',
    )
  // An event has its place on the timeline a moment after it is written.
  await expect
    .poll(() => cleared(on.compliance), { timeout: 10_000 })
    .toMatchObject({
      detail: { reason_code: 'other_birth_date', action: 'transfers.clear_hit' },
      links: expect.arrayContaining([{ kind: 'request', id: asked.body.id }]),
    })
  // Who may not know of the request is not led to it.
  const others = await cleared(ops)
  expect(others.links).not.toContainEqual({ kind: 'request', id: asked.body.id })
  expect(others.detail ?? {}).not.toHaveProperty('reason_code')
})

test('T-06 whoever agrees to a rule for a pair is told how often it was cleared, by whom, and what differs', async () => {
  const target = { kind: 'hit', id: hit }
  const preview = async () =>
    (
      await on.compliance.post('/v1/actions/transfers.propose_pair_rule/preview', {
        ...{ target, input: { days: 30 } },
      })
    ).body
  const offered = (await on.hitOf(hit)).affordances.find(
    ({ action }: { action: string }) => action === 'transfers.propose_pair_rule',
  )
  expect(offered.reasons.map(({ code }: { code: string }) => code)).toEqual(['documents_seen', 'other'])
  const once = await preview()
  expect(once.effects[0]).toMatch(/^The two were cleared once: by transfers\/COMPLIANCE on 20\d\d-.*\.$/)
  expect(once.effects[1]).toBe('What differs: date of birth, nationality.')
  expect(once.effects[2]).toMatch(/^This hit scores [01]\.\d{3}\. One that scores more/)
  const codes = ({ reasons }: { reasons: { code: string }[] }) => reasons.map(({ code }) => code)
  expect(codes(once)).toEqual(['documents_seen', 'other'])
  // Raised anew, since the party has changed, and cleared again.
  await on.tell(
    [{ id: 'pty_person', name: 'Anselm Corwin Velthuizen', born: '1980-01-03', country: 'BE' }],
    2,
  )
  const [again = ''] = await on.openHits('pty_person')
  target.id = again
  await on.clear(again)
  const twice = await preview()
  expect(twice.effects[0]).toMatch(/^The two were cleared 2 times: by .* on .*; by .* on /)
  expect(codes(twice)).toEqual(['documents_seen', 'cleared_repeatedly', 'other'])
  const asked = await on.ask('propose_pair_rule', {
    ...{ target, input: { days: 30 } },
    reason: { code: 'cleared_repeatedly' },
  })
  const { body } = await on.admin.get(`/v1/requests/${asked.body.id}`)
  expect(body.target.title).toBe('A. C. V•••• ~ V. A. C••••')
})

test('T-13 whoever agrees to a list from which entries go reads whom that concerns', async () => {
  const { request } = await on.brought(FILLER + listed(501, 'VELTHUIZEN, Anselm Corwin', REMARKS))
  const { body } = await on.admin.get(`/v1/requests/${request}`)
  expect(body.current_preview.effects).toContain('1 entry goes: ORRIN QUAYSIDE LIMITED.')
  expect(body.current_preview.at_present).toEqual([
    '1 party has an open hit on an entry that goes; it stays in the queue.',
  ])
})
