import { randomUUID } from 'node:crypto'
import {
  type CountersignedReturns,
  countersignedReturns,
} from '@countersign/testkit/countersigned-returns.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

const HOUR_MS = 3_600_000
const RETURNS_SLA_HOURS = 4
const NEW_YORK = 'America/New_York'
const FRANKFURT = 'Europe/Berlin'
const ADDED_ITEMS = 240
const PAGED_RUNS = 12
const COUNT_EXACT_MAX = 10_000

type Item = {
  id: string
  subject: { kind: string; id: string }
  state: string
  opened_at: string
  due_at: string
  assignee: { id: string; name: string } | null
  version: number
  fields: Record<string, string>
}

let product: Product
let returns: CountersignedReturns
let ops: Client
let ops2: Client

beforeAll(async () => {
  product = await startProduct()
  returns = await countersignedReturns(product)
  ops = returns.ops
  ops2 = await product.as('transfers/OPS-2')
  await ops2.get('/v1/me')
}, 120_000)
afterAll(() => product?.close())

const RETURNS = '/v1/queues/transfers.returns/items'

async function page(query: string) {
  const answer = await ops.get(`${RETURNS}?${query}`)
  if (answer.status !== 200) throw new Error(`${query} was answered ${answer.status}: ${answer.text}`)
  return answer.body as {
    items: Item[]
    next_cursor: string | null
    count: { value: number; exact: boolean }
    oldest_at: string | null
    breached: number
    behind_ms: number
  }
}

/** Everything that a query lists, page by page; `between` runs after each page. */
async function listed(
  query: string,
  limit: number,
  between: () => Promise<unknown> = async () => undefined,
): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const answer = await page(`${query}&limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`)
    expect(answer.items.length).toBeLessThanOrEqual(limit)
    items.push(...answer.items)
    cursor = answer.next_cursor
    if (cursor !== null) await between()
  }
  return items
}

/** Items of nobody's making, of which many are due at the same instant. */
async function addItems(count: number, hoursFromNow: number): Promise<string[]> {
  const { rows } = await product.superuser.query<{ item_id: string }>(
    `INSERT INTO transfers.returns_item (item_id, version, subject_kind, subject_id, title, state, opened_at, due_at, kind, code,
                                         rail, currency, amount, originator, receiver)
     SELECT $1 || n, 1, 'transfer', $1 || n, 'added', 'open',
            date_trunc('hour', now()) + make_interval(hours => $3 - 4 + n % 3),
            date_trunc('hour', now()) + make_interval(hours => $3 + n % 3), 'return', 'R01', 'ach', 'USD', '1.00', 'A', 'B'
       FROM generate_series(1, $2) AS n
     RETURNING item_id`,
    [`tr_${randomUUID()}_`, count, hoursFromNow],
  )
  return rows.map(({ item_id }) => item_id)
}

const work = (client: Client, what: 'claim' | 'release', item: string, reason: string) =>
  client.post(`/v1/actions/kernel.${what}_item`, {
    target: { kind: 'work_item', id: `transfers.returns:${item}` },
    input: {},
    reason: { code: reason },
  })

/** By the days of the week. */
const weekdaysOpen = (opens: string, closes: string) =>
  Object.fromEntries(['Mon', 'Tue', 'Wed', 'Thu', 'Fri'].map((day) => [day, [opens, closes] as const]))
const BANK_DAYS = weekdaysOpen('08:00', '18:00')

/** Whatever the day of the test: never earlier than the hours of the SLA, and never due while nobody is there. */
function expectBusinessHours(
  { id, opened_at, due_at }: Item,
  hours: number,
  timeZone: string,
  open: Readonly<Record<string, readonly [string, string]>>,
): void {
  expect(Date.parse(due_at) - Date.parse(opened_at), id).toBeGreaterThanOrEqual(hours * HOUR_MS)
  const wall = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  const [weekday, time = ''] = wall.format(new Date(due_at)).split(/,? /)
  expect(open[weekday ?? ''], `${id} is due on ${weekday}`).toBeDefined()
  const [opens, closes] = open[weekday ?? ''] ?? ['', '']
  expect(time > `${opens}:00` && time <= `${closes}:00`, `${id} is due at ${time}`).toBe(true)
}

