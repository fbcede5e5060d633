// @vitest-environment happy-dom
import { cleanup } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LiveProvider } from './live.tsx'
import { renderInConsole } from './render-in-console.tsx'

const DAY_MS = 24 * 3600 * 1000

/** A stream that the server refuses. */
class RefusedStream extends EventTarget {
  static readonly CLOSED = 2
  static readonly OPEN = 1
  static asked = 0
  readonly readyState = RefusedStream.CLOSED
  constructor() {
    super()
    RefusedStream.asked += 1
    setTimeout(() => this.dispatchEvent(new Event('error')))
  }
  close() {
    // It never was open.
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', RefusedStream)
  RefusedStream.asked = 0
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('X-06 a stream that was refused is asked for again, until nobody is signed in any more', async () => {
  const provider = (url: string | null) => <LiveProvider url={url}>page</LiveProvider>
  const { redraw } = renderInConsole(provider('/v1/stream'), { answer: () => null })
  await vi.advanceTimersByTimeAsync(10_000)
  const { asked } = RefusedStream
  expect(asked).toBeGreaterThan(1)
  redraw(provider(null))
  await vi.advanceTimersByTimeAsync(DAY_MS)
  expect(RefusedStream.asked).toBe(asked)
})
