import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { declaredConsoles } from '@countersign/server/declared-consoles.ts'
import { type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiReference, type Contract } from './api-reference.ts'

const directory = fileURLToPath(new URL('../../docs/api', import.meta.url))

let product: Product
let contract: Contract

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  contract = (await (await fetch(`${product.url}/openapi.json`)).json()) as Contract
}, 120_000)
afterAll(() => product?.close())

const pages = () => {
  const { consoles, access } = declaredConsoles()
  return apiReference(contract, consoles, access)
}

test('P-14 C-16 docs/api is what the server publishes; with UPDATE_API=1 this test writes it anew', () => {
  if (process.env.UPDATE_API === '1') {
    mkdirSync(directory, { recursive: true })
    for (const [path, text] of pages()) writeFileSync(join(directory, path), text)
  }
  expect(readdirSync(directory).sort()).toEqual([...pages().keys()].sort())
  for (const [path, text] of pages()) expect(readFileSync(join(directory, path), 'utf8'), path).toBe(text)
})

test('P-14 the reference of the platform has each of its doors, who may, what it takes and how it refuses', () => {
  const page = pages().get('platform.md') ?? ''
  for (const door of [
    ...['GET /api/ops/merchants', 'PUT /api/ops/merchants/{id}/suspend', 'GET /api/ops/transactions'],
    ...[
      'GET /api/ops/gateway-health/status',
      'POST /api/ops/rate-limits',
      'DELETE /api/ops/ip-whitelist/{id}',
    ],
    ...['PUT /api/ops/users/{id}/role', 'PUT /api/ops/system-config/{key}', 'GET /api/ops/audit-logs'],
    'GET /api/ops/dashboard',
  ]) {
    expect(page).toContain(`## ${door}\n`)
  }
  const create = page.slice(page.indexOf('## POST /api/ops/merchants\n')).split('\n## ')[0]
  expect(create).toContain('`platform/OPS_ADMIN`, `platform/PLATFORM_ADMIN`')
  expect(create).toContain(
    '| `mcc` | yes | string; Category; Merchant category code (ISO 18245), four digits. |',
  )
  expect(page).not.toMatch(/## \w+ \/returns/)
  expect(pages().get('transfers.md')).toContain('## POST /returns\n')
})
