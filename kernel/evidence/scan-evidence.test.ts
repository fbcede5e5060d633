import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scannerOf } from './scan-evidence.ts'

const TIMEOUT_MS = 10_000
let server: Server
let url: string
/** What the scanner answers; `silence` never does. */
let answer: { status: number; body: string } | 'silence'
let received: Buffer

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    received = Buffer.concat(chunks)
    if (answer === 'silence') return
    response.writeHead(answer.status).end(answer.body)
  })
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/scan`
})
afterAll(() => {
  server?.closeAllConnections()
  server?.close()
})

const byCommand = (script: string, timeoutMs = TIMEOUT_MS) =>
  scannerOf({ command: [process.execPath, '-e', script], timeoutMs })?.(Buffer.alloc(300_000, 'x'))
const byUrl = (timeoutMs = TIMEOUT_MS) => scannerOf({ url, timeoutMs })?.(Buffer.from('the file'))

test('K-27 a scanner by command: it reads the file, and its exit code is the verdict', async () => {
  const counting = `let n=0;process.stdin.on('data',(d)=>n+=d.length).on('end',()=>process.exit(n===300000?0:2))`
  expect(await byCommand(counting)).toEqual({ verdict: 'clean', detail: null })
  expect(await byCommand(`console.log('stream: Eicar\\u0007 FOUND');process.exitCode=1`)).toEqual({
    verdict: 'infected',
    detail: 'stream: Eicar FOUND',
  })
  expect(await byCommand('process.exit(2)')).toEqual({
    verdict: 'unavailable',
    detail: 'it ended with exit code 2',
  })
})

test('K-27 a scanner that is not there, dies or never ends gives no verdict', async () => {
  const missing = scannerOf({ command: ['/nowhere/scanner'], timeoutMs: TIMEOUT_MS })
  expect(await missing?.(Buffer.from('x'))).toEqual({ verdict: 'unavailable', detail: 'ENOENT' })
  expect(await byCommand('process.kill(process.pid, "SIGKILL")')).toMatchObject({ verdict: 'unavailable' })
  expect(await byCommand('setInterval(() => {}, 1000)', 200)).toMatchObject({ verdict: 'unavailable' })
})

test('K-27 a scanner by URL: it is sent the file, and says what it saw', async () => {
  answer = { status: 200, body: '{"verdict":"clean"}' }
  expect(await byUrl()).toEqual({ verdict: 'clean', detail: null })
  expect(received.toString()).toBe('the file')
  answer = { status: 200, body: '{"verdict":"infected","signature":"Eicar-Test"}' }
  expect(await byUrl()).toEqual({ verdict: 'infected', detail: 'Eicar-Test' })
})

test('K-27 an answer that is no verdict is none: an error, no JSON, another word, silence, nobody there', async () => {
  for (const each of [
    { status: 500, body: '{"verdict":"clean"}' },
    { status: 200, body: 'clean' },
    { status: 200, body: '{"verdict":"probably"}' },
    { status: 200, body: 'x'.repeat(100_000) },
  ]) {
    answer = each
    expect((await byUrl())?.verdict).toBe('unavailable')
  }
  answer = 'silence'
  expect((await byUrl(200))?.verdict).toBe('unavailable')
  const nobody = scannerOf({ url: 'http://127.0.0.1:1/', timeoutMs: TIMEOUT_MS })
  expect(await nobody?.(Buffer.from('x'))).toMatchObject({ verdict: 'unavailable' })
})

test('K-27 without either there is no scanner', () => {
  expect(scannerOf({ timeoutMs: TIMEOUT_MS })).toBeUndefined()
})
