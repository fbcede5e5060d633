import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { HitSchema } from '../compliance/hit.ts'
import { PartySchema } from '../compliance/party.ts'
import { type Transfer, TransferSchema } from '../cts/transfer.ts'
import { ExceptionSchema } from '../recon/exception.ts'
import { StatementSchema } from '../recon/statement.ts'
import { eventsOf, problemOf, type SandboxForTests, startSandboxForTests } from '../sandbox-for-tests.ts'
import { planWorld } from './plan-world.ts'

const LISTS = [
  '/cts/transfers',
  '/ledger/postings',
  '/recon/exceptions',
  '/recon/statements',
  '/compliance/parties',
  '/compliance/hits',
  '/merchants/merchants',
  '/gateways/gateways',
  '/gateways/incidents',
  '/edge/rate-limits',
  '/edge/allowlists',
]

/** Every record of a list, through all its pages. */
async function all<T extends z.ZodType>(
  sandbox: SandboxForTests,
  path: string,
  schema: T,
): Promise<z.output<T>[]> {
  const found: z.output<T>[] = []
  const plural = (path.split('/').at(-1) ?? '').replaceAll('-', '_')
  for (let cursor: string | null = ''; cursor !== null; ) {
    const after: string = cursor === '' ? '' : `&cursor=${cursor}`
    const { body } = await sandbox.request('GET', `${path}?limit=200${after}`)
    const page = z.looseObject({ next_cursor: z.string().nullable() }).parse(body)
    found.push(...z.array(schema).parse(page[plural]))
    cursor = page.next_cursor
  }
  return found
}

