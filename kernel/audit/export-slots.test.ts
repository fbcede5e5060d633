import { once } from 'node:events'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { makeExportSlots } from './export-slots.ts'

/** Larger than what a stream takes ahead of its reader. */
const CHUNK = 'x'.repeat(200_000)

function endless() {
  const left = { ended: false }
  async function* chunks() {
    try {
      for (;;) yield CHUNK
    } finally {
      left.ended = true
    }
  }
  return { left, chunks: chunks() }
}

test('O-15 K-34 an export that nobody takes ends by itself, and what it read from is let go', async () => {
  const slots = makeExportSlots({ max: 1, stalledAfterMs: 20 })
  const { left, chunks } = endless()
  const stream = slots.stream(chunks)
  if (!stream) throw new Error('there was no room')
  const failed = once(stream, 'error')
  const closed = new Promise((done) => stream.once('close', done))
  // A reader that takes one piece and falls asleep.
  stream.pipe(new Writable({ write: () => undefined }))
  expect((await failed)[0]).toMatchObject({ message: expect.stringContaining('nothing of it was taken') })
  await closed
  expect(left.ended).toBe(true)
  expect(slots.stream(endless().chunks)).toBeDefined()
})

test('O-15 no more are under way at a time than there is room for; one that is read to its end makes room', async () => {
  const slots = makeExportSlots({ max: 1, stalledAfterMs: 60_000 })
  async function* two() {
    yield 'one'
    yield 'two'
  }
  const first = slots.stream(two())
  if (!first) throw new Error('there was no room')
  const neverRead = endless()
  expect(slots.stream(neverRead.chunks)).toBeUndefined()
  expect(neverRead.left.ended).toBe(false)
  const parts: string[] = []
  for await (const part of first) parts.push(String(part))
  expect(parts.join(' ')).toBe('one two')
  if (!first.closed) await once(first, 'close')
  expect(slots.stream(two())).toBeDefined()
})
