import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const PAGE = 7

let product: Product
let ops: Client

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false, sandboxProcess: true })
  ops = await product.as('transfers/OPS')
}, 120_000)
afterAll(() => product?.close())

/** Every record of an upstream's list, by the upstream itself. */
async function atUpstream(path: string, member: string): Promise<{ id: string; version: number }[]> {
  const records: { id: string; version: number }[] = []
  let cursor: string | null = null
  do {
    const page = await product.upstream(`${path}?limit=200${cursor === null ? '' : `&cursor=${cursor}`}`)
    records.push(...page[member])
    cursor = page.next_cursor
  } while (cursor !== null)
  return records
}

/** As many records of ours as `pages` hold. */
async function pagesOf(path: string, member: string, limit: number, pages = Number.POSITIVE_INFINITY) {
  const records: Record<string, unknown>[] = []
  let cursor: string | null = null
  for (let read = 0; read < pages; read += 1) {
    const query = `limit=${limit}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
    const { status, body } = await ops.get(`${path}${path.includes('?') ? '&' : '?'}${query}`)
    expect(status).toBe(200)
    records.push(...body[member])
    cursor = body.next_cursor
    if (cursor === null) break
  }
  return records
}

describe('C-24 the records of a kind', () => {
  test.each([
    ['transfer', '/cts/transfers', 'transfers'],
    ['party', '/compliance/parties', 'parties'],
    ['posting', '/ledger/postings', 'postings'],
    ['exception', '/recon/exceptions', 'exceptions'],
    ['hit', '/compliance/hits', 'hits'],
  ])('C-24 C-22 of the kind %s are those of its upstream, page by page', async (kind, path, member) => {
    const there = (await atUpstream(path, member)).map(({ id, version }) => ({
      id,
      version: String(version),
    }))
    expect(there.length).toBeGreaterThan(PAGE)
    const here = await pagesOf(`/v1/entities/${kind}`, 'entities', 100)
    expect(here.map(({ id, version }) => ({ id, version }))).toEqual(there)
    for (const entity of here) {
      expect(entity).toEqual({
        ...{ kind, id: expect.any(String), version: expect.any(String) },
        ...{ title: expect.any(String), state: expect.any(String) },
      })
    }
    const first = await pagesOf(`/v1/entities/${kind}`, 'entities', PAGE, 2)
    expect(first.map(({ id }) => id)).toEqual(there.slice(0, 2 * PAGE).map(({ id }) => id))
  })

  test('C-24 filters narrow it, and nobody’s name is in it', async () => {
    const { transfers } = await product.upstream('/cts/transfers?state=return_received&rail=ach&limit=200')
    const listed = await pagesOf('/v1/entities/transfer?state=return_received&rail=ach', 'entities', 200)
    expect(listed.map(({ id }) => id)).toEqual(transfers.map(({ id }: { id: string }) => id))
    const { parties } = await product.upstream('/compliance/parties?limit=200')
    const people = parties.filter(({ kind }: { kind: string }) => kind === 'person')
    expect(people.length).toBeGreaterThan(0)
    const text = JSON.stringify(await pagesOf('/v1/entities/party', 'entities', 200))
    for (const { name } of people) expect(text).not.toContain(name)
  })

  test('C-22 a parameter that is not known, a value that is none and a cursor of another list are refused by name', async () => {
    for (const [query, field] of [
      ['colour=red', 'colour'],
      ['state=lost', 'state'],
      ['limit=201', 'limit'],
      ['cursor=xyz', 'cursor'],
      [`cursor=${Buffer.from(JSON.stringify({ upstream: 'of another' })).toString('base64url')}`, 'cursor'],
    ]) {
      const refused = await ops.get(`/v1/entities/transfer?${query}`)
      expect(refused, query).toMatchObject({ status: 400, body: { errors: [{ field }] } })
    }
  })

  test('K-08 who reads nothing of a console gets no list of it', async () => {
    const stranger = await product.as('platform/MERCHANT')
    expect((await stranger.get('/v1/entities/transfer')).status).toBe(403)
    expect((await stranger.get('/exceptions')).status).toBe(403)
    expect((await ops.get('/v1/entities/unheard_of')).status).toBe(404)
  })
})

type Candidate = { id: string; score: number; with?: { id: string }[] }

test('C-23 T-05 GET /exceptions: amount, date, reference, candidates with a score and why', async () => {
  const there = await product.upstream('/recon/exceptions?state=open&limit=200')
  const { status, body } = await ops.get('/exceptions?state=open&limit=200')
  expect(status).toBe(200)
  expect(Object.keys(body)).toEqual(['exceptions', 'next_cursor'])
  expect(body.exceptions).toHaveLength(there.exceptions.length)
  for (const [at, one] of body.exceptions.entries()) {
    const { id, kind, side, amount, date, reference, candidates, state } = there.exceptions[at]
    const negative = side === 'debit' ? { ...amount, amount: `-${amount.amount}` } : amount
    // What a bank wrote in words is no reference, and nobody's to read in a list.
    const inWords = /[A-Za-z]+ [A-Za-z]+/.test(reference)
    expect(one).toEqual({
      ...{ id, kind, amount: negative, date, reference: inWords ? '' : reference, state },
      candidates: candidates.map(({ id, score, with: others = [] }: Candidate) => ({
        ...{ id, score },
        why: expect.stringMatching(
          others.length > 0
            ? new RegExp(
                `^sum of ${others.length + 1}.*, with ${others.map((other) => other.id).join(' and ')}$`,
              )
            : /^(same amount|amount differs by [\d., ]+ [A-Z]{3}), .*reference.*, \d+ days?$/u,
        ),
      })),
    })
  }
  expect(body.exceptions.some(({ candidates }: { candidates: unknown[] }) => candidates.length > 0)).toBe(
    true,
  )
  const references = body.exceptions.map(({ reference }: { reference: string }) => reference)
  expect(references).toContain('')
  expect(references.some((reference: string) => reference !== '')).toBe(true)
})

test('K-37 with its upstream gone a list says so', async () => {
  await product.sandbox.kill()
  const gone = await ops.get('/v1/entities/transfer')
  expect(gone).toMatchObject({ status: 503, body: { code: 'upstream_unreadable', source: 'cts' } })
  expect(gone.headers.get('retry-after')).toBe('5')
})
