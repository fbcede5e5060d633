import { randomUUID } from 'node:crypto'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededReturns } from '@countersign/testkit/seeded-records.ts'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

const RETURNS = '/v1/queues/transfers.returns'
const HOUR_MS = 3_600_000
const SELECTED_MAX = 1_000

type Item = {
  id: string
  subject: { kind: string; id: string }
  state: string
  due_at: string
  assignee: { id: string; name: string } | null
  helpers: { id: string; name: string }[]
  snoozed_until: string | null
  subject_version: string
  fields: Record<string, string>
}

let product: Product
let ops: Client
let ops2: Client
let admin: Client
let compliance: Client
const ids = new Map<Client, string>()
const idOf = (client: Client) => ids.get(client) ?? ''

beforeAll(async () => {
  product = await startProduct()
  ops = await product.as('transfers/OPS')
  ops2 = await product.as('transfers/OPS-2')
  admin = await product.as('transfers/ADMIN')
  compliance = await product.as('transfers/COMPLIANCE')
  for (const client of [ops, ops2, admin, compliance]) {
    await client.get('/v1/me')
    const { rows } = await product.superuser.query('SELECT person_id FROM kernel.person WHERE subject = $1', [
      client.id,
    ])
    ids.set(client, rows[0].person_id)
  }
  await eventually('the seeded items', async () => (await items('&rail=ach')).length > 30)
}, 120_000)
afterEach(() => dropItems())
afterAll(() => product?.close())

async function items(query = '', client = ops): Promise<Item[]> {
  const { status, body, text } = await client.get(`${RETURNS}/items?limit=200${query}`)
  if (status !== 200) throw new Error(`${query} was answered ${status}: ${text}`)
  return body.items
}

/** The item as the list shows it once it is as `holds` says. */
const shown = (id: string, what: string, holds: (item: Item) => boolean) =>
  eventually(what, async () => (await items('&snoozed=any')).find((item) => item.id === id && holds(item)))

/** Items of nobody's making, more urgent than any other: `n` of a rail. @returns their ids, the most urgent first */
async function addItems(count: number, rail = 'ach', state = 'open'): Promise<string[]> {
  const { rows } = await product.superuser.query<{ item_id: string }>(
    `INSERT INTO transfers.returns_item (item_id, version, subject_kind, subject_id, title, state, opened_at, due_at, closed_at,
                                         kind, code, rail, currency, amount, originator, receiver)
     SELECT $1 || lpad(n::text, 5, '0'), 1, 'transfer', $1 || n, 'added', $4, '2026-01-05T14:00Z',
            '2026-01-05T18:00Z'::timestamptz + make_interval(secs => n), CASE $4 WHEN 'done' THEN now() END, 'return', 'R01', $3,
            'USD', '1.00', 'A', 'B'
       FROM generate_series(1, $2) AS n
     RETURNING item_id`,
    [`tr_${randomUUID()}_`, count, rail, state],
  )
  return rows.map(({ item_id }) => item_id)
}
const dropItems = () => product.superuser.query(`DELETE FROM transfers.returns_item WHERE title = 'added'`)

const act = (client: Client, type: string, kind: string, id: string, input: object, code: string) =>
  client.post(`/v1/actions/kernel.${type}`, { target: { kind, id }, input, reason: { code } })
const onItem = (client: Client, type: string, item: string, input: object, code: string) =>
  act(client, type, 'work_item', `transfers.returns:${item}`, input, code)
const assign = (client: Client, item: string, assignee: string | null, helpers: string[] = []) =>
  onItem(client, 'assign_item', item, { assignee, helpers }, 'workload')
const workload = (client: Client, input: object) =>
  act(admin, 'set_workload', 'operator', `transfers:${idOf(client)}`, input, 'workload')
const people = async (): Promise<
  { id: string; skills: string[]; max_open: number; away: boolean; open: number }[]
> => (await ops.get(`${RETURNS}/people`)).body.people
const personShown = (
  client: Client,
  what: string,
  holds: (one: Awaited<ReturnType<typeof people>>[0]) => boolean,
) => eventually(what, async () => (await people()).find((one) => one.id === idOf(client) && holds(one)))

test('K-26 an item is given to a named person and to others beside, in one move, by whoever may', async () => {
  const [item = ''] = await addItems(1)
  expect((await assign(ops, item, idOf(ops2))).status).toBe(403)
  const nobody = await assign(admin, item, 'nobody-knows')
  expect([nobody.status, nobody.body.errors[0].field]).toEqual([400, 'input.assignee'])
  expect(nobody.body.errors[0].allowed).toContain(idOf(ops2))
  const twice = await assign(admin, item, idOf(ops2), [idOf(ops2)])
  expect(twice.body.errors[0].field).toBe('input.helpers.0')
  expect((await assign(admin, item, idOf(ops2), [idOf(ops), idOf(compliance)])).status).toBe(200)
  const given = await shown(item, 'the item to be given', ({ assignee }) => assignee !== null)
  expect(given.assignee?.id).toBe(idOf(ops2))
  expect(given.helpers.map(({ id }) => id).sort()).toEqual([idOf(ops), idOf(compliance)].sort())
  expect(given.helpers.every(({ name }) => name.length > 0)).toBe(true)
  // Who helps has it among theirs, and may leave it; the rest stays.
  expect((await items('&assignee=me')).map(({ id }) => id)).toContain(item)
  expect((await items('&assignee=none')).map(({ id }) => id)).not.toContain(item)
  expect((await onItem(ops, 'release_item', item, {}, 'handover')).status).toBe(200)
  const left = await shown(item, 'one helper to have left', ({ helpers }) => helpers.length === 1)
  expect([left.assignee?.id, left.helpers[0]?.id]).toEqual([idOf(ops2), idOf(compliance)])
  // Taken from whoever has it.
  expect((await assign(admin, item, null)).status).toBe(200)
  await shown(item, 'nobody to have it', ({ assignee, helpers }) => assignee === null && helpers.length === 0)

  // The list and the timeline are brought up to the same events, but not in the same instant.
  const told = await eventually('the timeline to tell of it', async () => {
    const { body } = await admin.get(`/v1/entities/work_item/transfers.returns:${item}/timeline`)
    return body.entries.length >= 3 ? body.entries : undefined
  })
  expect(told.map(({ type }: { type: string }) => type).sort()).toEqual([
    'kernel.work_item.assigned',
    'kernel.work_item.released',
    'kernel.work_item.released',
  ])
  const audit = await admin.get(
    `/v1/audit?action=kernel.assign_item&target=work_item/transfers.returns:${item}`,
  )
  expect(
    audit.body.entries.filter(({ outcome }: { outcome: string }) => outcome === 'executed'),
  ).toHaveLength(2)
})

