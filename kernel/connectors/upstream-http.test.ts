import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { makeUpstreamHttp } from './upstream-http.ts'

const failing = createServer((_request, response) => response.writeHead(503).end())
let baseUrl: string

beforeAll(async () => {
  failing.listen(0, '127.0.0.1')
  await once(failing, 'listening')
  baseUrl = `http://127.0.0.1:${(failing.address() as AddressInfo).port}`
})
afterAll(() => {
  failing.closeAllConnections()
  failing.close()
})
afterEach(() => vi.restoreAllMocks())

/** How long it waited between the attempts of one read, in ms, where chance fell so. */
async function pauses(chance: number): Promise<number[]> {
  vi.spyOn(Math, 'random').mockReturnValue(chance)
  const waited: number[] = []
  const upstream = makeUpstreamHttp({
    ...{ name: 'ledger', baseUrl, key: 'k' },
    pause: async (ms) => void waited.push(ms),
  })
  expect(await upstream.read('/balance')).toMatchObject({ kind: 'lost', code: 'status_503' })
  return waited
}

test('K-18 a read that fails is tried again after a wait that doubles, and that chance makes up to half as long', async () => {
  const longest = await pauses(1)
  expect(longest).toHaveLength(2)
  const [first = 0, second] = longest
  expect(first).toBeGreaterThan(0)
  expect(second).toBe(2 * first)
  // Readers that failed together do not come back together.
  expect(await pauses(0)).toEqual(longest.map((ms) => ms / 2))
  expect(await pauses(0.5)).toEqual(longest.map((ms) => ms * 0.75))
})
