import { expect, test } from 'vitest'
import { makeRateLimit } from './rate-limit.ts'

test('C-27 what was taken comes back, a minute’s worth in a minute', () => {
  let now = 0
  const limit = makeRateLimit(60, () => new Date(now))
  for (let n = 0; n < 60; n += 1) expect(limit.take('a')).toBeUndefined()
  expect(limit.take('a')).toMatchObject({ kind: 'too_many_requests', retryAfterS: 1 })
  expect(limit.take('b')).toBeUndefined()
  now += 2_000
  expect([limit.take('a'), limit.take('a')]).toEqual([undefined, undefined])
  expect(limit.take('a')).toBeDefined()
})

test('C-27 to look takes none, and says the same as taking would', () => {
  const limit = makeRateLimit(2, () => new Date(0))
  for (let n = 0; n < 5; n += 1) expect(limit.peek('a')).toBeUndefined()
  expect([limit.take('a'), limit.take('a')]).toEqual([undefined, undefined])
  expect(limit.peek('a')).toMatchObject({ kind: 'too_many_requests', retryAfterS: 30 })
  expect(limit.peek('a')).toEqual(limit.take('a'))
})