test('K-26 nothing is given to whoever is away or has as much as they may', async () => {
  const [one = '', other = '', third = ''] = await addItems(3)
  const absence = (client: Client, input: object, code: string) =>
    act(client, 'set_absence', 'operator', `transfers:${idOf(ops2)}`, input, code)
  const until = new Date(Date.now() + HOUR_MS).toISOString()
  const theirs = await absence(ops, { until }, 'leave')
  expect([theirs.status, theirs.body.code]).toEqual([409, 'not_you'])
  const past = await absence(ops2, { until: '2020-01-01T00:00:00Z' }, 'leave')
  expect([past.status, past.body.errors[0].field]).toEqual([400, 'input.until'])
  expect((await absence(ops2, { until }, 'leave')).status).toBe(200)
  await personShown(ops2, 'them to be away', ({ away }) => away)
  const away = await assign(admin, one, idOf(ops2))
  expect([away.status, away.body.errors[0].message]).toEqual([400, expect.stringContaining('is away until')])
  // An absence to come keeps nobody from working now.
  expect(
    (await absence(ops2, { from: until, until: new Date(Date.now() + 2 * HOUR_MS).toISOString() }, 'leave'))
      .status,
  ).toBe(200)
  await personShown(ops2, 'them to be here', ({ away }) => !away)

  expect((await workload(ops2, { max_open: 1 })).status).toBe(200)
  expect((await act(ops, 'set_workload', 'operator', `transfers:${idOf(ops2)}`, {}, 'workload')).status).toBe(
    403,
  )
  await personShown(ops2, 'their limit', ({ max_open }) => max_open === 1)
  expect((await assign(admin, one, idOf(ops2))).status).toBe(200)
  await personShown(ops2, 'what they have', ({ open }) => open === 1)
  const full = await assign(admin, other, idOf(ops2))
  expect(full.body.errors[0].message).toBe('has 1 items open, and may be given 1')
  // Helping is not having; and what they take by themselves is their own affair.
  expect((await assign(admin, other, idOf(ops), [idOf(ops2)])).status).toBe(200)
  expect((await onItem(ops2, 'claim_item', third, {}, 'take_up')).status).toBe(200)
  expect((await absence(ops2, { until: null }, 'back')).status).toBe(200)
  expect((await workload(ops2, {})).status).toBe(200)
  const stranger = await act(
    admin,
    'set_workload',
    'operator',
    'transfers:nobody',
    { max_open: 1 },
    'workload',
  )
  expect(stranger.status).toBe(404)
})

const give = (client: Client, method: string, ids: readonly string[]) =>
  client.post(`${RETURNS}/give`, { method, items: ids })

test('K-26 work is given by turns, going on where the last round ended, and never twice', async () => {
  // Two people are here; the others are away.
  const away = { away_until: new Date(Date.now() + HOUR_MS).toISOString() }
  const all = (await people()).map(({ id }) => id)
  for (const id of all) {
    if (id === idOf(ops) || id === idOf(ops2)) continue
    expect((await act(admin, 'set_workload', 'operator', `transfers:${id}`, away, 'absence')).status).toBe(
      200,
    )
  }
  await eventually('two to be here', async () => (await people()).filter((one) => !one.away).length === 2)
  const added = await addItems(6)
  expect((await give(ops, 'round_robin', added)).status).toBe(403)
  const first = await give(admin, 'round_robin', added.slice(0, 3))
  expect(first.status).toBe(200)
  const second = await give(admin, 'round_robin', added.slice(3))
  const turns = [...first.body.given, ...second.body.given].map(({ assignee }) => assignee)
  expect(new Set(turns)).toEqual(new Set([idOf(ops), idOf(ops2)]))
  expect(turns.slice(0, -1).every((person, n) => person !== turns[n + 1])).toBe(true)
  // Given at once by two, each item goes to one person.
  const more = await addItems(8)
  const answers = await Promise.all([give(admin, 'round_robin', more), give(admin, 'round_robin', more)])
  const given = answers.flatMap(
    ({ body }) => body.given as { item: string; assignee: string | null; code?: string }[],
  )
  expect(given.filter(({ assignee }) => assignee !== null)).toHaveLength(8)
  expect(given.filter(({ code }) => code === 'already_claimed')).toHaveLength(8)
  const finished = await addItems(1, 'ach', 'done')
  const { body } = await give(admin, 'round_robin', [...finished, 'tr_none'])
  expect(body.given.map(({ code }: { code: string }) => code).sort()).toEqual(['item_done', 'no_such_item'])
})

