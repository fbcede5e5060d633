import { expect, test } from 'vitest'
import { formatClock, formatDuration, shortZone } from './duration.ts'

const HOUR_MS = 3_600_000

test('X-07 of a length of time the full hours and days are said, two of the same length the same', () => {
  expect(formatDuration(24 * HOUR_MS - 5_000, 'en')).toBe('24h')
  expect(formatDuration(24 * HOUR_MS, 'en')).toBe('24h')
  expect(formatDuration(59 * 60_000 + 40_000, 'en')).toBe('1h')
  expect(formatDuration(47.6 * HOUR_MS, 'en')).toBe('47h')
  expect(formatDuration(48 * HOUR_MS - 30_000, 'en')).toBe('2d')
  expect(formatDuration((8 * 24 + 16) * HOUR_MS, 'en')).toBe('8d')
  expect(formatDuration(1.7 * HOUR_MS, 'en')).toBe('1h')
  expect(formatDuration(30_000, 'en')).toBe('30s')
  expect(formatDuration(24 * HOUR_MS, 'fr')).toBe('24\u202fh')
  expect(formatDuration(72 * HOUR_MS, 'fr')).toBe('3\u202fj')
})

test('X-07 a time of another year has its year, and the zone of a list has its name', () => {
  const now = Date.parse('2026-11-21T10:00:00Z')
  expect(formatClock('2026-11-21T09:12:00Z', now, 'en', 'UTC')).toBe('09:12')
  expect(formatClock('2026-11-20T09:12:00Z', now, 'en', 'UTC')).toBe('Nov 20, 09:12')
  expect(formatClock('2025-11-20T09:12:00Z', now, 'en', 'UTC')).toBe('Nov 20, 2025, 09:12')
  expect(shortZone(now, 'en', 'Europe/Zurich')).toBe('GMT+1')
})