test('C-08 K-26 the queues, with what waits, how old it is and how much of it is late', async () => {
  const { body } = await ops.get('/v1/queues')
  expect(body.queues.map(({ name }: { name: string }) => name).sort()).toEqual([
    'transfers.compliance',
    'transfers.exceptions',
    'transfers.returns',
  ])
  const queue = body.queues.find(({ name }: { name: string }) => name === 'transfers.returns')
  const items = await listed('state=open', 200)
  expect(queue.sla).toEqual({
    hours: RETURNS_SLA_HOURS,
    calendar: 'Federal Reserve bank days, 8:00 to 18:00 New York',
    time_zone: NEW_YORK,
    // Dishonours and notices are due by the scheme's own deadlines.
    own_deadlines: true,
  })
  expect(queue.count).toEqual({ value: items.length, exact: true })
  expect(queue.oldest_at).toBe(items.map(({ opened_at }) => opened_at).sort()[0])
  expect(queue.breached).toBe(items.filter(({ due_at }) => Date.parse(due_at) < Date.now()).length)
  for (const item of items) expectBusinessHours(item, RETURNS_SLA_HOURS, NEW_YORK, BANK_DAYS)
})

test('C-08 C-22 a page at a time is the whole list, each item once, in the order asked for', async () => {
  const whole = (await page('limit=200')).items
  expect(whole.length).toBeGreaterThan(30)
  for (const [sort, by] of [
    ['due_at', (item: Item) => Date.parse(item.due_at)],
    ['opened_at', (item: Item) => Date.parse(item.opened_at)],
    ['-opened_at', (item: Item) => -Date.parse(item.opened_at)],
  ] as const) {
    const paged = await listed(`sort=${sort}`, 7)
    expect(paged.map(({ id }) => id).sort()).toEqual(whole.map(({ id }) => id).sort())
    const keys = paged.map(by)
    expect(keys).toEqual([...keys].sort((a, b) => a - b))
  }
})

test('T-02 X-01 sorted by deadline the next one stands first, then what has none, then what is over; page by page, filtered too', async () => {
  await addItems(12, 5)
  // Over, to come and none, told apart by their codes.
  await product.superuser.query(
    `UPDATE transfers.returns_item SET until_at = CASE ascii(right(md5(item_id), 1)) % 3
         WHEN 0 THEN clock_timestamp() + make_interval(mins => ascii(left(md5(item_id), 1)))
         WHEN 1 THEN clock_timestamp() - make_interval(mins => ascii(left(md5(item_id), 1))) END
      WHERE title = 'added'`,
  )
  const placeOf = ({ fields: { until } }: Item) =>
    until == null ? [1, 0] : [Date.parse(until) > Date.now() ? 0 : 2, Date.parse(until)]
  for (const [query, size] of [
    ['', 7],
    ['&rail=ach', 3],
  ] as const) {
    const whole = (await page(`limit=200${query}`)).items
    const paged = await listed(`sort=deadline${query}`, size)
    expect(paged.map(({ id }) => id).sort()).toEqual(whole.map(({ id }) => id).sort())
    const places = paged.map(placeOf)
    expect(new Set(places.map(([part]) => part)).size).toBe(3)
    expect(places).toEqual(places.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d))
  }
  const other = await ops.get('/v1/queues/transfers.exceptions/items?sort=deadline')
  expect([other.status, other.body.errors[0].allowed]).toEqual([400, ['due_at', 'opened_at', '-opened_at']])
  await product.superuser.query(`DELETE FROM transfers.returns_item WHERE title = 'added'`)
})

test('T-02 C-22 K-26 sorted by deadline, what runs out while the list is read is listed once', async () => {
  const soon = await addItems(3, 5)
  const later = await addItems(9, 5)
  const endsIn = (ids: string[], seconds: number) =>
    product.superuser.query(
      `UPDATE transfers.returns_item SET until_at = clock_timestamp() + make_interval(secs => $2) WHERE item_id = ANY ($1)`,
      [ids, seconds],
    )
  await endsIn(later, 1_800)
  await endsIn(soon, 3)
  let waited = false
  const items = await listed('sort=deadline', 4, async () => {
    if (!waited) await product.superuser.query('SELECT pg_sleep(3)')
    waited = true
  })
  const ids = items.map(({ id }) => id)
  expect(ids.filter((id) => soon.includes(id) || later.includes(id)).sort()).toEqual(
    [...soon, ...later].sort(),
  )
  expect(new Set(ids).size).toBe(ids.length)
  await product.superuser.query(`DELETE FROM transfers.returns_item WHERE title = 'added'`)
})