test('T-09 K-26 extra operators in one move: what is due first and nobody has goes evenly to the people who are named', async () => {
  const added = await addItems(7)
  const evenly = (body: object) => admin.post(`${RETURNS}/give`, { method: 'round_robin', ...body })
  const queued = await admin.get(`${RETURNS}/items?assignee=none&snoozed=no&limit=5`)
  const first = queued.body.items.map(({ id }: { id: string }) => id)
  const among = [idOf(ops), idOf(ops2)]
  const moved = await evenly({ most_urgent: 5, people: among })
  expect(moved.status).toBe(200)
  const given = moved.body.given as { item: string; assignee: string | null }[]
  expect(given.map(({ item }) => item).toSorted()).toEqual(first.toSorted())
  const counts = among.map((id) => given.filter(({ assignee }) => assignee === id).length)
  expect(counts.toSorted()).toEqual([2, 3])
  const alone = await evenly({ items: added.slice(5), people: [idOf(ops2)] })
  expect(
    (alone.body.given as { assignee: string | null; code?: string }[]).every(
      ({ assignee, code }) => assignee === idOf(ops2) || code === 'already_claimed',
    ),
  ).toBe(true)
  const wrong = await evenly({ most_urgent: 5, people: [idOf(ops), 'nobody-here'] })
  expect([wrong.status, wrong.body.errors[0].field]).toEqual([400, 'people.1'])
  expect(wrong.body.errors[0].allowed).toContain(idOf(ops))
  for (const body of [
    {},
    { items: added, most_urgent: 3 },
    { most_urgent: 101 },
    { most_urgent: 5, people: [] },
  ]) {
    expect((await evenly(body)).status).toBe(400)
  }
})

test('K-12 T-09 the same key gives the same items to the same people, however much waits; with something else it is refused', async () => {
  await addItems(6)
  const key = { 'idempotency-key': randomUUID() }
  const body = { method: 'round_robin', most_urgent: 2, people: [idOf(ops), idOf(ops2)] }
  const first = await admin.post(`${RETURNS}/give`, body, key)
  expect(first.status).toBe(200)
  const again = await admin.post(`${RETURNS}/give`, body, key)
  expect(again.text).toBe(first.text)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  const assigned = async () =>
    (
      await product.superuser.query(
        `SELECT count(*)::integer AS n FROM kernel.action_request WHERE type = 'kernel.assign_item'`,
      )
    ).rows[0].n
  const before = await assigned()
  for (const other of [
    { ...body, most_urgent: 3 },
    { ...body, people: [idOf(ops)] },
    { method: 'round_robin', items: first.body.given.map(({ item }: { item: string }) => item) },
  ]) {
    const refused = await admin.post(`${RETURNS}/give`, other, key)
    expect([refused.status, refused.body.code]).toEqual([422, 'idempotency_key_reused'])
  }
  // Nothing more was asked for by all of that.
  expect((await admin.post(`${RETURNS}/give`, body, key)).text).toBe(first.text)
  expect(await assigned()).toBe(before)
})

test('K-12 what a process that died had begun to give is gone on with as it was chosen, and not while it lives', async () => {
  const [item = ''] = await addItems(1)
  const key = randomUUID()
  const give = () =>
    admin.post(
      `${RETURNS}/give`,
      { method: 'round_robin', items: [item], people: [idOf(ops)] },
      { 'idempotency-key': key },
    )
  // As it stands while the first is at it.
  const first = await give()
  expect(first.body.given).toEqual([{ item, assignee: idOf(ops) }])
  const stands = (until: string) =>
    product.superuser.query(
      `UPDATE kernel.work_giving SET given = NULL, until = clock_timestamp() + $2::interval WHERE key = $1`,
      [key, until],
    )
  await stands('30 seconds')
  expect([(await give()).status, (await give()).body.code]).toEqual([409, 'request_in_flight'])
  await stands('-1 second')
  expect((await give()).text).toBe(first.text)
})

test('K-26 work is given by skill to who has least open, up to what each may have', async () => {
  expect((await workload(ops, { skills: ['sepa_ct', 'wire'] })).status).toBe(200)
  expect((await workload(ops2, { skills: ['wire'], max_open: 2 })).status).toBe(200)
  await personShown(ops2, 'their skills', ({ max_open }) => max_open === 2)
  const [sepa = ''] = await addItems(1, 'sepa_ct')
  const [ach = ''] = await addItems(1, 'ach')
  const wires = await addItems(6, 'wire')
  const open = new Map((await people()).map((one) => [one.id, one.open]))
  const { body } = await give(admin, 'skill', [sepa, ach, ...wires])
  const given = new Map(
    body.given.map((one: { item: string; assignee: string | null; code?: string }) => [one.item, one]),
  )
  expect(given.get(sepa)).toEqual({ item: sepa, assignee: idOf(ops) })
  expect(given.get(ach)).toMatchObject({ assignee: null, code: 'nobody_can' })
  const of = (client: Client) =>
    wires.filter((id) => (given.get(id) as { assignee: string }).assignee === idOf(client))
  expect([of(ops).length, of(ops2).length]).toEqual([4, 2])
  // One after the other, each went to who had least then, of those who may have it.
  for (const { item, assignee } of body.given as { item: string; assignee: string | null }[]) {
    if (assignee === null) continue
    const able = [ops, ops2].filter(
      (client) => client === ops || (item !== sepa && (open.get(idOf(ops2)) ?? 0) < 2),
    )
    expect(open.get(assignee)).toBe(Math.min(...able.map((client) => open.get(idOf(client)) ?? 0)))
    open.set(assignee, (open.get(assignee) ?? 0) + 1)
  }
  const exceptions = await admin.post('/v1/queues/transfers.exceptions/give', {
    method: 'skill',
    items: ['x'],
  })
  expect([exceptions.status, exceptions.body.errors[0].field]).toEqual([400, 'method'])
  for (const [bad, field] of [
    [{ method: 'lottery', items: ['x'] }, 'method'],
    [{ method: 'skill', items: [] }, 'items'],
    [{ method: 'skill', items: ['x', 'x'] }, 'items'],
    [{ method: 'skill', items: Array.from({ length: 101 }, (_, n) => `x${n}`) }, 'items'],
    [{ method: 'skill' }, 'items'],
  ] as const) {
    const refused = await admin.post(`${RETURNS}/give`, bad)
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, field])
  }
})

