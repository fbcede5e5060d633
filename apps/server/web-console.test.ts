import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const SCRIPT = `export const words = ${JSON.stringify('a word and another, '.repeat(2_000))}\n`
const FONT = Buffer.from(Array.from({ length: 999 }, (_, n) => n % 251))

let product: Product
let dist: string

beforeAll(async () => {
  dist = mkdtempSync(join(tmpdir(), 'countersign-dist-'))
  mkdirSync(join(dist, 'assets'))
  writeFileSync(join(dist, 'index.html'), '<!doctype html><title>built</title>')
  writeFileSync(join(dist, 'assets', 'index-1a2b.js'), SCRIPT)
  writeFileSync(join(dist, 'assets', 'inter-3c4d.woff2'), FONT)
  product = await startProduct({ worker: false, serverEnvironment: { WEB_DIST: dist } })
})
afterAll(async () => {
  await product?.close()
  rmSync(dist, { recursive: true })
})

/** The bytes as they go over the wire: `fetch` would unpack them. */
function asSent(path: string, accepts?: string): Promise<{ headers: IncomingHttpHeaders; bytes: Buffer }> {
  return new Promise((done, fail) => {
    const headers = accepts === undefined ? {} : { 'accept-encoding': accepts }
    get(`${product.url}${path}`, { headers }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => done({ headers: answer.headers, bytes: Buffer.concat(parts) }))
      answer.on('error', fail)
    }).on('error', fail)
  })
}

test('X-13 scripts go compressed to whoever takes that, and as they are to others', async () => {
  const path = '/app/assets/index-1a2b.js'
  const unpack = { br: brotliDecompressSync, gzip: gunzipSync }
  for (const [accepts, encoding] of [
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, br;q=0', 'gzip'],
    ['GZIP;q=0.5', 'gzip'],
    // The second time it is not made anew, and is the same.
    ['br', 'br'],
  ] as const) {
    const { headers, bytes } = await asSent(path, accepts)
    expect(headers, accepts).toMatchObject({ 'content-encoding': encoding, vary: 'Accept-Encoding' })
    expect(bytes.length).toBeLessThan(SCRIPT.length / 20)
    expect(unpack[encoding](bytes).toString()).toBe(SCRIPT)
  }
  for (const accepts of [undefined, 'identity', 'deflate', 'br;q=0, gzip;q=0.000']) {
    const { headers, bytes } = await asSent(path, accepts)
    expect(headers['content-encoding'], accepts).toBeUndefined()
    expect(headers.vary).toBe('Accept-Encoding')
    expect(bytes.toString()).toBe(SCRIPT)
  }
})

test('X-13 what is compressed already goes as it is', async () => {
  const { headers, bytes } = await asSent('/app/assets/inter-3c4d.woff2', 'gzip, br')
  expect(headers['content-encoding']).toBeUndefined()
  expect(bytes).toEqual(FONT)
})
