import { randomUUID } from 'node:crypto'
import { type Answer, type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { accept, defineAction } from '../actions/define-action.ts'
import { type ConsoleDeclaration, mountConsole } from '../console.ts'
import { defineEntity, type EntityType } from '../entities/define-entity.ts'
import { kernelConsole } from '../kernel-console.ts'

/** Records of three tenants and of none: the id begins with whose it is. */
const crate: EntityType<{ id: string }, undefined> = {
  kind: 'crate',
  console: 'depot',
  read: async (id) =>
    /^(acme|globex|nobody)-/.test(id)
      ? {
          status: 'found',
          state: { id },
          version: '1',
          ...(id.startsWith('nobody-') ? {} : { tenantId: id.split('-')[0] }),
        }
      : { status: 'missing' },
  present: ({ id }) => ({ title: `Crate ${id}`, state: 'closed', data: {} }),
}
const openCrate = defineAction<{ id: string }, z.ZodObject, { id: string }, undefined>({
  name: 'depot.open_crate',
  risk: 'low',
  movesMoney: false,
  target: crate,
  input: z.object({}),
  reasons: [{ code: 'inspection', title: 'Inspection' }],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  present: { title: 'Open crate', tone: 'neutral' },
  decide: ({ id }) => accept({ id }),
  preview: () => ({ summary: 'It opens.', changes: [], effects: [] }),
  events: ({ id }) => [
    {
      type: 'depot.crate.opened',
      stream: `depot.crate/${id}`,
      refs: [{ kind: 'crate', id }],
      payload: { state: 'open' },
    },
  ],
})
const depot: ConsoleDeclaration<undefined> = {
  ...{ name: 'depot', title: 'Depot', roles: [], readPermissions: ['depot:read'] },
  policies: {
    'depot.cedar': `
      @id("depot.reads") permit (principal in Role::"hub/OPERATOR", action in Action::"read", resource);
      @id("depot.changes") permit (principal in Role::"hub/OPERATOR", action in Action::"change", resource);`,
  },
  ...{ entities: [defineEntity(crate)], actions: [openCrate], queues: [], projections: [], ingest: [] },
  eventTitles: { 'depot.crate.opened': 'Opened' },
  migrations: { module: 'depot', directory: '' },
}

let product: Product
/** Looks after `acme`, and after nobody else. */
let ours: Client
/** The same of `globex`. */
let theirs: Client

beforeAll(async () => {
  const consoles = [mountConsole(kernelConsole, undefined), mountConsole(depot, undefined)]
  product = await startProduct({ webhooks: false, consoles })
  ours = await operatorOf('hub/OPERATOR', 'acme')
  theirs = await operatorOf('hub/OPERATOR-2', 'globex')
  expect(await open('globex-1', theirs)).toMatchObject({ status: 200, body: { state: 'executed' } })
  expect(
    (await theirs.post('/v1/entities/crate/globex-1/notes', { text: 'Opened for customs.' })).status,
  ).toBe(201)
}, 120_000)
afterAll(() => product?.close())

async function operatorOf(persona: string, tenant: string): Promise<Client> {
  const operator = await product.as(persona)
  expect((await operator.get('/v1/me')).status).toBe(200)
  await product.superuser.query('UPDATE kernel.person SET tenant_id = $2 WHERE person_id = $1', [
    operator.id,
    tenant,
  ])
  return operator
}

const open = (id: string, by = ours) =>
  by.post('/v1/actions/depot.open_crate', {
    ...{ target: { kind: 'crate', id }, input: {}, reason: { code: 'inspection' } },
  })
const looks: readonly [string, (id: string) => Promise<Answer>][] = [
  ['the record', (id) => ours.get(`/v1/entities/crate/${id}`)],
  ['its timeline', (id) => ours.get(`/v1/entities/crate/${id}/timeline`)],
  ['its notes', (id) => ours.post(`/v1/entities/crate/${id}/notes`, { text: 'Looks heavy.' })],
  ['its evidence', (id) => ours.get(`/v1/entities/crate/${id}/evidence`)],
  [
    'a preview',
    (id) => ours.post('/v1/actions/depot.open_crate/preview', { target: { kind: 'crate', id }, input: {} }),
  ],
  ['an action', (id) => open(id)],
]
/** An answer without what differs for every request. */
const said = ({ status, body }: Answer, id: string) => {
  const { instance, request_id, ...rest } = body ?? {}
  return { status, text: JSON.stringify(rest).replaceAll(id, '…') }
}

test.each(looks)(
  'K-07 case 12: of another tenant’s record %s is as if it were not there',
  async (_what, look) => {
    const [another, missing] = [await look('globex-1'), await look('absent-1')]
    expect(said(another, 'globex-1')).toEqual(said(missing, 'absent-1'))
    // A list of what is not there is empty.
    expect([404, 200]).toContain(another.status)
    if (another.status === 200) expect(another.text).not.toContain('globex')
  },
)

test('K-07 their own, and nobody’s, are there', async () => {
  expect((await ours.get('/v1/entities/crate/acme-1')).status).toBe(200)
  expect((await ours.get('/v1/entities/crate/nobody-1')).status).toBe(200)
  expect(await open('acme-1')).toMatchObject({ status: 200, body: { state: 'executed' } })
})

test('K-07 case 12: what was done for a tenant is no row for the application’s login by SQL', async () => {
  const id = `acme-${randomUUID()}`
  expect((await open(id)).status).toBe(200)
  const app = product.database.pool('app', { max: 1 })
  const rowsOf = async (table: string, column: string) => {
    const text = `SELECT count(*)::int AS n FROM kernel.${table} WHERE tenant_id = 'acme' AND ${column} IS NOT NULL`
    const all = (await product.superuser.query(text)).rows[0].n
    return { all, seen: (await app.query(text)).rows[0].n }
  }
  for (const [table, column] of [
    ['action_request', 'request_id'],
    ['event', 'event_id'],
    ['audit_entry', 'entry_id'],
  ] as const) {
    const { all, seen } = await rowsOf(table, column)
    expect(all, table).toBeGreaterThan(0)
    expect(seen, table).toBe(0)
  }
})
