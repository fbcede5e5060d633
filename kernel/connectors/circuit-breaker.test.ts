import { expect, test } from 'vitest'
import { makeCircuitBreaker } from './circuit-breaker.ts'

function clockwork() {
  let at = 1_000_000
  const breaker = makeCircuitBreaker(() => at)
  return { breaker, pass: (ms: number) => (at += ms) }
}

test('K-18 five failures in a row open the circuit, a success between them does not', () => {
  const { breaker } = clockwork()
  for (let i = 0; i < 4; i += 1) breaker.failed('timeout')
  breaker.succeeded()
  for (let i = 0; i < 4; i += 1) breaker.failed('timeout')
  expect(breaker.admits()).toBe(true)
  breaker.failed('timeout')
  expect(breaker.admits()).toBe(false)
  expect(breaker.snapshot()).toMatchObject({ state: 'open', trips: 1, lastFailure: 'timeout' })
})

test('K-18 after its time one caller probes; a failed probe waits longer, a good one closes', () => {
  const { breaker, pass } = clockwork()
  for (let i = 0; i < 5; i += 1) breaker.failed('refused')
  pass(5_000)
  expect(breaker.admits()).toBe(true)
  expect(breaker.admits()).toBe(false)
  breaker.failed('refused')
  pass(5_000)
  expect(breaker.admits()).toBe(false)
  pass(5_000)
  expect(breaker.admits()).toBe(true)
  breaker.succeeded()
  expect(breaker.snapshot().state).toBe('closed')
  expect(breaker.admits()).toBe(true)
})
