import { expect, test } from 'vitest'
import { CALL_WINDOW_MS, makeCallWindow } from './call-window.ts'

test('K-36 calls and failures are counted for a while, and then forgotten', () => {
  let now = 0
  const window = makeCallWindow(() => now)
  window.count(true)
  now = CALL_WINDOW_MS / 2
  window.count(false)
  window.count(false)
  expect(window.counted()).toEqual({ calls: 3, failures: 1 })
  now = CALL_WINDOW_MS
  expect(window.counted()).toEqual({ calls: 2, failures: 0 })
  now = 2 * CALL_WINDOW_MS
  expect(window.counted()).toEqual({ calls: 0, failures: 0 })
})
