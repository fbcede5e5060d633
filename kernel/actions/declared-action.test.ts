import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { entriesOfRequest } from '@countersign/testkit/audit-entries.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { actionPage } from '@countersign/tools/docs/action-page.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAccess } from '../access/access.ts'
import { kernelRoles } from '../access/kernel-roles.ts'
import { type ConsoleDeclaration, type MountedConsole, mountConsole, permissionsOf } from '../console.ts'
import { kernelConsole } from '../kernel-console.ts'

/** A console of somebody's own: one entity, whose whole state is its events. */
const SHELF = `
import { defineEntity, localEntity } from '@countersign/kernel/entities/define-entity.ts'
export const shelf = localEntity({
  kind: 'shelf',
  console: 'depot',
  stream: (id) => 'depot.shelf/' + id,
  initial: (id) => ({ id, label: '' }),
  evolve: (state, event) => ({ ...state, label: String(event.payload.label) }),
  present: (state) => ({ title: 'Shelf ' + state.id, state: state.label || 'bare', data: { label: state.label } }),
})
export const shelfEntity = defineEntity(shelf)
`
/** The one file of an action. */
const ACTION = `
import { accept, defineAction, refuse } from '@countersign/kernel/actions/define-action.ts'
import { z } from 'zod'
import { shelf } from './shelf.ts'
export const labelShelf = defineAction({
  name: 'depot.label_shelf',
  risk: 'high',
  movesMoney: false,
  target: shelf,
  input: z.object({ label: z.string().min(1).max(20).meta({ title: 'Label' }) }),
  reasons: [{ code: 'stocktaking', title: 'Stocktaking' }],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
  door: {
    method: 'PUT',
    path: '/depot/shelves/:id/label',
    body: z.object({ label: z.string(), why: z.string().optional() }),
    fields: { 'target.id': 'id' },
    toRequest: (body, { id }) => ({ targetId: id, input: { label: body.label }, reason: body.why }),
  },
  present: { title: 'Label shelf', tone: 'neutral', help: 'Says what is on it.' },
  decide: (state, { label }) =>
    state.label === label ? refuse('same_label', 'It says that already.') : accept({ id: state.id, label }),
  preview: (state, { label }) => ({
    summary: 'The shelf is labelled.',
    changes: [{ label: 'Label', before: state.label, after: label }],
    effects: [],
  }),
  events: ({ id, label }) => [
    { type: 'depot.shelf.labelled', stream: 'depot.shelf/' + id, refs: [{ kind: 'shelf', id }], payload: { label } },
  ],
})
`
const MANIFEST = (actions: string) => `
${actions === '' ? '' : "import { labelShelf } from './label-shelf.ts'"}
import { shelfEntity } from './shelf.ts'
export const depotConsole = {
  name: 'depot',
  title: 'Depot',
  roles: [],
  readPermissions: ['depot:read'],
  policies: {
    'depot.cedar': \`
      @id("depot.reads") permit (principal in Role::"hub/OPERATOR", action in Action::"read", resource);
      @id("depot.changes") permit (principal in Role::"hub/OPERATOR", action in Action::"change", resource);\`,
  },
  entities: [shelfEntity],
  actions: [${actions}],
  queues: [],
  projections: [],
  ingest: [],
  eventTitles: { 'depot.shelf.labelled': 'Labelled' },
  migrations: { module: 'depot', directory: '' },
}
`

const cache = fileURLToPath(new URL('../../.cache', import.meta.url))
const opened: Product[] = []
let folder: string
let bare: Product
let product: Product
let operator: Client
let consoles: readonly MountedConsole[]

beforeAll(async () => {
  mkdirSync(cache, { recursive: true })
  folder = mkdtempSync(join(cache, 'own-console-'))
  writeFileSync(join(folder, 'shelf.ts'), SHELF)
  writeFileSync(join(folder, 'without.ts'), MANIFEST(''))
  bare = await start('without.ts')
  // All that is done to add an action: its file, and its name in the manifest.
  writeFileSync(join(folder, 'label-shelf.ts'), ACTION)
  writeFileSync(join(folder, 'with.ts'), MANIFEST('labelShelf'))
  product = await start('with.ts')
  operator = await product.as('hub/OPERATOR')
}, 120_000)
afterAll(async () => {
  for (const each of opened) await each.close()
  rmSync(folder, { recursive: true, force: true })
})

