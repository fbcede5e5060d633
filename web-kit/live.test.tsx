// @vitest-environment happy-dom

import { useQuery } from '@tanstack/react-query'
import { act, cleanup, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { useClient } from './client-context.tsx'
import { LiveProvider, useLiveState } from './live.tsx'
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

/** A stream that is open, and says what the test has it say. */
class OpenStream extends EventTarget {
  static readonly CLOSED = 2
  static readonly OPEN = 1
  static all: OpenStream[] = []
  readyState = OpenStream.OPEN
  constructor() {
    super()
    OpenStream.all.push(this)
    setTimeout(() => this.dispatchEvent(new Event('open')))
  }
  close() {
    this.readyState = OpenStream.CLOSED
  }
}

test('X-06 K-29 a stream that says nothing for 40 s is taken for lost, whatever its connection says, and opened anew', async () => {
  OpenStream.all = []
  vi.stubGlobal('EventSource', OpenStream)
  renderInConsole(
    <LiveProvider url="/v1/stream">
      <State />
    </LiveProvider>,
    { answer: () => Response.json({}) },
  )
  const passes = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))
  const state = () => screen.getByRole('status').textContent
  await passes(30_000)
  expect(state()).toBe('live')
  OpenStream.all[0]?.dispatchEvent(new Event('beat'))
  await passes(39_000)
  expect([state(), OpenStream.all.length]).toEqual(['live', 1])
  await passes(1_500)
  expect(state()).toBe('lost')
  expect(OpenStream.all[0]?.readyState).toBe(OpenStream.CLOSED)
  await passes(2_000)
  expect(OpenStream.all.length).toBe(2)
  expect(state()).not.toBe('lost')
})

function State() {
  return <output>{useLiveState()}</output>
}

test.each([
  [400, 1],
  [404, 2],
])(
  'X-06 what was answered %i is asked %i times when something changes: what is asked wrongly stays wrong',
  async (status, times) => {
    OpenStream.all = []
    vi.stubGlobal('EventSource', OpenStream)
    const { asked } = renderInConsole(
      <LiveProvider url="/v1/stream">
        <Head />
      </LiveProvider>,
      { answer: () => Response.json({ title: 'Refused', status }, { status }) },
    )
    const passes = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))
    await passes(1_000)
    const change = { topic: 'work', kind: 'work_item', id: 'transfers.returns:1', position: 1 }
    OpenStream.all[0]?.dispatchEvent(new MessageEvent('change', { data: JSON.stringify(change) }))
    await passes(5_000)
    expect(asked.filter(({ path }) => path === '/v1/queues/transfers.returns/items')).toHaveLength(times)
  },
)

function Head() {
  const client = useClient()
  const { status } = useQuery({
    queryKey: ['queue-head', 'transfers.returns'],
    queryFn: () => client.read('/v1/queues/transfers.returns/items', {}),
    retry: false,
  })
  return status
}