const next = (client: Client, key: string = randomUUID()) =>
  client.post(`${RETURNS}/next`, {}, { 'idempotency-key': key })

test('K-26 next is the most urgent item that this person may take; of many who ask at once each gets another', async () => {
  await workload(ops, { skills: ['wire'] })
  await workload(ops2, {})
  await personShown(ops, 'their skill', ({ skills }) => skills.join() === 'wire')
  const achs = await addItems(2, 'ach')
  const [snoozed = '', wire = ''] = await addItems(2, 'wire')
  const until = new Date(Date.now() + HOUR_MS).toISOString()
  expect((await onItem(ops, 'snooze_item', snoozed, { until }, 'waiting')).status).toBe(200)
  await shown(snoozed, 'it to be snoozed', (item) => item.snoozed_until !== null)
  // Not those of another rail, nor the one that is snoozed.
  const key = randomUUID()
  const taken = await next(ops, key)
  expect([taken.status, taken.body.item]).toEqual([200, wire])
  await shown(wire, 'it to be theirs', ({ assignee }) => assignee?.id === idOf(ops))
  expect((await next(ops, key)).body).toEqual(taken.body)
  expect((await next(ops2)).body.item).toBe(achs[0])
  expect((await next(ops2)).body.item).toBe(achs[1])
  await dropItems()

  await workload(ops, {})
  await personShown(ops, 'no skill', ({ skills }) => skills.length === 0)
  const many = await addItems(16)
  const answers = await Promise.all(many.map((_, n) => next(n % 2 === 0 ? ops : ops2)))
  expect(answers.map(({ status }) => status)).toEqual(many.map(() => 200))
  expect(new Set(answers.map(({ body }) => body.item)).size).toBe(16)
  expect(answers.map(({ body }) => body.item).sort()).toEqual([...many].sort())
  expect((await ops.post(`${RETURNS}/next`, { queue: 'x' })).status).toBe(400)
  expect((await next(await product.as('hub/OPERATOR'))).status).toBe(403)
  expect((await next(await product.as('platform/OPS_ADMIN'))).status).toBe(403)
})

test('K-26 a snoozed item is out of sight, counts as late, and comes back by itself', async () => {
  const [one = '', other = ''] = await addItems(2)
  const at = (ms: number) => new Date(Date.now() + ms).toISOString()
  for (const until of [at(-1_000), at(91 * 24 * HOUR_MS), 'tomorrow', undefined]) {
    const refused = await onItem(ops, 'snooze_item', one, { until }, 'waiting')
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'input.until'])
  }
  expect((await onItem(ops, 'claim_item', other, {}, 'take_up')).status).toBe(200)
  const theirs = await onItem(ops2, 'snooze_item', other, { until: at(HOUR_MS) }, 'waiting')
  expect([theirs.status, theirs.body.code]).toEqual([409, 'not_yours'])

  expect((await onItem(ops, 'snooze_item', one, { until: at(HOUR_MS) }, 'waiting')).status).toBe(200)
  await shown(one, 'it to be snoozed', (item) => item.snoozed_until !== null)
  const listed = async (query: string) => (await items(query)).map(({ id }) => id)
  expect(await listed('')).not.toContain(one)
  expect(await listed('&snoozed=yes')).toEqual([one])
  expect(await listed('&snoozed=any')).toContain(one)
  expect((await ops.get(`${RETURNS}/items?snoozed=perhaps`)).body.errors[0].field).toBe('snoozed')
  // Its clock goes on: due as before, and among what is late.
  const [hidden] = await items('&snoozed=yes')
  expect(hidden?.due_at).toBe('2026-01-05T18:00:01.000Z')
  expect((await ops.get(`${RETURNS}/items?snoozed=yes`)).body.breached).toBe(1)
  expect((await onItem(ops2, 'wake_item', one, {}, 'ready')).status).toBe(200)
  await eventually('it to be back', async () => (await listed('')).includes(one))
  expect((await onItem(ops, 'wake_item', one, {}, 'ready')).body.code).toBe('not_snoozed')

  // Nobody wakes it; its time is over.
  expect((await onItem(ops, 'snooze_item', one, { until: at(HOUR_MS) }, 'waiting')).status).toBe(200)
  await shown(one, 'it to be snoozed again', (item) => item.snoozed_until !== null)
  expect(await listed('')).not.toContain(one)
  await product.superuser.query(
    `UPDATE kernel.assignment SET snoozed_until = now() - interval '1 second' WHERE item_id = $1`,
    [one],
  )
  const [back] = (await items('')).filter(({ id }) => id === one)
  if (!back) throw new Error('it did not come back by itself')
  expect(back.assignee).toBeNull()
  // Taken up, it is awake whatever was said.
  expect((await onItem(ops, 'snooze_item', one, { until: at(HOUR_MS) }, 'waiting')).status).toBe(200)
  expect((await onItem(ops2, 'claim_item', one, {}, 'take_up')).status).toBe(200)
  await shown(
    one,
    'it to be awake',
    (item) => item.snoozed_until === null && item.assignee?.id === idOf(ops2),
  )
})

