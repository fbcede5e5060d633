import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../db/migrate.ts'
import { kernelMigrations } from '../migration-source.ts'
import { FEDERAL_RESERVE_HOLIDAYS, TARGET_HOLIDAYS } from './bank-holidays.ts'
import { type BusinessCalendar, businessDays } from './business-calendar.ts'
import type { DeclaredQueue } from './declare-queues.ts'
import { holidayDates } from './holiday.ts'

const WORKWEEK = ['mon', 'tue', 'wed', 'thu', 'fri'] as const
const newYork: BusinessCalendar = {
  name: 'hall.newyork',
  title: 'New York',
  timeZone: 'America/New_York',
  hours: [{ days: WORKWEEK, from: '08:00', to: '18:00' }],
  cutOff: '17:00',
  holidays: [...FEDERAL_RESERVE_HOLIDAYS, { name: 'Christmas Eve', on: '12-24', closesAt: '13:00' }],
}
const frankfurt: BusinessCalendar = {
  name: 'hall.frankfurt',
  title: 'Frankfurt',
  timeZone: 'Europe/Berlin',
  hours: [
    { days: WORKWEEK, from: '07:00', to: '22:00' },
    { days: ['sat'], from: '08:00', to: '14:00' },
  ],
  holidays: TARGET_HOLIDAYS,
}
const always: BusinessCalendar = {
  name: 'hall.always',
  title: 'Day and night',
  timeZone: 'Europe/Berlin',
  hours: [{ days: [...WORKWEEK, 'sat', 'sun'], from: '00:00', to: '24:00' }],
  holidays: [],
}
const queue = (name: string, slaHours: number, calendar?: BusinessCalendar): DeclaredQueue => ({
  name: `hall.${name}`,
  table: `hall.${name}_item`,
  projection: `hall.${name}`,
  slaHours,
  ...(calendar ? { calendar } : {}),
})
const QUEUES = [
  queue('errands', 4, newYork),
  queue('letters', 8, frankfurt),
  queue('guards', 24, always),
  queue('bells', 4),
]

let database: TestDatabase
let superuser: pg.Pool

const declare = (queues: readonly DeclaredQueue[]) =>
  migrate(database.url('superuser'), [{ ...kernelMigrations, queues }])

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  superuser = database.pool('superuser')
  await superuser.query('CREATE SCHEMA hall AUTHORIZATION countersign_owner')
  for (const { table } of QUEUES) {
    await superuser.query(
      `CREATE TABLE ${table} (item_id text PRIMARY KEY, opened_at timestamptz NOT NULL, due_at timestamptz NOT NULL)`,
    )
    await superuser.query(`ALTER TABLE ${table} OWNER TO countersign_owner`)
  }
  await declare(QUEUES)
}, 60_000)
afterAll(() => database?.drop())

/** As the process that fills the tables asks. */
async function dueAt(name: string, openedAt: string): Promise<string> {
  const { rows } = await database
    .pool('sequencer')
    .query<{ due_at: Date }>('SELECT kernel.due_at($1, $2) AS due_at', [`hall.${name}`, openedAt])
  return rows[0]?.due_at.toISOString() ?? ''
}

