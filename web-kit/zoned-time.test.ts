import { expect, test } from 'vitest'
import { instantsOf, localOf } from './zoned-time.ts'

const NEW_YORK = 'America/New_York'

test.each([
  ['UTC', '2026-03-08T02:30', ['2026-03-08T02:30:00.000Z']],
  [NEW_YORK, '2026-01-15T09:00', ['2026-01-15T14:00:00.000Z']],
  [NEW_YORK, '2026-07-15T09:00', ['2026-07-15T13:00:00.000Z']],
  // Clocks go forward on 8 March 2026 at 2:00 and back on 1 November 2026 at 2:00.
  [NEW_YORK, '2026-03-08T01:59', ['2026-03-08T06:59:00.000Z']],
  [NEW_YORK, '2026-03-08T02:00', []],
  [NEW_YORK, '2026-03-08T02:30', []],
  [NEW_YORK, '2026-03-08T03:00', ['2026-03-08T07:00:00.000Z']],
  [NEW_YORK, '2026-11-01T00:59', ['2026-11-01T04:59:00.000Z']],
  [NEW_YORK, '2026-11-01T01:30', ['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z']],
  [NEW_YORK, '2026-11-01T02:00', ['2026-11-01T07:00:00.000Z']],
  // Half an hour is enough of a change on Lord Howe Island: back on 5 April 2026 at 2:00.
  ['Australia/Lord_Howe', '2026-04-05T01:45', ['2026-04-04T14:45:00.000Z', '2026-04-04T15:15:00.000Z']],
  ['Asia/Kathmandu', '2026-11-21T12:00', ['2026-11-21T06:15:00.000Z']],
  // While the year is being typed.
  ['UTC', '0020-05-01T12:00', ['0020-05-01T12:00:00.000Z']],
  ['UTC', '2026-02-31T12:00', []],
  ['UTC', '', []],
  ['UTC', 'soon', []],
])('X-09 in %s clocks show %s at %j', (zone, local, instants) => {
  expect(instantsOf(local, zone)).toEqual(instants)
  for (const instant of instants) expect(localOf(instant, zone)).toBe(local)
})

test('X-09 an instant is shown to the minute, whatever its seconds', () => {
  expect(localOf('2026-11-01T06:30:59.999Z', NEW_YORK)).toBe('2026-11-01T01:30')
  expect(localOf('2026-11-01T07:30:00+01:00', 'UTC')).toBe('2026-11-01T06:30')
})