test('K-26 the share of work done in time', async () => {
  const list = async () =>
    (await ops.get('/v1/queues')).body.queues.find(
      ({ name }: { name: string }) => name === 'transfers.compliance',
    )
  await product.superuser.query(`DELETE FROM transfers.compliance_item`)
  expect((await list()).within_sla).toBeNull()
  await product.superuser.query(
    `INSERT INTO transfers.compliance_item (item_id, version, subject_kind, subject_id, title, state, opened_at, due_at,
                                            closed_at, party_id, screened, list, rule_id, score)
     SELECT 'hit_share_' || id, 1, 'hit', id, 'added', state, now() - interval '40 days', now() + due, now() + closed,
            'p', 's', 'OFAC', 'r', 1
       FROM (VALUES ('in time', 'done', interval '-1 day', interval '-2 days'),
                    ('on the dot', 'done', '-1 day', '-1 day'),
                    ('late', 'done', '-3 days', '-2 days'),
                    ('long ago', 'done', '-35 days', '-31 days'),
                    ('open and late', 'open', '-1 day', NULL),
                    ('open', 'open', '1 day', NULL)) AS item (id, state, due, closed)`,
  )
  expect((await list()).within_sla).toEqual({ share: 0.5, of: 4, days: 30 })
})

const view = (client: Client, type: string, id: string, input: object, code: string) =>
  act(client, type, 'view', id, input, code)
const views = async (client: Client) =>
  (await client.get(`${RETURNS}/views`)).body.views as {
    id: string
    name: string
    shared: boolean
    owner: { id: string }
    list: Record<string, string[]>
    fits: Record<string, string[]>
    roles: string[]
    problem: { field: string; allowed?: string[] } | null
    problems: { field: string }[]
  }[]

test('K-26 a view is one’s own until somebody who may shares it', async () => {
  const id = `transfers.returns:${randomUUID()}`
  const list = { rail: ['ach', 'wire'], sort: ['-opened_at'], columns: ['code', 'amount'] }
  expect((await view(ops, 'save_view', id, { name: ' Wires ', list }, 'keep')).status).toBe(200)
  const mine = await eventually('the view', async () => (await views(ops)).find((one) => one.id === id))
  expect(mine).toMatchObject({ name: 'Wires', shared: false, owner: { id: idOf(ops) }, list, problem: null })
  expect((await views(ops2)).map((one) => one.id)).not.toContain(id)
  // Its list is the address of a list.
  const query = Object.entries(mine.list).map(([key, values]) => `${key}=${values.join(',')}`)
  const listed = await items(`&${query.join('&')}`)
  expect(listed.length).toBeGreaterThan(0)
  expect(listed.every(({ fields }) => Object.keys(fields).sort().join() === 'amount,code')).toBe(true)

  // Of others it is not there: they neither take it nor share it.
  for (const [client, type, input] of [
    [ops2, 'save_view', { name: 'Mine now', list: {} }],
    [ops2, 'delete_view', {}],
    [admin, 'save_view', { name: 'Mine now', list: {} }],
    [admin, 'share_view', {}],
  ] as const) {
    const code = { save_view: 'keep', delete_view: 'unused', share_view: 'team' }[type]
    const theirs = await view(client, type, id, input, code)
    expect([type, theirs.status, theirs.body.code]).toEqual([type, 404, 'not_found'])
  }
  expect((await view(ops, 'share_view', id, {}, 'team')).status).toBe(403)
  const team = `transfers.returns:${randomUUID()}`
  expect((await view(admin, 'save_view', team, { name: 'Team', list }, 'keep')).status).toBe(200)
  expect((await view(admin, 'share_view', team, {}, 'team')).status).toBe(200)
  await eventually('others to see it', async () =>
    (await views(ops2)).some((one) => one.id === team && one.shared),
  )
  // What everybody works by is changed by those who may share.
  const admin2 = await product.as('transfers/ADMIN-2')
  expect((await view(ops, 'save_view', team, { name: 'Other', list: {} }, 'keep')).body.code).toBe(
    'not_yours',
  )
  expect((await view(ops, 'delete_view', team, {}, 'unused')).body.code).toBe('not_yours')
  expect((await view(admin2, 'save_view', team, { name: 'Team wires', list }, 'keep')).status).toBe(200)
  await eventually('its new name', async () => (await views(ops2)).some((one) => one.name === 'Team wires'))
  expect((await view(admin2, 'share_view', team, { shared: false }, 'team')).status).toBe(200)
  await eventually('others not to see it', async () => !(await views(ops2)).some((one) => one.id === team))
  expect((await view(admin2, 'share_view', team, {}, 'team')).status).toBe(404)
  expect((await view(ops, 'delete_view', id, {}, 'unused')).status).toBe(200)
  await eventually('it to be gone', async () => !(await views(ops)).some((one) => one.id === id))
  expect((await view(ops, 'save_view', id, { name: 'Again', list: {} }, 'keep')).body.code).toBe(
    'view_deleted',
  )
})