// Reckoned by hand from the calendar on the wall.
test.each([
  ['within one day', 'errands', '2026-03-10T10:00:00-04:00', '2026-03-10T14:00:00-04:00'],
  ['exactly until closing time', 'errands', '2026-03-10T14:00:00-04:00', '2026-03-10T18:00:00-04:00'],
  ['over night', 'errands', '2026-03-09T16:00:00-04:00', '2026-03-10T10:00:00-04:00'],
  ['before opening', 'errands', '2026-03-10T03:00:00-04:00', '2026-03-10T12:00:00-04:00'],
  ['on a Saturday', 'errands', '2026-03-14T10:00:00-04:00', '2026-03-16T12:00:00-04:00'],
  ['the second before the cut-off', 'errands', '2026-03-11T16:59:59-04:00', '2026-03-12T10:59:59-04:00'],
  ['on the cut-off', 'errands', '2026-03-11T17:00:00-04:00', '2026-03-12T12:00:00-04:00'],
  ['on the cut-off of a Friday', 'errands', '2026-03-13T17:00:00-04:00', '2026-03-16T12:00:00-04:00'],
  ['over the start of summer time', 'errands', '2026-03-06T16:30:00-05:00', '2026-03-09T10:30:00-04:00'],
  ['over the end of summer time', 'errands', '2026-10-30T16:30:00-04:00', '2026-11-02T10:30:00-05:00'],
  ['over Thanksgiving', 'errands', '2026-11-25T15:00:00-05:00', '2026-11-27T09:00:00-05:00'],
  [
    '4 July on a Saturday: the Friday counts',
    'errands',
    '2026-07-02T16:00:00-04:00',
    '2026-07-03T10:00:00-04:00',
  ],
  [
    '4 July on a Sunday: the Monday does not',
    'errands',
    '2027-07-02T16:00:00-04:00',
    '2027-07-06T10:00:00-04:00',
  ],
  ['into a short day', 'errands', '2026-12-23T16:00:00-05:00', '2026-12-24T10:00:00-05:00'],
  ['over a short day and a holiday', 'errands', '2026-12-24T11:00:00-05:00', '2026-12-28T10:00:00-05:00'],
  ['after a short day', 'errands', '2026-12-24T13:00:00-05:00', '2026-12-28T12:00:00-05:00'],
  ['a fraction of a second', 'errands', '2026-03-09T16:00:00.123-04:00', '2026-03-10T10:00:00.123-04:00'],
  ['over Good Friday', 'letters', '2026-04-02T20:00:00+02:00', '2026-04-04T14:00:00+02:00'],
  ['over Easter Monday', 'letters', '2026-04-04T13:00:00+02:00', '2026-04-07T14:00:00+02:00'],
  ['a day of 23 hours', 'guards', '2026-03-28T12:00:00+01:00', '2026-03-29T13:00:00+02:00'],
  ['a day of 25 hours', 'guards', '2026-10-24T12:00:00+02:00', '2026-10-25T11:00:00+01:00'],
  ['a queue without a calendar', 'bells', '2026-03-14T23:00:00Z', '2026-03-15T03:00:00Z'],
])('K-26 the clock of an SLA goes in business hours: %s', async (_, name, openedAt, due) => {
  expect(await dueAt(name, openedAt)).toBe(new Date(due).toISOString())
})

test('K-26 holidays of the Federal Reserve Banks and of TARGET are those that they publish', () => {
  const days = (holidays: typeof FEDERAL_RESERVE_HOLIDAYS, year: number) =>
    holidays.flatMap((holiday) => holidayDates(holiday, year))
  // https://www.frbservices.org/about/holiday-schedules
  expect(days(FEDERAL_RESERVE_HOLIDAYS, 2026)).toEqual([
    ...['2026-01-01', '2026-01-19', '2026-02-16', '2026-05-25', '2026-06-19', '2026-07-04', '2026-09-07'],
    ...['2026-10-12', '2026-11-11', '2026-11-26', '2026-12-25'],
  ])
  expect(days(FEDERAL_RESERVE_HOLIDAYS, 2027).slice(4, 6)).toEqual(['2027-06-19', '2027-07-05'])
  expect(days(FEDERAL_RESERVE_HOLIDAYS, 2021)).not.toContain('2021-06-19')
  // Easter Sunday 31 March 2024, 20 April 2025, and 25 April 2038, the latest there is.
  expect(days(TARGET_HOLIDAYS, 2024)).toEqual([
    ...['2024-01-01', '2024-03-29', '2024-04-01', '2024-05-01', '2024-12-25', '2024-12-26'],
  ])
  expect(days(TARGET_HOLIDAYS, 2025).slice(1, 3)).toEqual(['2025-04-18', '2025-04-21'])
  expect(days(TARGET_HOLIDAYS, 2038).slice(1, 3)).toEqual(['2038-04-23', '2038-04-26'])
})