describe('the world of a Wednesday', () => {
  const now = new Date('2026-03-18T10:20:30Z')
  let sandbox: SandboxForTests
  let transfers: Transfer[]

  beforeAll(async () => {
    sandbox = await startSandboxForTests({ now: () => now, seed: 'wednesday' })
    transfers = await all(sandbox, '/cts/transfers', TransferSchema)
  })
  afterAll(() => sandbox.drop())

  test('K-37 the same seed in the same hour makes the same world, to every id, amount and time', async () => {
    const other = await startSandboxForTests({
      now: () => new Date('2026-03-18T10:59:59Z'),
      seed: 'wednesday',
    })
    for (const path of LISTS) {
      expect(await all(other, path, z.unknown())).toEqual(await all(sandbox, path, z.unknown()))
    }
    for (const upstream of ['cts', 'ledger', 'recon', 'compliance', 'gateways', 'edge']) {
      expect(await eventsOf(other, upstream)).toEqual(await eventsOf(sandbox, upstream))
    }
    await other.drop()
  })

  test('K-37 another seed makes another world; a later day the same one, later', () => {
    const world = planWorld('wednesday', now)
    const ids = (of: typeof world) => of.transfers.map(({ made }) => made.id)
    expect(ids(planWorld('thursday', now))).not.toEqual(ids(world))
    const later = planWorld('wednesday', new Date('2026-03-25T03:00:00Z'))
    expect(ids(later)).toEqual(ids(world))
    expect(later.parties.map(({ name }) => name)).toEqual(world.parties.map(({ name }) => name))
  })

  test('K-37 some four hundred transfers over thirty days, on each rail and in each currency', () => {
    expect(transfers.length).toBeGreaterThan(380)
    const count = (wanted: Partial<Transfer>) =>
      transfers.filter((one) =>
        Object.entries(wanted).every(([name, value]) => one[name as keyof Transfer] === value),
      ).length
    expect(count({ rail: 'ach' })).toBeGreaterThan(transfers.length / 2)
    expect(count({ rail: 'sepa_ct' })).toBeGreaterThan(30)
    expect(count({ rail: 'wire' })).toBeGreaterThan(20)
    const currencies = new Set(transfers.map(({ amount }) => amount.currency))
    expect([...currencies].sort()).toEqual(['EUR', 'GBP', 'JPY', 'KWD', 'USD'])
    const recent = transfers.filter(({ created_at }) => created_at > '2026-02-14T00:00:00Z')
    expect(recent.length).toBeGreaterThan(transfers.length - 10)
  })

  test('K-37 nothing in the world is of the future', async () => {
    for (const upstream of ['cts', 'ledger', 'recon', 'compliance', 'gateways', 'edge']) {
      const times = (await eventsOf(sandbox, upstream)).map(({ occurred_at }) => occurred_at)
      expect(times).toEqual([...times].sort())
      expect((times.at(-1) ?? '') < now.toISOString()).toBe(true)
    }
  })

  test('K-37 bank returns with many codes wait, two of them of unknown originals', () => {
    const waiting = transfers.filter(({ state }) => state === 'return_received')
    expect(waiting.length).toBeGreaterThanOrEqual(25)
    const codes = new Set(waiting.filter(({ rail }) => rail === 'ach').map((one) => one.return?.code))
    expect(codes.size).toBeGreaterThanOrEqual(8)
    expect(waiting.filter((one) => one.return?.original_known === false)).toHaveLength(2)
    expect(transfers.filter(({ change }) => change).length).toBeGreaterThanOrEqual(6)
  })

  test('K-37 incoming entries are there within the standard deadline, beyond it, and beyond both', () => {
    const incoming = transfers.filter(
      ({ direction, state }) => direction === 'incoming' && state === 'settled',
    )
    const open = (until: string | undefined) => new Date(until ?? 0) > now
    const within = incoming.filter((one) => open(one.return_deadlines?.standard))
    const extended = incoming.filter(
      (one) => !open(one.return_deadlines?.standard) && open(one.return_deadlines?.extended),
    )
    expect(within.length).toBeGreaterThanOrEqual(10)
    expect(extended.length).toBeGreaterThanOrEqual(10)
    expect(incoming.length - within.length - extended.length).toBeGreaterThanOrEqual(3)
  })

  test('K-37 exceptions of each kind wait, with candidates, sums of two among them', async () => {
    const exceptions = await all(sandbox, '/recon/exceptions', ExceptionSchema)
    const open = exceptions.filter(({ state }) => state === 'open')
    expect(open.length).toBeGreaterThanOrEqual(30)
    expect(new Set(open.map(({ kind }) => kind))).toEqual(new Set(['statement_line', 'posting']))
    const sums = open.filter(({ candidates }) =>
      candidates.some(({ why }) => why.startsWith('Together with')),
    )
    expect(sums.length).toBeGreaterThanOrEqual(3)
    const ids = new Set(transfers.map(({ id }) => id))
    for (const { candidates } of open) {
      expect(candidates.every(({ id, kind }) => kind === 'posting' || ids.has(id))).toBe(true)
    }
    const states = new Set(
      (await all(sandbox, '/recon/statements', StatementSchema)).map(({ state }) => state),
    )
    expect(states).toEqual(new Set(['reconciled', 'open', 'quarantined', 'noted']))
  })

  test('K-37 hits are there true and false, and two parties are frozen with a return that waits', async () => {
    const hits = await all(sandbox, '/compliance/hits', HitSchema)
    const open = hits.filter(({ state }) => state === 'open')
    const agrees = ({ identifiers }: z.infer<typeof HitSchema>) =>
      identifiers.every(({ ours, theirs }) => ours === theirs)
    expect(open.length).toBeGreaterThanOrEqual(12)
    expect(open.filter(agrees).length).toBeGreaterThanOrEqual(4)
    expect(open.filter((hit) => !agrees(hit)).length).toBeGreaterThanOrEqual(6)

    const parties = await all(sandbox, '/compliance/parties', PartySchema)
    expect(parties.length).toBeGreaterThanOrEqual(55)
    const frozen = parties.filter((party) => party.frozen)
    expect(frozen).toHaveLength(2)
    for (const { id } of frozen) {
      const waiting = transfers.find(
        ({ state, receiver }) => state === 'return_received' && receiver.party_id === id,
      )
      const refused = await sandbox.request('POST', `/cts/transfers/${waiting?.id}/returns`, {
        body: { case: 'book', reason: waiting?.return?.code },
        key: `frozen-${id}`,
      })
      expect(problemOf(refused).code).toBe('party_frozen')
    }
  })
})