test('K-26 K-08 of a view that is not theirs others learn nothing: by its record, its timeline, or what was asked for on it', async () => {
  const id = `transfers.returns:${randomUUID()}`
  const name = 'Ottoline Vexberg, mother'
  expect((await view(admin, 'save_view', id, { name, list: { rail: ['ach'] } }, 'keep')).status).toBe(200)
  const auditor = await product.as('kernel/auditor')
  const others = { ops, admin2: await product.as('transfers/ADMIN-2'), auditor }
  const seenBy = async (client: Client) => {
    const record = await client.get(`/v1/entities/view/${id}`)
    const timeline = await client.get(`/v1/entities/view/${id}/timeline`)
    const people = await client.get(`/v1/entities/view/${id}/people`)
    const asked = await client.get(`/v1/requests?type=kernel.save_view&target_kind=view&target_id=${id}`)
    const all = `${record.text}${timeline.text}${people.text}${asked.text}`
    return [record.status, timeline.status, people.status, asked.body.requests.length, all.includes(name)]
  }
  /** What is answered to whoever would act on a request, without what names it. */
  const triedOn = async (client: Client, of: string) => {
    const asked = { target: { kind: 'request', id: of }, input: {} }
    const undoes = { target: { kind: 'view', id }, input: {}, reason: { code: 'unused' }, undoes: of }
    const answers = [
      await client.post('/v1/actions/kernel.reveal_request/preview', asked),
      await client.post('/v1/actions/kernel.delete_view', undoes),
    ]
    return answers.map(({ status, body }) => [status, body.code, body.errors])
  }
  const [request] = (await admin.get(`/v1/requests?target_kind=view&target_id=${id}`)).body.requests
  const nothing = [404, 404, 404, 0, false]
  for (const [who, client] of Object.entries(others)) {
    expect([who, ...(await seenBy(client))]).toEqual([who, ...nothing])
    expect((await client.get(`/v1/requests/${request.id}`)).status).toBe(404)
    expect((await client.get(`/v1/entities/request/${request.id}`)).status).toBe(404)
    expect(await triedOn(client, request.id)).toEqual(await triedOn(client, randomUUID()))
    const { body } = await client.get(`/v1/search?q=${request.id.replaceAll('-', '').slice(0, 24)}`)
    expect(JSON.stringify(body)).not.toContain(id)
  }
  expect(await seenBy(admin)).toEqual([200, 200, 200, 1, true])
  // Who reads the log reads there that it was kept, and by whom.
  const { body: log } = await auditor.get(`/v1/audit?target=view/${id}`)
  expect(log.entries).toContainEqual(
    expect.objectContaining({ action: 'kernel.save_view', outcome: 'executed' }),
  )
  const share = (input: object) => view(admin, 'share_view', id, input, 'team')
  expect((await share({ shared: true, role: 'transfers/OPS' })).status).toBe(200)
  await eventually('their role to know it', async () => (await seenBy(ops))[3] === 1)
  expect(await seenBy(ops)).toEqual([200, 200, 200, 1, true])
  expect(await seenBy(others.admin2)).toEqual(nothing)
  expect((await share({ shared: true })).status).toBe(200)
  await eventually('everybody to know it', async () => (await seenBy(others.admin2))[3] === 1)
  expect(await seenBy(others.admin2)).toEqual([200, 200, 200, 1, true])
})

test('X-11 a view is shared with those who hold one role: the others of the queue do not see it', async () => {
  const id = `transfers.returns:${randomUUID()}`
  const list = { rail: ['ach'] }
  expect((await view(admin, 'save_view', id, { name: 'Of one role', list }, 'keep')).status).toBe(200)
  await eventually('the view', async () => (await views(admin)).find((one) => one.id === id))
  const shared = (role: string) => view(admin, 'share_view', id, { shared: true, role }, 'team')
  const sees = async (client: Client) => (await views(client)).find((one) => one.id === id)
  expect((await shared('transfers/OPS')).status).toBe(200)
  const seen = await eventually('their role to see it', () => sees(ops))
  expect(seen).toMatchObject({ shared: true, roles: ['transfers/OPS'] })
  expect((await shared('transfers/OPS')).body.code).toBe('no_change')
  expect((await shared('transfers/ADMIN')).status).toBe(200)
  await eventually('another role alone to see it', async () => (await sees(ops)) === undefined)
  expect((await sees(admin))?.roles).toEqual(['transfers/ADMIN'])
  expect((await view(admin, 'share_view', id, {}, 'team')).status).toBe(200)
  await eventually('everybody to see it', async () => (await sees(ops))?.roles.length === 0)
  const wrong = await shared('treasury/pay_admin')
  expect([wrong.status, wrong.body.errors[0].field]).toEqual([400, 'input.role'])
  expect(wrong.body.errors[0].allowed).toContain('transfers/OPS')
})

test('K-26 a view that names what its queue no longer has is listed, with that said', async () => {
  const id = `transfers.returns:${randomUUID()}`
  expect((await view(ops, 'save_view', id, { name: 'Old', list: { colour: ['red'] } }, 'keep')).status).toBe(
    200,
  )
  const old = await eventually('the view', async () => (await views(ops)).find((one) => one.id === id))
  expect(old.problem?.field).toBe('colour')
  expect(old.problem?.allowed).toContain('rail')
  // As much of it as there still is.
  const list = { colour: ['red'], rail: ['ach', 'wire'], sort: ['by_mood'], columns: ['amount', 'gone'] }
  const mixed = `transfers.returns:${randomUUID()}`
  expect((await view(ops, 'save_view', mixed, { name: 'Half', list }, 'keep')).status).toBe(200)
  const half = await eventually('the other', async () => (await views(ops)).find((one) => one.id === mixed))
  expect(half.fits).toEqual({ rail: ['ach', 'wire'] })
  expect(half.problems.map(({ field }) => field).toSorted()).toEqual(['colour', 'columns', 'sort'])
  for (const [input, field] of [
    [{ name: '  ', list: {} }, 'input.name'],
    [{ name: 'x'.repeat(81), list: {} }, 'input.name'],
    [{ list: {} }, 'input.name'],
    [{ name: 'x', list: { 'No key': ['x'] } }, 'input.list.No key'],
    [{ name: 'x', list: { rail: ['x'.repeat(513)] } }, 'input.list.rail.0'],
    [{ name: 'x', list: { rail: Array.from({ length: 40 }, () => 'x'.repeat(500)) } }, 'input.list'],
  ] as const) {
    const refused = await view(ops, 'save_view', `transfers.returns:${randomUUID()}`, input, 'keep')
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, field])
  }
  for (const wrong of ['transfers.returns:mine', `nowhere.queue:${randomUUID()}`]) {
    expect((await view(ops, 'save_view', wrong, { name: 'x', list: {} }, 'keep')).status).toBe(404)
  }
})

