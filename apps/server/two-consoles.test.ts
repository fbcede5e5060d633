import { fail, ok } from '@countersign/kernel/actions/failure.ts'
import { requestRoutes } from '@countersign/kernel/actions/request-routes.ts'
import { projectionsOf } from '@countersign/kernel/console.ts'
import { entityRoutes } from '@countersign/kernel/entities/entity-routes.ts'
import { makeAdmission } from '@countersign/kernel/http/admission.ts'
import { makeHttpServer } from '@countersign/kernel/http/make-http-server.ts'
import { makeRateLimit } from '@countersign/kernel/http/rate-limit.ts'
import type { Principal } from '@countersign/kernel/identity/principal.ts'
import { advance, registerProjections, sequenceEvents } from '@countersign/kernel/projections/projector.ts'
import { makeNameSearchLog, type NameSearchLog } from '@countersign/kernel/search/name-search-log.ts'
import { searchRoutes } from '@countersign/kernel/search/search-routes.ts'
import { sampleOnce } from '@countersign/kernel/series/run-series.ts'
import { seriesRoutes } from '@countersign/kernel/series/series-routes.ts'
import { DOOR_BUILT, type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { declarations } from './declarations.ts'

const PARTY = {
  id: 'pty_northgate',
  kind: 'company',
  name: 'Northgate Haulage',
  country: 'GB',
  frozen: false,
}
const DOOR = { id: 'door_northgate', name: 'Northgate Entrance', plate: 'NG-0417' }

/** Nobody is asked at an upstream: what is last known of transfers and parties is enough to tell whose they are. */
const transfers = declarations.filter(({ name }) => name === 'transfers')
let small: SmallProduct
let app: FastifyInstance
let nameSearches: NameSearchLog
let porter: Principal
let operator: Principal
let both: Principal

beforeAll(async () => {
  small = await startSmallProduct({ class: 'A', beside: transfers })
  porter = await small.person('porter', ['hall/PORTER'])
  operator = await small.person('operator', ['transfers/OPS'])
  both = await small.person('both', ['hall/PORTER', 'transfers/OPS'])
  const kernel = small.kernels.app
  nameSearches = makeNameSearchLog({
    pool: small.database.pool('app'),
    now: () => new Date(),
    report: (error) => {
      throw error
    },
  })
  app = await makeHttpServer({
    kernel,
    authenticate: async ({ headers }) => {
      const one = [porter, operator, both].find(({ name }) => name === headers['x-person'])
      return one ? ok(one) : fail({ kind: 'unauthenticated', code: 'nobody', message: 'Nobody.' })
    },
    admission: makeAdmission(),
    addresses: makeRateLimit(1_000, () => new Date()),
    allowedOrigins: [],
    trustProxy: [],
    logger: pino({ level: 'silent' }),
    observe: () => undefined,
    readOnlyBecause: async () => undefined,
    routes: [
      ...searchRoutes(kernel, nameSearches),
      ...entityRoutes(kernel),
      ...requestRoutes(kernel),
      ...seriesRoutes(kernel),
    ],
  })
  await happened(DOOR_BUILT, `door/${DOOR.id}`, [`door/${DOOR.id}`, `party/${PARTY.id}`], DOOR)
  await happened('transfers.party.updated', `party/${PARTY.id}`, [`party/${PARTY.id}`, `door/${DOOR.id}`], {
    version: 1,
    record: PARTY,
  })
  await project()
}, 120_000)
afterAll(async () => {
  await app?.close()
  await small?.database.drop()
})

async function happened(
  type: string,
  stream: string,
  refs: readonly string[],
  payload: object,
): Promise<void> {
  const superuser = small.database.pool('superuser')
  await superuser.query('INSERT INTO kernel.stream (stream, version) VALUES ($1, 1)', [stream])
  await superuser.query(
    `WITH kept AS (
       INSERT INTO kernel.event (event_id, stream, version, type, schema_version, source, payload, refs, occurred_at)
       VALUES (gen_random_uuid(), $1, 1, $2, 1, 'test', $3, $4, clock_timestamp()) RETURNING seq)
     INSERT INTO kernel.event_pending (seq) SELECT seq FROM kept`,
    [stream, type, payload, refs],
  )
}

async function project(): Promise<void> {
  const pool = small.database.pool('sequencer')
  const projections = projectionsOf(small.kernels.app.consoles)
  await registerProjections(pool, projections)
  const { head } = await sequenceEvents(pool)
  for (const projection of projections) {
    while (await advance(pool, projection, head, undefined, small.kernels.app.sealer));
  }
}

type Hit = { kind: string; id: string; links: { related: string[] } }
async function ask(by: Principal, url: string) {
  const answer = await app.inject({ url, headers: { 'x-person': by.name } })
  return { status: answer.statusCode, body: answer.json(), text: answer.body }
}
async function found(by: Principal, typed: string): Promise<Hit[]> {
  const { status, body } = await ask(by, `/v1/search?q=${encodeURIComponent(typed)}`)
  expect(status, typed).toBe(200)
  return body.groups.flatMap(({ hits }: { hits: Hit[] }) => hits)
}
const kinds = (hits: Hit[]) => hits.map(({ kind }) => kind).sort()

test('K-28 one search goes over every console that a person may see, by name and with a slip in it', async () => {
  for (const typed of ['Northgate', 'northgate', 'Nortgate', 'North']) {
    expect(kinds(await found(both, typed)), typed).toEqual(['door', 'party'])
  }
})

test('K-28 K-08 who may see one of two consoles finds nothing of the other, whatever they type', async () => {
  const typed = [
    'Northgate',
    'Nortgate',
    'Haulage',
    'Entrance',
    'NG-0417',
    'ng 04',
    DOOR.id,
    PARTY.id,
    'pty_n',
  ]
  for (const text of typed) {
    expect(
      (await found(porter, text)).filter(({ kind }) => kind !== 'door'),
      text,
    ).toEqual([])
    expect(
      (await found(operator, text)).filter(({ kind }) => kind !== 'party'),
      text,
    ).toEqual([])
  }
  expect(kinds(await found(porter, DOOR.plate))).toEqual(['door'])
  expect(kinds(await found(operator, PARTY.id))).toEqual(['party'])
})

test('K-28 what stands beside a record is linked to for whoever may see that too', async () => {
  const related = async (by: Principal, id: string) => (await found(by, id))[0]?.links.related
  expect(await related(both, DOOR.id)).toEqual([`/v1/entities/party/${PARTY.id}`])
  expect(await related(both, PARTY.id)).toEqual([`/v1/entities/door/${DOOR.id}`])
  expect(await related(porter, DOOR.id)).toEqual([])
  expect(await related(operator, PARTY.id)).toEqual([])
})

test('K-08 K-28 the other console’s records, their histories and the requests about them are not there', async () => {
  const opened = await small.authorise(porter, 'open_door', { target: { kind: 'door', id: DOOR.id } })
  for (const [by, may, mayNot] of [
    [porter, `door/${DOOR.id}`, `party/${PARTY.id}`],
    [operator, `party/${PARTY.id}`, `door/${DOOR.id}`],
  ] as const) {
    for (const part of ['', '/timeline']) {
      expect((await ask(by, `/v1/entities/${may}${part}`)).status, `${by.name} ${may}`).toBe(200)
      const none = await ask(by, `/v1/entities/${mayNot}${part}`)
      const unheardOf = await ask(by, `/v1/entities/${mayNot.split('/')[0]}/nothing${part}`)
      expect(none.status, `${by.name} ${mayNot}`).toBe(404)
      // As of one that there never was: nothing tells the two apart.
      expect(none.text).not.toMatch(/Haulage|Entrance/)
      expect(none.body.detail.replace(mayNot.split('/')[1] ?? '', 'nothing')).toBe(unheardOf.body.detail)
    }
  }
  expect((await ask(both, `/v1/requests/${opened}`)).status).toBe(200)
  expect((await ask(operator, `/v1/requests/${opened}`)).status).toBe(404)
  expect(await found(operator, opened)).toEqual([])
  expect((await found(porter, opened)).map(({ id }) => id)).toEqual([opened])
  const listed = async (by: Principal) => (await ask(by, '/v1/requests')).body.requests
  expect((await listed(porter)).map(({ id }: { id: string }) => id)).toEqual([opened])
  expect(await listed(operator)).toEqual([])
})

test('T-08 T-10 figures of a queue or a projection are for whoever may see them; nobody else learns that they are there', async () => {
  const figures = (by: Principal, name: string, label?: string) => {
    const query = new URLSearchParams({
      from: new Date(Date.now() - 86_400_000).toISOString(),
      to: new Date(Date.now() + 86_400_000).toISOString(),
      step: '3600',
      ...(label === undefined ? {} : { label }),
    })
    return ask(by, `/v1/series/${name}?${query}`)
  }
  await sampleOnce({
    pool: small.database.pool('dispatcher'),
    ...{ queues: [], upstreams: [], now: () => new Date(), signal: new AbortController().signal },
  })
  const labels = async (by: Principal, name: string) =>
    (await figures(by, name)).body.series.map(({ label }: { label: string }) => label) as string[]
  const ofTransfers = (found: string[]) => found.filter((label) => label.startsWith('transfers'))
  expect(ofTransfers(await labels(operator, 'projection_behind'))).not.toEqual([])
  expect(ofTransfers(await labels(porter, 'projection_behind'))).toEqual([])
  const queue = 'transfers.returns'
  expect((await figures(operator, 'queue_waiting', queue)).status).toBe(200)
  const refused = await figures(porter, 'queue_waiting', queue)
  const unheardOf = await figures(porter, 'queue_waiting', 'transfers.nothing')
  expect([refused.status, unheardOf.status]).toEqual([404, 404])
  expect(refused.body.detail.replace(queue, 'transfers.nothing')).toBe(unheardOf.body.detail)
})

test('K-31 K-30 what somebody searches among names that they may not reveal is counted: one entry for all of a minute, without what was typed', async () => {
  await nameSearches.close()
  const entries = async () => {
    const { rows } = await small.database
      .pool('superuser')
      .query<{ actor_id: string; detail: object; text: string }>(
        `SELECT actor_id, convert_from(canonical, 'UTF8')::jsonb -> 'detail' AS detail, convert_from(canonical, 'UTF8') AS text
         FROM kernel.audit_entry WHERE action = 'kernel.search_names' ORDER BY seq`,
      )
    return rows
  }
  const before = (await entries()).length
  const typed = ['Northgate', 'Zanzibarian', 'haulage', '12345']
  for (const text of typed) await found(operator, text)
  // In the console that this one may see, no record has personal data.
  await found(porter, 'Northgate')
  expect(await entries()).toHaveLength(before)
  await nameSearches.close()
  const counted = (await entries()).slice(before)
  expect(counted.map(({ actor_id, detail }) => ({ actor_id, detail }))).toEqual([
    { actor_id: operator.id, detail: expect.objectContaining({ searches: 3, met: 2 }) },
  ])
  for (const text of typed.slice(0, 3)) expect(counted[0]?.text).not.toMatch(new RegExp(text, 'i'))
})