test.each(['2026-03-15', '2026-11-27', '2026-12-26', '2026-04-07', '2028-02-29'])(
  'K-37 a world seeded on %s has entries to send back, and every state follows the one before',
  (today) => {
    const at = new Date(`${today}T00:10:00Z`)
    const world = planWorld('any day', at)
    for (const { made, settledAt, received, returned, change, cancelledAt } of world.transfers) {
      const times = [made.created_at, settledAt, received?.at, change?.at, returned?.at, cancelledAt]
        .filter((time) => time !== undefined)
        .map((time) => time.getTime())
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(Math.max(...times)).toBeLessThan(at.getTime())
    }
    expect(world.statements.every((one) => one.at < at)).toBe(true)
    // On whatever day and hour: some are within their time, and some are not.
    const within = (times: readonly Date[], hours: number) =>
      times.filter((time) => at.getTime() - time.getTime() < hours * 3_600_000).length / times.length
    const waiting = world.transfers.flatMap(({ received, returned }) =>
      received && !returned ? [received.at] : [],
    )
    const open = world.hits.flatMap(({ hit, decided }) => (decided ? [] : [hit.raised_at]))
    for (const share of [within(waiting, 4), within(open, 8)]) {
      expect(share).toBeGreaterThan(0.2)
      expect(share).toBeLessThan(0.5)
    }
  },
)

describe('control of the world', () => {
  let sandbox: SandboxForTests
  beforeAll(async () => {
    sandbox = await startSandboxForTests({ seed: 'first' })
  })
  afterAll(() => sandbox.drop())

  test('C-18 reset forgets effects and makes the world of the seed; sequences go on', async () => {
    const [hit] = await all(sandbox, '/compliance/hits', HitSchema)
    await sandbox.request('POST', `/compliance/parties/${hit?.party_id}/freeze`, {
      body: { reason: 'other' },
      key: 'before-reset',
    })
    await sandbox.request('POST', '/_sandbox/misbehave', { body: { upstream: 'cts', mode: 'error_5xx' } })
    const last = (await eventsOf(sandbox, 'compliance')).at(-1)?.sequence ?? 0

    const reset = await sandbox.request('POST', '/_sandbox/reset', { body: { seed: 42 } })
    expect(reset).toMatchObject({ status: 200, body: { seed: '42' } })
    expect((await sandbox.request('GET', '/cts/health')).body).toEqual({ status: 'ok' })
    expect((await sandbox.request('GET', '/_sandbox/effects')).body).toEqual({ effects: [] })
    const planned = planWorld('42', new Date())
    const parties = await all(sandbox, '/compliance/parties', PartySchema)
    expect(parties.map(({ id }) => id).sort()).toEqual(planned.parties.map(({ id }) => id).sort())
    expect((await eventsOf(sandbox, 'compliance'))[0]?.sequence).toBe(last + 1)
  })

  test('C-18 a restart keeps the world that is there, whatever its seed', async () => {
    const before = await all(sandbox, '/cts/transfers', z.unknown())
    await sandbox.restart({ seed: 'another' })
    expect(await all(sandbox, '/cts/transfers', z.unknown())).toEqual(before)
    expect((await sandbox.request('GET', '/_sandbox/health')).body).toMatchObject({ seed: '42' })
  })

  test('C-18 a world that was made before there were gateways and an edge gets those of its seed', async () => {
    const lists = ['/gateways/gateways', '/edge/rate-limits', '/edge/allowlists']
    const listed = () => Promise.all(lists.map((path) => all(sandbox, path, z.unknown())))
    const before = await listed()
    const database = new pg.Client({ connectionString: sandbox.databaseUrl })
    await database.connect()
    await database.query(
      'TRUNCATE gateways.gateway, gateways.credential, gateways.incident, edge.rate_limit, edge.bucket, edge.allowlist, edge.version, edge.traffic',
    )
    await database.end()
    await sandbox.restart()
    const ids = (of: unknown[][]) =>
      of.map((list) =>
        z
          .array(z.object({ id: z.string() }))
          .parse(list)
          .map(({ id }) => id)
          .sort(),
      )
    expect(ids(await listed())).toEqual(ids(before))
  })

  test('C-18 the trickle is switched on and off', async () => {
    const set = (on: unknown) => sandbox.request('POST', '/_sandbox/trickle', { body: { on } })
    expect((await set(true)).body).toEqual({ on: true })
    expect((await sandbox.request('GET', '/_sandbox/health')).body).toMatchObject({ trickle: true })
    expect((await set(false)).body).toEqual({ on: false })
    expect(problemOf(await set('yes')).errors).toMatchObject([{ field: 'on' }])
  })
})