async function start(manifest: string): Promise<Product> {
  const { depotConsole } = (await import(pathToFileURL(join(folder, manifest)).href)) as {
    depotConsole: ConsoleDeclaration<unknown>
  }
  consoles = [mountConsole(kernelConsole, undefined), mountConsole(depotConsole, undefined)]
  const mounted = consoles
  const started = await startProduct({
    webhooks: false,
    consoles: mounted,
  })
  opened.push(started)
  return started
}

const text = async (from: Product, path: string) => (await fetch(`${from.url}${path}`)).text()
const label = (id: string, body: unknown, key?: string) =>
  fetch(`${product.url}/depot/shelves/${id}/label`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${operator.token}`,
      'content-type': 'application/json',
      ...(key ? { 'idempotency-key': key } : {}),
    },
    body: JSON.stringify(body),
  })

test('K-11 without its line in the manifest there is no such action anywhere', async () => {
  const there = await bare.as('hub/OPERATOR')
  expect((await there.get('/v1/actions')).text).not.toContain('depot.label_shelf')
  expect((await there.get('/v1/entities/shelf/s1')).body.affordances).toEqual([])
  expect((await there.post('/v1/actions/depot.label_shelf', {})).status).toBe(404)
  for (const path of ['/openapi.json', '/metrics'])
    expect(await text(bare, path)).not.toContain('label_shelf')
})

test('K-11 C-02 with it the catalogue has the action, its form’s schema, its reasons and its doors', async () => {
  const { actions } = (await operator.get('/v1/actions')).body
  expect(actions.find(({ type }: { type: string }) => type === 'depot.label_shelf')).toMatchObject({
    title: 'Label shelf',
    console: 'depot',
    risk: 'high',
    moves_money: false,
    target_kind: 'shelf',
    input_schema: {
      type: 'object',
      required: ['label'],
      additionalProperties: false,
      properties: { label: { type: 'string', minLength: 1, maxLength: 20, title: 'Label' } },
    },
    reasons: [{ code: 'stocktaking', title: 'Stocktaking', note_required: false }],
    doors: [
      { method: 'POST', path: '/v1/actions/depot.label_shelf' },
      { method: 'PUT', path: '/depot/shelves/:id/label' },
    ],
  })
})

test('K-11 K-08 it is a permission, and an affordance of every record of its kind', async () => {
  expect((await operator.get('/v1/me')).body.permissions).toEqual(
    expect.arrayContaining(['depot.label_shelf', 'depot.label_shelf:decide']),
  )
  const { affordances } = (await operator.get('/v1/entities/shelf/s1')).body
  expect(affordances).toEqual([expect.objectContaining({ action: 'depot.label_shelf', allowed: true })])
  const stranger = await product.as('transfers/ADMIN')
  expect((await stranger.post('/v1/actions/depot.label_shelf', {})).status).toBe(403)
})

test('K-11 C-16 it is in the published contract, with its body', async () => {
  const { paths } = JSON.parse(await text(product, '/openapi.json'))
  expect(paths['/v1/actions/depot.label_shelf'].post.operationId).toBe('depot_label_shelf')
  expect(paths['/v1/actions/depot.label_shelf/preview'].post).toBeDefined()
  const door = paths['/depot/shelves/{id}/label'].put
  expect(door.requestBody.content['application/json'].schema.required).toEqual(['label'])
  expect(door.parameters[0]).toMatchObject({ name: 'id', in: 'path', required: true })
})

test('K-11 K-15 K-12 K-31 it is previewed, done once under its key, recorded, counted and told of', async () => {
  const target = { kind: 'shelf', id: 's1' }
  const input = { label: 'Spare parts' }
  const preview = await operator.post('/v1/actions/depot.label_shelf/preview', { target, input })
  expect(preview.body).toMatchObject({ changes: [{ label: 'Label', before: '', after: 'Spare parts' }] })
  const body = {
    ...{ target, input, reason: { code: 'stocktaking' } },
    preview_digest: preview.body.preview_digest,
  }
  const done = await operator.post('/v1/actions/depot.label_shelf', body, { 'idempotency-key': 'k' })
  expect(done).toMatchObject({ status: 200, body: { state: 'executed', type: 'depot.label_shelf' } })
  const again = await operator.post('/v1/actions/depot.label_shelf', body, { 'idempotency-key': 'k' })
  expect(again.text).toBe(done.text)
  expect(again.headers.get('idempotency-replayed')).toBe('true')

  expect(await entriesOfRequest(product, done.body.id)).toEqual([
    expect.objectContaining({ kind: 'action', action: 'depot.label_shelf', outcome: 'executed' }),
  ])
  expect((await operator.get('/v1/entities/shelf/s1')).body).toMatchObject({
    state: 'Spare parts',
    version: '1',
  })
  expect(await text(product, '/metrics')).toMatch(
    /countersign_action_requests_total\{action="depot\.label_shelf",state="executed"\} 1/,
  )
  await eventually('its timeline', async () =>
    (await operator.get('/v1/entities/shelf/s1/timeline')).text.includes('"summary":"Labelled"'),
  )
})

test('K-11 C-19 C-20 its door does the same in its own spelling, and gives the key that it got', async () => {
  const done = await label('s2', { label: 'Returns', why: 'stocktaking' })
  expect(done.status).toBe(200)
  expect(done.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/)
  expect(await done.json()).toMatchObject({ state: 'executed', reason: { code: 'stocktaking' } })
  const refused = await label('s2', { label: 'x'.repeat(21) })
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ errors: [{ field: 'label' }] })
  const same = await label('s2', { label: 'Returns' })
  expect(await same.json()).toMatchObject({ status: 409, code: 'same_label' })
})

test('C-20 where a door asks for no reason the code is `unspecified`, which no form offers and nobody can give', async () => {
  const done = (await (await label('s3', { label: 'Cables' })).json()) as { id: string }
  expect(done).toMatchObject({ state: 'executed', reason: { code: 'unspecified' } })
  const { body } = await operator.get(`/v1/requests/${done.id}`)
  expect(body.reason).toEqual({ code: 'unspecified', title: 'No reason was asked for' })
  expect(await entriesOfRequest(product, done.id)).toEqual([
    expect.objectContaining({
      outcome: 'executed',
      reason: expect.objectContaining({ code: 'unspecified' }),
    }),
  ])

  const target = { kind: 'shelf', id: 's3' }
  const input = { label: 'Adapters' }
  const preview = await operator.post('/v1/actions/depot.label_shelf/preview', { target, input })
  expect(preview.body.reasons).toEqual([{ code: 'stocktaking', title: 'Stocktaking', note_required: false }])
  const given = await operator.post('/v1/actions/depot.label_shelf', {
    ...{ target, input, reason: { code: 'unspecified' } },
    preview_digest: preview.body.preview_digest,
  })
  expect(given).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'reason.code', allowed: ['stocktaking'] }] },
  })
})

test('K-11 its page of the docs follows from it too', () => {
  const declared = consoles
    .flatMap((console) => console.actions)
    .find(({ name }) => name === 'depot.label_shelf')
  if (!declared) throw new Error('depot.label_shelf is not declared')
  const access = makeAccess({
    roles: [...kernelRoles, { role: 'hub/OPERATOR', title: 'Operator' }],
    permissions: permissionsOf(consoles),
    policies: Object.fromEntries(consoles.flatMap((console) => Object.entries(console.policies))),
  })
  const page = actionPage(declared, access)
  expect(page).toContain('# Label shelf')
  expect(page).toContain('| asked for by | `hub/OPERATOR` |')
  expect(page).toContain('| `label` | string | yes | Label |')
  expect(page).toContain('`PUT /depot/shelves/:id/label` with `{label, why}`')
})
