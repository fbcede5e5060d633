import type pg from 'pg'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeWorkerCall } from './call-workers.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('S-04 many calls are a few: one at once, and one for all that came meanwhile; what fails is told, and the next goes on', async () => {
  let calls = 0
  let fails = false
  const pool = {
    query: async () => {
      calls += 1
      if (fails) throw new Error('the database is away')
    },
  } as unknown as pg.Pool
  const told: unknown[] = []
  const stopping = new AbortController()
  const call = makeWorkerCall({ pool, signal: stopping.signal, report: ({ error }) => told.push(error) })
  for (let one = 0; one < 40; one += 1) call()
  expect(calls).toBe(1)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(calls).toBe(2)
  call()
  expect(calls).toBe(3)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(calls).toBe(3)
  fails = true
  call()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(told).toEqual([new Error('the database is away')])
  fails = false
  call()
  expect(calls).toBe(5)
  await vi.advanceTimersByTimeAsync(1_000)
  stopping.abort()
  call()
  expect(calls).toBe(5)
})