test('K-26 K-19 all that match is every item with its record and version, and refused above a thousand', async () => {
  const whole = await items('&rail=ach')
  const { status, body } = await ops.get(`${RETURNS}/selection?rail=ach`)
  expect([status, body.count]).toEqual([200, whole.length])
  expect(body.items).toEqual(
    whole.map((item) => ({
      id: item.id,
      subject: item.subject,
      version: item.subject_version,
      title: expect.any(String),
    })),
  )
  const first = body.items.find(({ id }: { id: string }) => !id.includes(':'))
  expect((await ops.get(`/v1/entities/transfer/${first.subject.id}`)).body.version).toBe(first.version)
  await addItems(SELECTED_MAX, 'wire')
  const { rows } = await product.superuser.query(
    `SELECT count(*)::integer AS n FROM transfers.returns_item WHERE state = 'open' AND rail = 'wire' AND code = 'R01'`,
  )
  expect(rows[0].n).toBe(SELECTED_MAX)
  expect((await ops.get(`${RETURNS}/selection?rail=wire&code=R01`)).body.count).toBe(SELECTED_MAX)
  const [more = ''] = await addItems(1, 'wire')
  const refused = await ops.get(`${RETURNS}/selection?rail=wire&code=R01`)
  expect([refused.status, refused.body.code, refused.body.limit]).toEqual([
    413,
    'too_many_selected',
    SELECTED_MAX,
  ])
  expect(more).not.toBe('')
  for (const [query, field] of [
    ['colour=red', 'colour'],
    ['limit=5', 'limit'],
    ['cursor=x', 'cursor'],
    ['columns=colour', 'columns'],
  ]) {
    const bad = await ops.get(`${RETURNS}/selection?${query}`)
    expect([bad.status, bad.body.errors[0].field]).toEqual([400, field])
  }
  const outsider = await product.as('hub/OPERATOR')
  const ofAnother = await product.as('platform/OPS_ADMIN')
  for (const path of ['selection', 'views', 'people']) {
    expect((await outsider.get(`${RETURNS}/${path}`)).status).toBe(403)
    expect((await ofAnother.get(`${RETURNS}/${path}`)).status).toBe(404)
    expect((await ops.get(`/v1/queues/transfers.nonsense/${path}`)).status).toBe(404)
  }
})

