import { expect, test } from 'vitest'
import { rangeAt, rangeFromText, rangeToText, stepFor } from './time-range.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const HOUR_MS = 3_600_000

test.each([
  ['1h', HOUR_MS],
  ['24h', 24 * HOUR_MS],
  ['7d', 7 * 24 * HOUR_MS],
  ['90d', 90 * 24 * HOUR_MS],
])('X-10 X-01 a range of %s is in the address, and ends now', (text, length) => {
  const range = rangeFromText(text)
  expect(rangeToText(range)).toBe(text)
  expect(rangeAt(range, NOW)).toEqual({ from: NOW - length, to: NOW })
})

test('X-10 X-01 a range of one’s own is in the address as two instants', () => {
  const text = '2026-11-20T08:00Z..2026-11-20T12:30Z'
  const range = rangeFromText(text)
  expect(rangeToText(range)).toBe(text)
  expect(rangeAt(range, NOW)).toEqual({
    from: Date.parse('2026-11-20T08:00:00Z'),
    to: Date.parse('2026-11-20T12:30:00Z'),
  })
})

test.each([
  undefined,
  '',
  '2d',
  'toString',
  '..',
  '2026-11-20T08:00Z..',
  '2026-11-20T08:00Z..2026-11-20T07:00Z',
  'a..b',
])('X-10 what is no range (%s) is a day', (text) => {
  expect(rangeFromText(text)).toEqual({ back: '24h' })
})

test.each([
  ['1h', 60, 60],
  ['1h', 900, 900],
  ['24h', 60, 300],
  ['7d', 60, 3_600],
  ['90d', 60, 86_400],
  ['90d', 900, 86_400],
])('X-10 over %s a series that is kept by %i s is shown in steps of %i s', (text, finest, step) => {
  expect(stepFor(rangeFromText(text), finest, NOW)).toBe(step)
})

test.each([
  ['half an hour, two days ago', 2, 0.5, 60],
  ['half an hour, four days ago', 4, 0.5, 900],
  ['four hours, five days ago', 5, 4, 900],
  ['24 hours, ten days ago', 10, 24, 900],
  ['from before minutes were let go of until now', 3.5, 84, 3_600],
  ['a week, sixty days ago', 60, 168, 3_600],
])('X-10 of %s, what is still kept is asked for', (_what, daysAgo, hours, step) => {
  const from = NOW - daysAgo * 24 * HOUR_MS
  expect(stepFor({ from, to: from + hours * HOUR_MS }, 60, NOW)).toBe(step)
})
