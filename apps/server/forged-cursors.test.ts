import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

type Parameter = { readonly name: string; readonly in: string }
type Paths = Record<string, { readonly get?: { readonly parameters?: readonly Parameter[] } }>

let product: Product
let readers: readonly Client[]
/** Every list that goes on from a cursor, by its path. */
let lists: readonly string[]

beforeAll(async () => {
  product = await startProduct({ worker: false })
  readers = await Promise.all(
    ['kernel/auditor', 'transfers/ADMIN', 'platform/PLATFORM_ADMIN', 'treasury/FINANCE_ADMIN'].map((who) =>
      product.as(who),
    ),
  )
  const { body } = await (await product.as('kernel/auditor')).get('/openapi.json')
  const { paths } = body as { paths: Paths }
  lists = Object.entries(paths)
    .filter(([, { get }]) => get?.parameters?.some((one) => one.in === 'query' && one.name === 'cursor'))
    .map(([path]) => path)
}, 120_000)
afterAll(() => product?.close())

/** What stands for a parameter of a path: records and consoles that there are, as far as this world has one. */
const STANDS_FOR: Readonly<Record<string, readonly string[]>> = {
  kind: ['transfer', 'merchant', 'transaction', 'config', 'user', 'rate_limit', 'ledger_entry', 'settlement'],
  console: ['platform', 'transfers'],
  name: ['transfers.returns', 'transfers.exceptions', 'transfers.hits'],
  queue: ['transfers.returns'],
  id: ['00000000-0000-4000-8000-000000000000', 'tr_1'],
}

/** What a list is not read without. */
const ALSO_ASKED: Readonly<Record<string, string>> = { '/v1/sanctions-list-entries': '?list=ofac_sdn' }

function filled(path: string): string[] {
  const parameter = /\{(\w+)\}/.exec(path)
  if (!parameter) return [path + (ALSO_ASKED[path] ?? '')]
  const { 0: written, 1: name = '' } = parameter
  return (STANDS_FOR[name] ?? ['x']).flatMap((value) => filled(path.replace(written, value)))
}

const AT = '2026-01-01T00:00:00.000000Z'
const HUGE = [2_147_483_648, 9_007_199_254_740_991, -1, 0.5]
/** Well formed as JSON, of shapes that lists of this product give, and holding what no list gave. */
const FORGED: readonly unknown[] = [
  ...['\0', 'a\0', '\ud800', 'x'.repeat(600)].flatMap((id) => [
    { at: AT, id },
    { rank: 0, at: AT, id },
    { person: id, role: id },
    { upstream: id },
    { upstream: `${id}/${id}` },
    { upstream: `${AT} ${id}` },
    { upstream: JSON.stringify({ at: AT, id }) },
    { after: id, id },
    { id },
  ]),
  ...HUGE.flatMap((n) => [
    { before: n },
    { position: n },
    { at: AT, position: n },
    { rank: n, at: AT, id: 'x' },
    { seq: n },
    { after: n },
    { upstream: String(n) },
    { upstream: JSON.stringify({ at: AT, id: n }) },
  ]),
]

/** Whoever may read it: to the others it is refused before anybody looks at the cursor. */
async function readerOf(address: string): Promise<Client | undefined> {
  let unknown: Client | undefined
  for (const reader of readers) {
    const { status } = await reader.get(address)
    if (status !== 403 && status !== 404) return reader
    if (status === 404) unknown ??= reader
  }
  return unknown
}

test('C-22 C-08 X-05 a cursor that no list gave ends in no fault of ours, whichever list it is held out to', async () => {
  expect(lists.length).toBeGreaterThan(20)
  const faults: string[] = []
  const refused = new Set<string>()
  for (const path of lists) {
    for (const address of filled(path)) {
      const reader = await readerOf(address)
      if (!reader) continue
      const answers = await Promise.all(
        FORGED.map(async (place) => {
          const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
          return {
            place,
            ...(await reader.get(`${address}${address.includes('?') ? '&' : '?'}cursor=${cursor}`)),
          }
        }),
      )
      for (const { place, status, body } of answers) {
        if (status >= 500) faults.push(`${status} ${address} ${JSON.stringify(place)}`)
        if (status === 400 && body.errors?.[0]?.field === 'cursor') refused.add(path)
      }
    }
  }
  expect(faults).toEqual([])
  // And each of them looked at it, asked by somebody.
  expect(lists.filter((path) => !refused.has(path))).toEqual([])
}, 300_000)
