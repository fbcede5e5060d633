import { expect, test } from 'vitest'
import { instantAt, type Rail, returnDeadlines } from './return-deadlines.ts'

test.each<[string, Rail, string, string]>([
  ['Wednesday before Thanksgiving', 'ach', '2026-11-25', '2026-11-30T13:30:00.000Z'],
  ['Friday before Labor Day, in daylight saving time', 'ach', '2026-09-04', '2026-09-09T12:30:00.000Z'],
  ['an effective date on a Saturday settles on Monday', 'ach', '2026-06-27', '2026-07-01T12:30:00.000Z'],
  ['over the change to daylight saving time', 'ach', '2026-03-06', '2026-03-10T12:30:00.000Z'],
  ['Thursday before Easter', 'sepa_ct', '2026-04-02', '2026-04-08T16:00:00.000Z'],
  ['Labour Day in Europe alone', 'sepa_ct', '2026-04-30', '2026-05-05T16:00:00.000Z'],
  ['Labour Day in Europe is a day like others on Fedwire', 'wire', '2026-04-30', '2026-05-04T23:00:00.000Z'],
])('K-37 standard deadline: %s', (_, rail, effective, deadline) => {
  expect(returnDeadlines(rail, effective).standard.toISOString()).toBe(deadline)
})

test.each<[string, Rail, string, string]>([
  ['the banking day after the 60th day', 'ach', '2026-01-02', '2026-03-04T13:30:00.000Z'],
  ['the 60th day is a Friday', 'ach', '2026-01-06', '2026-03-09T12:30:00.000Z'],
  ['the 60th day is the eve of Christmas', 'sepa_ct', '2026-10-26', '2026-12-28T17:00:00.000Z'],
])('K-37 extended deadline: %s', (_, rail, effective, deadline) => {
  expect(returnDeadlines(rail, effective).extended.toISOString()).toBe(deadline)
})

test('K-37 a local time becomes its instant on both sides of a clock change', () => {
  expect(instantAt('2026-03-07', '08:30', 'America/New_York').toISOString()).toBe('2026-03-07T13:30:00.000Z')
  expect(instantAt('2026-03-08', '08:30', 'America/New_York').toISOString()).toBe('2026-03-08T12:30:00.000Z')
  expect(instantAt('2026-10-25', '18:00', 'Europe/Berlin').toISOString()).toBe('2026-10-25T17:00:00.000Z')
})