test('K-26 a change of the calendar moves what is due, and only where it matters', async () => {
  await superuser.query(
    `INSERT INTO hall.errands_item
     SELECT id, opened_at, kernel.due_at('hall.errands', opened_at)
       FROM (VALUES ('over', '2026-08-13T16:00-04:00'::timestamptz), ('before', '2026-08-13T10:00-04:00'),
                    ('long ago', '2026-01-13T10:00-05:00'), ('after', '2026-08-18T10:00-04:00')) AS item (id, opened_at)`,
  )
  const due = async () =>
    Object.fromEntries(
      (
        await superuser.query<{ item_id: string; due_at: Date }>(
          'SELECT item_id, due_at FROM hall.errands_item',
        )
      ).rows.map(({ item_id, due_at }) => [item_id, due_at.toISOString()]),
    )
  const before = await due()
  expect(before.over).toBe('2026-08-14T14:00:00.000Z')
  // What nobody may touch is seen to be left alone.
  await superuser.query(`UPDATE hall.errands_item SET due_at = '2026-01-01Z' WHERE item_id = 'long ago'`)

  const closed = { name: 'The hall is painted', once: '2026-08-14' }
  await declare([
    queue('errands', 4, { ...newYork, holidays: [...newYork.holidays, closed] }),
    ...QUEUES.slice(1),
  ])
  expect(await due()).toEqual({
    ...before,
    over: '2026-08-17T14:00:00.000Z',
    'long ago': '2026-01-01T00:00:00.000Z',
  })

  // Another SLA is another clock for all of them.
  await declare([queue('errands', 5, newYork), ...QUEUES.slice(1)])
  expect(await due()).toEqual({
    over: '2026-08-14T15:00:00.000Z',
    before: '2026-08-13T19:00:00.000Z',
    'long ago': '2026-01-13T20:00:00.000Z',
    after: '2026-08-18T19:00:00.000Z',
  })
  const { rows } = await superuser.query('SELECT xmin::text FROM hall.errands_item ORDER BY item_id')
  await declare([queue('errands', 5, newYork), ...QUEUES.slice(1)])
  expect((await superuser.query('SELECT xmin::text FROM hall.errands_item ORDER BY item_id')).rows).toEqual(
    rows,
  )
  await declare(QUEUES)
})

test('K-26 T-02 a deadline that others set counts in the place of the hours, whatever becomes of these', async () => {
  await superuser.query('ALTER TABLE hall.letters_item ADD COLUMN answer_by timestamptz')
  await superuser.query(
    `INSERT INTO hall.letters_item (item_id, opened_at, due_at, answer_by)
     VALUES ('with', '2026-03-10T10:00Z', '2026-03-12T10:00Z', '2026-03-12T10:00Z'),
            ('without', '2026-03-10T10:00Z', '2026-03-10T20:00Z', NULL)`,
  )
  const declared = (slaHours: number) => ({
    ...queue('letters', slaHours),
    deadlineColumn: 'answer_by',
  })
  const others = QUEUES.filter(({ name }) => name !== 'hall.letters')
  await declare([declared(5), ...others])
  const { rows } = await superuser.query('SELECT item_id, due_at FROM hall.letters_item ORDER BY item_id')
  expect(rows).toEqual([
    { item_id: 'with', due_at: new Date('2026-03-12T10:00Z') },
    { item_id: 'without', due_at: new Date('2026-03-10T15:00Z') },
  ])
  await expect(declare([{ ...declared(5), deadlineColumn: 'a; b' }, ...others])).rejects.toThrow(
    'which is no column',
  )
})

test('K-26 a queue that was never declared has no clock, and says what to do', async () => {
  await expect(dueAt('nowhere', '2026-03-10T10:00:00Z')).rejects.toThrow(
    'the queue hall.nowhere is not declared: run countersign migrate',
  )
})

test.each([
  [{ hours: [] }, 'is never open'],
  [{ hours: [{ days: ['mon'], from: '18:00', to: '08:00' }] }, 'no span of a day'],
  [{ hours: [{ days: ['mon'], from: '8:00', to: '18:00' }] }, 'no span of a day'],
  [{ cutOff: '07:00' }, 'cut-off at 07:00, before it opens'],
  [
    {
      hours: [
        { days: ['mon'], from: '08:00', to: '12:00' },
        { days: ['mon'], from: '13:00', to: '18:00' },
      ],
    },
    'twice when it is open on mon',
  ],
] as [Partial<BusinessCalendar>, string][])(
  'K-26 a calendar that contradicts itself is refused: %j',
  (part, why) => {
    expect(() => businessDays({ ...newYork, ...part }, 2026, 2026)).toThrow(why)
  },
)

test('K-26 two calendars of one name are refused, and nothing is half declared', async () => {
  const other = { ...newYork, timeZone: 'Asia/Tokyo' }
  await expect(declare([queue('errands', 4, newYork), queue('letters', 4, other)])).rejects.toThrow(
    'two calendars are called hall.newyork',
  )
  const nowhere = queue('errands', 4, { ...newYork, timeZone: 'Mars/Olympus' })
  await expect(declare([queue('bells', 9), nowhere])).rejects.toThrow('Mars/Olympus')
  expect(await dueAt('bells', '2026-03-14T23:00:00Z')).toBe('2026-03-15T03:00:00.000Z')
})