test('C-22 K-26 while items come and go, every item that stays is listed once', async () => {
  await addItems(ADDED_ITEMS, 2)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('due_at', 'opened_at', '-opened_at'),
      fc.integer({ min: 5, max: 90 }),
      fc.array(
        fc.record({
          hours: fc.integer({ min: -60, max: 12 }),
          add: fc.integer({ min: 0, max: 4 }),
          finish: fc.integer({ min: 0, max: 3 }),
        }),
        {
          minLength: 1,
          maxLength: 6,
        },
      ),
      async (sort, limit, changes) => {
        const before = (await listed(`sort=${sort}`, 200)).map(({ id }) => id)
        const finished = new Set<string>()
        let turn = 0
        const items = await listed(`sort=${sort}`, limit, async () => {
          const change = changes[turn++ % changes.length]
          if (!change) return
          await addItems(change.add, change.hours)
          const { rows } = await product.superuser.query<{ item_id: string }>(
            `UPDATE transfers.returns_item SET state = 'done' WHERE item_id IN (
               SELECT item_id FROM transfers.returns_item WHERE state = 'open' AND title = 'added' ORDER BY random() LIMIT $1)
             RETURNING item_id`,
            [change.finish],
          )
          for (const { item_id } of rows) finished.add(item_id)
        })
        const ids = items.map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
        const stayed = before.filter((id) => !finished.has(id))
        expect(stayed.filter((id) => !ids.includes(id))).toEqual([])
      },
    ),
    { numRuns: PAGED_RUNS },
  )
  await product.superuser.query("DELETE FROM transfers.returns_item WHERE title = 'added'")
}, 120_000)

test('C-08 K-26 filters by the columns of the queue, alone and together', async () => {
  const me: string = (await ops.get('/v1/me')).body.person.id
  const mine = (await page('assignee=none&limit=200')).items.at(-1)?.id ?? ''
  expect((await work(ops, 'claim', mine, 'take_up')).status).toBe(200)
  await eventually('it to be theirs', async () => (await page('assignee=me')).items.length === 1)
  const whole = await listed('state=open', 200)
  expect(whole.filter(({ assignee }) => assignee?.id === me).map(({ id }) => id)).toEqual([mine])
  const cases: [string, (item: Item) => boolean][] = [
    ['rail=ach', ({ fields }) => fields.rail === 'ach'],
    ['rail=sepa_ct,wire', ({ fields }) => fields.rail !== 'ach'],
    ['rail=sepa_ct&rail=wire', ({ fields }) => fields.rail !== 'ach'],
    ['kind=change', ({ fields }) => fields.kind === 'change'],
    ['code=R01&rail=ach', ({ fields }) => fields.code === 'R01'],
    ['currency=EUR&kind=return', ({ fields }) => fields.currency === 'EUR' && fields.kind === 'return'],
    ['code=R99', () => false],
    ['assignee=none', ({ assignee }) => assignee === null],
    ['assignee=me', ({ assignee }) => assignee?.id === me],
  ]
  for (const [query, holds] of cases) {
    const wanted = whole.filter(holds).map(({ id }) => id)
    const answer = await page(`${query}&limit=200`)
    expect(
      answer.items.map(({ id }) => id),
      query,
    ).toEqual(wanted)
    expect(answer.count, query).toEqual({ value: wanted.length, exact: true })
    // Page by page too, whichever indexes the pages are merged from.
    expect(
      (await listed(query, 20)).map(({ id }) => id),
      query,
    ).toEqual(wanted)
  }
  expect(whole.filter(cases[3]?.[1] ?? (() => true)).length).toBeGreaterThan(0)
  expect((await work(ops, 'release', mine, 'put_back')).status).toBe(200)
})

const cursorOf = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url')
const FORGED = [
  'x',
  '%00',
  cursorOf(null),
  cursorOf({ at: 'yesterday', id: 'tr_1' }),
  cursorOf({ at: '2026-02-31T00:00:00.000000Z', id: 'tr_1' }),
  cursorOf({ at: '0000-01-01T00:00:00.000000Z', id: 'tr_1' }),
  cursorOf({ at: '2026-01-01T00:00:00.000000Z', id: 'tr_\0' }),
  cursorOf({ at: '2026-01-01T00:00:00.000000Z', id: 'tr_1', more: 1 }),
]