test('K-26 K-19 a list is downloaded, filled in, checked row by row, and done once it is confirmed', async () => {
  const [formula = ''] = await addItems(1, 'wire')
  await product.superuser.query(
    `UPDATE transfers.returns_item SET originator = '=HYPERLINK("x")' WHERE item_id = $1`,
    [formula],
  )
  const wires = await ops.get(`${RETURNS}/file?rail=wire`)
  expect(wires.headers.get('content-type')).toContain('text/csv')
  expect(wires.text.split('\r\n').find((line) => line.startsWith(formula))).toContain(`"'=HYPERLINK(""x"")"`)

  const { text } = await ops.get(`${RETURNS}/file?rail=ach&kind=return`)
  const [header = '', ...lines] = text.split('\r\n').filter((line) => line !== '')
  const listed = await items('&rail=ach&kind=return')
  expect(lines).toHaveLength(listed.length)
  const names = header.replace('﻿', '').split(',')
  expect(names.slice(0, 5)).toEqual(['item', 'record_kind', 'record', 'version', 'title'])
  const plain = lines.filter((line) => !line.includes('"')).map((line) => line.split(','))
  // As the list has them: what a record's own page redacts is redacted here too.
  expect(plain.map((cells) => cells[names.indexOf('receiver')])).toEqual(
    plain.map(([id]) => listed.find((item) => item.id === id)?.fields.receiver),
  )
  const take = await seededReturns(product)
  const free: string[][] = []
  while (free.length < 6) {
    const { id } = take()
    const cells = plain.find(([, , record]) => record === id)
    if (cells) free.push(cells)
  }
  const filled = (cells: string[] | undefined, change: Record<string, string>) =>
    names.map((name, n) => change[name] ?? cells?.[n] ?? '').join(',')
  const codeOf = (cells: string[] | undefined) => cells?.[names.indexOf('code')] ?? ''
  const book = (cells: string[] | undefined) => ({
    action: 'transfers.return_transfer',
    reason: codeOf(cells),
  })
  const file = [
    header,
    // As the buttons call it.
    filled(free[0], { ...book(free[0]), action: 'Return transfer' }),
    // A cell of two lines and a blank row are counted as a spreadsheet counts them.
    filled(free[1], { ...book(free[1]), note: `"'=1+1\n"` }),
    '',
    filled(free[2], { ...book(free[2]), version: '99' }),
    filled(free[3], { ...book(free[3]), reason: 'R99' }),
    filled(free[4], { ...book(free[4]), action: 'transfers.freeze_entity' }),
    filled(free[5], { ...book(free[5]), item: 'tr_none' }),
    filled(free[5], { ...book(free[5]), record: 'tr_other' }),
    filled(free[0], book(free[0])),
    filled(free[5], {}),
  ].join('\r\n')
  const requests = async () =>
    (await product.superuser.query('SELECT count(*)::integer AS n FROM kernel.action_request')).rows[0].n
  const before = await requests()
  const checked = await ops.post(`${RETURNS}/file/check`, { file: `﻿${file}` })
  expect(checked.status).toBe(200)
  const rows = checked.body.rows as {
    line: number
    accepted: boolean
    code?: string
    errors?: { field: string; message: string }[]
  }[]
  expect(rows.map(({ line, accepted }) => [line, accepted])).toEqual([
    [2, true],
    [3, true],
    ...[5, 6, 7, 8, 9, 10].map((line) => [line, false]),
  ])
  expect(rows[2]?.code).toBe('target_changed')
  expect(rows.slice(3).map(({ errors }) => errors?.[0]?.field)).toEqual([
    'reason.code',
    'action',
    'item',
    'record',
    'item',
  ])
  expect(rows[3]?.errors?.[0]?.message).toMatch(/codes: R01, R02, .* and \d+ more$/)
  expect(checked.body.untouched).toBe(1)
  // Nothing is done by looking.
  expect(await requests()).toBe(before)
  expect(checked.body.requests.map(({ count }: { count: number }) => count)).toEqual([1, 1])
  const [, noted] = checked.body.requests
  expect(noted.body.reason).toEqual({ code: codeOf(free[1]), note: '=1+1' })
  const asked = await ops.post(`/v1/actions/${noted.type}/bulk`, noted.body)
  expect(asked.status).toBe(202)
  const { body: made } = await ops.get(`/v1/requests/${asked.body.id}/rows`)
  expect(made.rows.map(({ target }: { target: { id: string } }) => target.id)).toEqual([free[1]?.[2]])

  for (const [bad, what] of [
    ['', 'CSV'],
    ['"open', 'is not CSV'],
    ['item,version\r\n1,2', 'lacks the columns record_kind, record, action, reason, note'],
    [`${header},item\r\n`, 'has the column item twice'],
    [`${header}\r\n\r\n1,2`, 'has 2 columns in line 3'],
  ]) {
    const refused = await ops.post(`${RETURNS}/file/check`, { file: bad })
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'file'])
    expect(refused.body.errors[0].message).toContain(what)
  }
  expect((await ops.get(`${RETURNS}/file?colour=red`)).body.errors[0].field).toBe('colour')
  for (const [persona, status] of [
    ['platform/OPS_ADMIN', 404],
    ['hub/OPERATOR', 403],
  ] as const) {
    const outsider = await product.as(persona)
    expect((await outsider.get(`${RETURNS}/file`)).status).toBe(status)
    expect((await outsider.post(`${RETURNS}/file/check`, { file })).status).toBe(status)
  }
  // Who may not ask for it learns that for each row, and nothing else.
  const barred = await compliance.post(`${RETURNS}/file/check`, { file })
  expect(barred.body.rows[0]).toMatchObject({ accepted: false, code: 'forbidden' })
  expect(barred.body.requests).toEqual([])
})

test('K-26 O-15 while a long file is read others are answered; more rows than a list is downloaded with are refused', async () => {
  const { text } = await ops.get(`${RETURNS}/file`)
  const header = text.split('\r\n')[0] ?? ''
  const empty = `${','.repeat(header.split(',').length - 1)}\n`
  let over = false
  const began = performance.now()
  const checking = ops
    .post(`${RETURNS}/file/check`, { file: `${header}\n${empty.repeat(90_000)}` })
    .finally(() => {
      over = true
    })
  const waits: number[] = []
  while (!over) {
    const asked = performance.now()
    expect((await ops2.get('/v1/me')).status).toBe(200)
    waits.push(performance.now() - asked)
  }
  expect((await checking).status).toBe(200)
  // Whoever is held up until it is read waits for all of it.
  expect(Math.max(...waits)).toBeLessThan((performance.now() - began) / 2)
  const refused = await ops.post(`${RETURNS}/file/check`, { file: `${header}${'\n'.repeat(100_010)}` })
  expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'file'])
  expect(refused.body.errors[0].message).toMatch(/at most 100,?000/)
}, 120_000)

test('K-26 O-15 of long files a few are read at a time, and another is refused until one is through', async () => {
  const { text } = await ops.get(`${RETURNS}/file`)
  const header = text.split('\r\n')[0] ?? ''
  const file = `${header}\n${`${','.repeat(header.split(',').length - 1)}\n`.repeat(50_000)}`
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => ops.post(`${RETURNS}/file/check`, { file })),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]))
  expect(answers.find(({ status }) => status === 429)?.body).toMatchObject({ code: 'files_under_way' })
  expect((await ops.post(`${RETURNS}/file/check`, { file: `${header}\n` })).status).toBe(200)
}, 120_000)

test('T-09 K-26 work is given to nobody who can do nothing to it, by turns or by name', async () => {
  const people = (await admin.get('/v1/queues/transfers.exceptions/people')).body.people as {
    id: string
    acts: boolean
  }[]
  const acts = new Map(people.map((one) => [one.id, one.acts]))
  expect([acts.get(idOf(ops)), acts.get(idOf(compliance))]).toEqual([true, false])
  const give = (body: object) =>
    admin.post('/v1/queues/transfers.exceptions/give', { method: 'round_robin', ...body })
  const named = await give({ most_urgent: 2, people: [idOf(compliance)] })
  expect([named.status, named.body.errors[0].field]).toEqual([400, 'people.0'])
  const given = (await give({ most_urgent: 8 })).body.given as { assignee: string | null }[]
  expect(given.length).toBeGreaterThan(0)
  expect(given.map(({ assignee }) => assignee)).not.toContain(idOf(compliance))
})
