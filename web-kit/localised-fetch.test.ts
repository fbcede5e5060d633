// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest'
import { localisedFetch } from './localised-fetch.ts'
import { startMessages } from './messages.ts'
import { zone } from './preferences.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  localStorage.clear()
})

test('X-08 X-09 every request says the language that is read and the zone in which times are shown', async () => {
  const asked: Headers[] = []
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    asked.push(new Headers(init.headers))
    return new Response()
  })
  startMessages('ar', {})
  zone.write('utc')
  await localisedFetch('/v1/me', { headers: { 'idempotency-key': 'k1' } })
  expect(asked[0]?.get('accept-language')).toBe('ar')
  expect(asked[0]?.get('time-zone')).toBe('UTC')
  expect(asked[0]?.get('idempotency-key')).toBe('k1')
})