test('C-22 C-08 what is no parameter, and what a parameter cannot be, is refused by name', async () => {
  const cases: [string, string][] = [
    ['colour=red', 'colour'],
    ['offset=10', 'offset'],
    ['amount=1.00', 'amount'],
    ...['0', '201', '-1', '1.5', 'many', '', '1e2', '%205', '5&limit=6', '99999999999999999999'].map(
      (limit): [string, string] => [`limit=${limit}`, 'limit'],
    ),
    ['sort=amount', 'sort'],
    ['sort=due_at;DROP', 'sort'],
    ['state=gone', 'state'],
    ['rail=pigeon', 'rail'],
    ['rail=ach,pigeon', 'rail'],
    ['assignee=%00', 'assignee'],
    [`assignee=${'x'.repeat(129)}`, 'assignee'],
    ['assignee=me&assignee=none', 'assignee'],
    ['code=R01%00', 'code'],
    [`code=${'x'.repeat(513)}`, 'code'],
    [`code=${Array.from({ length: 51 }, (_, n) => `R${n}`).join(',')}`, 'code'],
    ...FORGED.map((cursor): [string, string] => [`cursor=${cursor}`, 'cursor']),
  ]
  for (const [query, field] of cases) {
    const answer = await ops.get(`${RETURNS}?${query}`)
    expect(answer.status, query).toBe(400)
    expect(answer.body.errors[0].field, query).toBe(field)
  }
  const allowed = (await ops.get(`${RETURNS}?rail=pigeon`)).body.errors[0].allowed
  expect(allowed).toEqual(['ach', 'sepa_ct', 'wire'])
  expect((await ops.get(`${RETURNS}?colour=red`)).body.errors[0].allowed).toContain('rail')
})

test('C-22 C-05 C-07 C-09 cursors that no list gave are refused wherever there are lists', async () => {
  const transfer = returns.take()
  for (const path of ['/v1/requests', '/v1/approvals', `/v1/entities/transfer/${transfer}/timeline`]) {
    for (const cursor of FORGED) {
      const answer = await ops.get(`${path}?cursor=${cursor}`)
      expect(answer.status, `${path} ${cursor}`).toBe(400)
      expect(answer.body.errors[0].field, path).toBe('cursor')
    }
  }
})

test('C-08 K-08 a queue that is not there, or not for this person', async () => {
  expect((await ops.get('/v1/queues/transfers.nonsense/items')).status).toBe(404)
  const outsider = await product.as('platform/OPS_ADMIN')
  // One that is another console's is as one that is not there.
  for (const path of [RETURNS, '/v1/queues/transfers.nonsense/items']) {
    expect(await outsider.get(path)).toMatchObject({ status: 404, body: { code: 'no_such_queue' } })
  }
  expect((await outsider.get('/v1/queues')).body.queues).toEqual([])
  const nobody = await product.as('hub/OPERATOR')
  expect((await nobody.get('/v1/queues')).status).toBe(403)
})

test('K-26 K-12 K-22 of two people who take up the same item at once, one has it', async () => {
  const items = (await page('assignee=none&limit=8')).items
  expect(items).toHaveLength(8)
  for (const { id } of items) {
    const answers = await Promise.all([work(ops, 'claim', id, 'take_up'), work(ops2, 'claim', id, 'take_up')])
    const statuses = answers.map(({ status }) => status)
    expect([...statuses].sort()).toEqual([200, 409])
    const winner = statuses[0] === 200 ? ops : ops2
    const shown = await eventually('the item to show who has it', async () => {
      const { items: mine } = await page('assignee=none&limit=200')
      return (
        !mine.some((item) => item.id === id) &&
        (await listed('state=open', 200)).find((item) => item.id === id)
      )
    })
    const { rows } = await product.superuser.query('SELECT subject FROM kernel.person WHERE person_id = $1', [
      shown.assignee?.id,
    ])
    expect(rows[0].subject).toBe(winner.id)
    expect(shown.version).toBe(1)
  }
})

