import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inEnglish } from '@countersign/testkit/in-english.ts'
import { expect, test } from 'vitest'
import { AnswerTooLong, readLimited } from './read-limited.ts'
import { makeUpstreamHttp } from './upstream-http.ts'
import { deliveryOf, readBackOperation } from './upstream-reading.ts'

async function serving<T>(listener: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** Writes until the other side hangs up. @returns what has been written, in bytes, and that it was hung up on */
function endless(): { listener: RequestListener; hungUp: Promise<number> } {
  let done: (bytes: number) => void = () => undefined
  const hungUp = new Promise<number>((resolve) => {
    done = resolve
  })
  return {
    hungUp,
    listener(_request, response) {
      let bytes = 0
      const chunk = Buffer.alloc(64 * 1024, 0x20)
      const write = () => {
        while (response.write(chunk)) bytes += chunk.length
        bytes += chunk.length
        response.once('drain', write)
      }
      response.on('close', () => done(bytes))
      write()
    },
  }
}

test('K-18 K-36 an answer without end is given up at its limit, not read into memory first', async () => {
  const { listener, hungUp } = endless()
  await serving(listener, async (url) => {
    await expect(readLimited(await fetch(url), 1024 * 1024)).rejects.toThrow(AnswerTooLong)
    // What stood in the buffers of both sides, beside the limit.
    expect(await hungUp).toBeLessThan(32 * 1024 * 1024)
  })
})

test('K-36 an upstream that answers without end is one whose answer was lost', async () => {
  const { listener } = endless()
  await serving(listener, async (baseUrl) => {
    const http = makeUpstreamHttp({ name: 'cts', baseUrl, key: 'k' })
    const answer = await http.write({ method: 'POST', path: '/', key: 'k', body: {} })
    expect(answer).toMatchObject({ kind: 'lost', code: 'answer_too_long' })
  })
})

test('K-36 a text is read whole, with its letters of several bytes', async () => {
  const text = 'ü€😀'.repeat(50_000)
  await serving(
    (_request, response) => response.end(text),
    async (url) => expect(await readLimited(await fetch(url), 1024 * 1024)).toBe(text),
  )
})

test('I13 an answer that is not JSON is said to be so; nothing of it is quoted', async () => {
  await serving(
    (_request, response) => response.end('Erika Mustermann'),
    async (baseUrl) => {
      const http = makeUpstreamHttp({ name: 'cts', baseUrl, key: 'k' })
      const answer = await http.write({ method: 'POST', path: '/', key: 'k', body: {} })
      expect(inEnglish(answer)).toEqual({
        kind: 'lost',
        code: 'not_json',
        why: 'cts: its answer is not JSON',
        because: 'its answer is not JSON',
      })
    },
  )
})

test.each([
  ['no object', 'text', { code: 'status_422', message: 'It answered 422.' }],
  ['nothing', null, { code: 'status_422', message: 'It answered 422.' }],
  ['a code that is none', { code: 'Not A Code', detail: 'no' }, { code: 'status_422', message: 'no' }],
  ['a code that is a number', { code: 7, title: 'no' }, { code: 'status_422', message: 'no' }],
  ['a code without end', { code: 'a'.repeat(65), title: 'no' }, { code: 'status_422', message: 'no' }],
  ['a detail that is an object', { code: 'no', detail: {}, title: 'no' }, { code: 'no', message: 'no' }],
  ['U+0000', { code: 'no', detail: 'a\u0000b' }, { code: 'no', message: 'a\ufffdb' }],
  [
    'a text without end',
    { code: 'no', detail: 'x'.repeat(70_000) },
    { code: 'no', message: 'x'.repeat(2_000) },
  ],
])('K-36 a refusal that holds %s is a refusal', (_what, body, expected) => {
  const delivery = deliveryOf({ kind: 'answer', status: 422, body, replayed: false }, () => ({}))
  expect(delivery).toEqual({ outcome: 'refused', ...expected })
})

test('K-36 what an upstream says of an operation is parsed: the rest counts as not said', async () => {
  await serving(
    (_request, response) => response.end(JSON.stringify({ performed_at: 'soon\u0000', target: { a: 1 } })),
    async (baseUrl) => {
      const http = makeUpstreamHttp({ name: 'cts', baseUrl, key: 'k' })
      expect(await readBackOperation(http, 'k', AbortSignal.timeout(5_000))).toEqual({
        outcome: 'done',
        detail: { performed_at: null, target: null },
      })
    },
  )
})
