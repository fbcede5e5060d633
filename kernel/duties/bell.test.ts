import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeBell, type Wait } from './bell.ts'

const never = new AbortController().signal

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** After how many milliseconds a wait is over; 10,000 where it is not by then. */
async function waited(wait: Wait, found: boolean): Promise<number> {
  const began = Date.now()
  let ended: number | undefined
  void wait(found, never).then(() => {
    ended = Date.now()
  })
  await vi.advanceTimersByTimeAsync(10_000)
  return (ended ?? Date.now()) - began
}

test('S-04 as long as nothing is found it is looked for less and less often, and soon again after something was', async () => {
  const wait = makeBell().waits({ soonMs: 20, lateMs: 100 })
  const looks: number[] = []
  for (const found of [true, false, false, false, false, true]) looks.push(await waited(wait, found))
  expect(looks).toEqual([20, 40, 80, 100, 100, 20])
})

test('S-04 each that waits looks at once when it is rung', async () => {
  const bell = makeBell()
  let over = 0
  for (let one = 0; one < 3; one += 1) {
    void bell
      .waits({ soonMs: 1_000 })(false, never)
      .then(() => {
        over += 1
      })
  }
  await vi.advanceTimersByTimeAsync(100)
  expect(over).toBe(0)
  bell.ring()
  await vi.advanceTimersByTimeAsync(0)
  expect(over).toBe(3)
})

test('S-04 what is rung for while somebody works is heard, and however much is rung a moment is left between two looks', async () => {
  const bell = makeBell()
  const wait = bell.waits({ soonMs: 20, lateMs: 1_000 })
  bell.ring()
  bell.ring()
  expect(await waited(wait, false)).toBe(5)
  // Heard once, and then it is quiet: it begins anew with soon.
  expect(await waited(wait, false)).toBe(40)
})

test('S-04 a wait ends with the process, and leaves nothing behind on what tells of that', async () => {
  const bell = makeBell()
  const wait = bell.waits({ soonMs: 1, lateMs: 1 })
  const stopping = new AbortController()
  const added = vi.spyOn(AbortSignal, 'any')
  for (let round = 0; round < 1_000; round += 1) {
    const waiting = wait(round % 2 === 0, stopping.signal)
    await vi.advanceTimersByTimeAsync(5)
    await waiting
  }
  expect(getEventListeners(stopping.signal, 'abort')).toEqual([])
  expect(added).not.toHaveBeenCalled()
  let over = false
  void makeBell()
    .waits({ soonMs: 60_000, lateMs: 60_000 })(false, stopping.signal)
    .then(() => {
      over = true
    })
  stopping.abort()
  await vi.advanceTimersByTimeAsync(0)
  expect(over).toBe(true)
})
