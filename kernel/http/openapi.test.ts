import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WIRE_SCHEMAS } from './wire-schemas.ts'

let product: Product
let ops: Client
let admin: Client
// biome-ignore lint/suspicious/noExplicitAny: a document of the server's, looked into by path
let document: any

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
  document = await (await fetch(`${product.url}/openapi.json`)).json()
}, 120_000)
afterAll(() => product?.close())

const pathOf = (url: string) => url.replace(/:([A-Za-z_]+)/g, '{$1}').replace('*', '{path}')
const every = () =>
  Object.entries<Record<string, Record<string, unknown>>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )

test('C-16 the published contract is valid OpenAPI 3.1', async () => {
  expect(document.openapi).toBe('3.1.0')
  const checked = await new Validator().validate(structuredClone(document))
  expect(checked).toMatchObject({ valid: true })
  const ids = every().map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('C-16 Redocly’s linter finds nothing in it, by its recommended rules', async () => {
  const config = await createConfig({ extends: ['recommended'] })
  const lint = async (contract: unknown) => {
    const source = JSON.stringify(contract)
    const found = await lintFromString({ source, config, absoluteRef: 'openapi.json' })
    return found.map(({ ruleId, message }) => `${ruleId}: ${message}`)
  }
  expect(await lint(document)).toEqual([])
  // The linter is at work.
  expect(await lint({ ...document, info: { title: 'Countersign' } })).not.toEqual([])
})

test('C-16 everything that is served is in it, the actions each by name', async () => {
  for (const { method, url } of product.operations) {
    const named = url.replace('/v1/actions/:type', '/v1/actions/transfers.return_transfer')
    expect(document.paths[pathOf(named)]?.[method.toLowerCase()], `${method} ${url}`).toBeDefined()
  }
  const { actions } = (await admin.get('/v1/actions')).body
  for (const { type, doors } of actions) {
    for (const { method, path } of doors)
      expect(document.paths[path][method.toLowerCase()], path).toBeDefined()
    expect(document.paths[`/v1/actions/${type}/preview`].post.operationId).toMatch(/_preview$/)
  }
})

test('C-16 C-19 every operation says who is let in, which key it takes and how it refuses', () => {
  for (const { path, method, operation } of every()) {
    const { security, responses, parameters } = operation as {
      security: object[]
      responses: Record<string, object>
      parameters: { name: string; required: boolean }[]
    }
    const served = product.operations.find(({ url }) => pathOf(url) === path)
    expect(security, path).toHaveLength(served?.access === 'public' ? 0 : 2)
    expect(responses).toHaveProperty('400')
    if (security.length > 0) expect(responses, path).toHaveProperty('401')
    const key = parameters.find(({ name }) => name === 'Idempotency-Key')
    const changes =
      method !== 'get' &&
      served?.readsOnly !== true &&
      path.startsWith('/v1/') &&
      !/(preview|simulate|check)$|ingest/.test(path)
    expect(key?.required ?? false, `${method} ${path}`).toBe(changes)
  }
})

test('C-16 the body of an action is its declaration’s', () => {
  const body = (path: string) => document.paths[path].post.requestBody.content['application/json'].schema
  const unfreeze = body('/v1/actions/transfers.unfreeze_entity')
  expect(unfreeze.required).toEqual(expect.arrayContaining(['target', 'reason', 'preview_digest']))
  expect(unfreeze.additionalProperties).toBe(false)
  expect(unfreeze.properties.target.properties.kind.const).toBe('party')
  expect(unfreeze.properties.input.properties).toHaveProperty('override_hit_id')
  expect(unfreeze.properties.reason.properties.code.enum).toEqual([
    'false_positive',
    'cleared',
    'order_lifted',
    'emergency_ended',
    'other',
  ])
  expect(body('/v1/actions/kernel.claim_item').required).not.toContain('preview_digest')
  expect(body('/returns').required).toEqual(['transferId', 'reason'])
})

test('C-16 what is answered is what is published', async () => {
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=1')
  const target = { kind: 'transfer', id: transfers[0].id }
  const preview = await ops.post('/v1/actions/transfers.return_transfer/preview', { target })
  const asked = await ops.post('/returns', { transferId: target.id, reason: transfers[0].return.code })
  const answers: [string, unknown][] = [
    ['Me', (await ops.get('/v1/me')).body],
    ['Catalogue', (await ops.get('/v1/actions')).body],
    ['Preview', preview.body],
    ['ActionRequest', asked.body],
    ['ActionRequest', (await admin.get(`/v1/requests/${asked.body.id}`)).body],
    ['ActionRequests', (await admin.get('/v1/requests')).body],
    ['Approvals', (await admin.get('/v1/approvals')).body],
    ['Problem', (await ops.get('/v1/audit')).body],
    ['Problem', (await ops.post('/returns', {})).body],
    [
      'ActionRequest',
      (await admin.post(`/v1/requests/${asked.body.id}/reject`, { reason: 'not ours' })).body,
    ],
  ]
  for (const [name, body] of answers) {
    const parsed = WIRE_SCHEMAS[name]?.safeParse(body)
    expect({ name, issues: parsed?.error?.issues }).toEqual({ name, issues: undefined })
    expect(document.components.schemas).toHaveProperty(name)
  }
})
