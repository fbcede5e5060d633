// @vitest-environment happy-dom
import { zone } from '@countersign/web-kit/preferences.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Published } from './published.tsx'

const before = process.env.TZ

beforeEach(() => {
  // Half past two in the night, where it is still the evening of the day before in Los Angeles.
  vi.useFakeTimers({ now: new Date('2026-11-22T02:30:00Z'), toFake: ['Date'] })
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
  process.env.TZ = before
  localStorage.clear()
})

/** What is said of a day, and on hovering over it. */
async function said(day: string, said: string) {
  renderInConsole(<Published day={day} />, { answer: () => null })
  await waitFor(() => expect(document.body.textContent?.trim()).toBe(said))
  const title = document.querySelector('[title]')?.getAttribute('title')
  cleanup()
  return title
}

test('X-03 X-09 a day without a time is the same day wherever it is read, and no time is said of it', async () => {
  zone.write('utc')
  expect(await said('2026-11-20', '2026-11-20 (2 days ago)')).toBeUndefined()
  await said('2026-11-22', '2026-11-22 (today)')
  process.env.TZ = 'America/Los_Angeles'
  zone.write('local')
  expect(await said('2026-11-20', '2026-11-20 (yesterday)')).toBeUndefined()
  await said('2026-11-21', '2026-11-21 (today)')
  await said('2026-11-22', '2026-11-22 (tomorrow)')
})