test('K-26 an item is put back by whoever has it, and then free for others', async () => {
  const id = (await page('assignee=none&limit=1')).items[0]?.id ?? ''
  expect((await work(ops, 'claim', id, 'take_up')).status).toBe(200)
  expect((await work(ops, 'claim', id, 'take_up')).body.code).toBe('already_yours')
  const taken = await work(ops2, 'claim', id, 'take_up')
  expect([taken.status, taken.body.code]).toEqual([409, 'already_claimed'])
  const notTheirs = await work(ops2, 'release', id, 'put_back')
  expect([notTheirs.status, notTheirs.body.code]).toEqual([409, 'not_yours'])
  expect((await work(ops, 'release', id, 'nonsense')).body.errors[0].allowed).toContain('handover')
  expect((await work(ops, 'release', id, 'handover')).status).toBe(200)
  expect((await work(ops2, 'claim', id, 'take_up')).status).toBe(200)
  await eventually('its history', async () => {
    const { body } = await ops.get(`/v1/entities/work_item/transfers.returns:${id}/timeline`)
    return body.entries.length === 3
  })
})

test('K-26 T-02 what is done leaves the open items, is found among the done ones, and cannot be taken up', async () => {
  const { id, transfer } = await returns.authorise(
    (await page('kind=return&rail=ach&limit=1')).items[0]?.subject.id,
  )
  await returns.reaches(id, 'executed')
  const done = await eventually('the item among the done ones', async () =>
    (await page('state=done&limit=200')).items.find((item) => item.subject.id === transfer),
  )
  expect(done.state).toBe('done')
  expect((await page('limit=200')).items.map((item) => item.subject.id)).not.toContain(transfer)
  const late = await work(ops, 'claim', done.id, 'take_up')
  expect([late.status, late.body.code]).toEqual([409, 'item_done'])
  expect((await work(ops, 'claim', 'tr_nobody_knows', 'take_up')).status).toBe(404)
})

test.each([
  [
    'transfers.returns',
    4,
    NEW_YORK,
    BANK_DAYS,
    ['transfer'],
    ['code', 'amount', 'originator', 'receiver', 'rail', 'kind'],
  ],
  [
    'transfers.exceptions',
    24,
    NEW_YORK,
    BANK_DAYS,
    ['exception', 'statement'],
    ['amount', 'date', 'reference', 'kind', 'best_score'],
  ],
  [
    'transfers.compliance',
    8,
    FRANKFURT,
    { ...weekdaysOpen('07:00', '22:00'), Sat: ['08:00', '14:00'] },
    ['hit'],
    ['screened', 'list', 'score', 'rule_id'],
  ],
] as const)(
  'T-02 K-26 %s: its clock of %i business hours in %s, its records, its columns and its filters',
  async (name, hours, zone, open, kinds, shown) => {
    const { body } = await ops.get('/v1/queues')
    const queue = body.queues.find((one: { name: string }) => one.name === name)
    expect(queue.sla).toMatchObject({ hours, time_zone: zone })
    const columns = queue.columns as { key: string; filter?: unknown }[]
    expect(columns.map(({ key }) => key)).toEqual(expect.arrayContaining([...shown]))

    const path = `/v1/queues/${name}/items`
    const items: Item[] = (await ops.get(`${path}?limit=50`)).body.items
    expect(items.length).toBeGreaterThan(5)
    const due = items.map((item) => item.due_at)
    expect(due).toEqual([...due].sort())
    for (const item of items) {
      expectBusinessHours(item, hours, zone, open)
      expect(kinds, item.id).toContain(item.subject.kind)
    }
    const { status } = await ops.get(`/v1/entities/${items[0]?.subject.kind}/${items[0]?.subject.id}`)
    expect(status).toBe(200)
    for (const { key } of columns.filter(({ filter }) => filter)) {
      const value = items.find(({ fields }) => typeof fields[key] === 'string')?.fields[key] ?? ''
      const found: Item[] = (await ops.get(`${path}?limit=200&${key}=${encodeURIComponent(value)}`)).body
        .items
      expect(found.length, key).toBeGreaterThan(0)
      expect(
        found.every(({ fields }) => fields[key] === value),
        key,
      ).toBe(true)
    }
  },
)

test('C-08 a count is exact up to ten thousand, and says where it stops', async () => {
  await addItems(COUNT_EXACT_MAX, 3)
  const { count } = await page('limit=1')
  expect(count).toEqual({ value: COUNT_EXACT_MAX, exact: false })
  const { count: some } = await page('limit=1&kind=change')
  expect(some.exact).toBe(true)
})
