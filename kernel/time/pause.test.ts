import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pause } from './pause.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Whether it is over, at this moment. */
function followed(pausing: Promise<void>): () => Promise<boolean> {
  let over = false
  void pausing.then(() => {
    over = true
  })
  return async () => {
    await vi.advanceTimersByTimeAsync(0)
    return over
  }
}

test('S-04 a pause lasts as long as it is to last, and leaves nothing behind on the signal', async () => {
  const { signal } = new AbortController()
  const isOver = followed(pause(100, signal))
  await vi.advanceTimersByTimeAsync(99)
  expect(await isOver()).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(await isOver()).toBe(true)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('S-04 a pause ends as the signal fires, and does not begin after that', async () => {
  const stopping = new AbortController()
  const isOver = followed(pause(60_000, stopping.signal))
  expect(await isOver()).toBe(false)
  stopping.abort()
  expect(await isOver()).toBe(true)
  expect(await followed(pause(60_000, stopping.signal))()).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})

test('S-04 a pause that can be woken is woken, and then waits among nobody', async () => {
  const waiting = new Set<() => void>()
  const isOver = followed(pause(60_000, new AbortController().signal, waiting))
  expect(waiting.size).toBe(1)
  for (const wake of [...waiting]) wake()
  expect(await isOver()).toBe(true)
  expect([waiting.size, vi.getTimerCount()]).toEqual([0, 0])
})
