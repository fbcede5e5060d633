import type pg from 'pg'
import { type BusinessCalendar, businessDays } from './business-calendar.ts'
import type { Queue } from './define-queue.ts'

/** Calendars are written out for these years; before and after, hours are hours of the clock. */
const FIRST_YEAR = 2015
const LAST_YEAR = 2045
const HOUR_S = 3_600
const COLUMN_NAME = /^[a-z_]+$/
const TABLE_NAME = /^[a-z]+\.[a-z_]+$/

/** What the database has to know of a queue, to reckon what is due. */
export type DeclaredQueue = Pick<
  Queue,
  'name' | 'table' | 'projection' | 'slaHours' | 'calendar' | 'skillColumn' | 'deadlineColumn'
>

export type DueChange = { readonly queue: string; readonly items: number }

/**
 * Writes calendars and queues to the database as they are declared, and reckons anew what is due in each queue whose clock
 * has changed by that: every item that it concerns, so that a rebuild of the queue gives the same. In one transaction for
 * each calendar's queues; the projector waits meanwhile.
 *
 * @param client as the owner of the schema
 * @throws Error where two declare one name, or a calendar contradicts itself
 */
export async function declareQueues(
  client: pg.ClientBase,
  queues: readonly DeclaredQueue[],
): Promise<DueChange[]> {
  const calendars = new Map<string, BusinessCalendar>()
  for (const { calendar, name, table, deadlineColumn } of queues) {
    if (!TABLE_NAME.test(table)) throw new Error(`the queue ${name} names "${table}", which is no table`)
    if (deadlineColumn !== undefined && !COLUMN_NAME.test(deadlineColumn)) {
      throw new Error(`the queue ${name} names "${deadlineColumn}", which is no column`)
    }
    if (calendar === undefined) continue
    if ((calendars.get(calendar.name) ?? calendar) !== calendar) {
      throw new Error(`two calendars are called ${calendar.name}`)
    }
    calendars.set(calendar.name, calendar)
  }
  await client.query('BEGIN')
  try {
    const changedFrom = new Map<string, string>()
    for (const calendar of calendars.values()) {
      const from = await storeCalendar(client, calendar)
      if (from !== null) changedFrom.set(calendar.name, from)
    }
    const changes: DueChange[] = []
    for (const queue of queues) {
      const clockChanged = await storeQueue(client, queue)
      const from = clockChanged ? '-infinity' : changedFrom.get(queue.calendar?.name ?? '')
      if (from === undefined) continue
      changes.push({ queue: queue.name, items: await reckonAnew(client, queue, from) })
    }
    await client.query('COMMIT')
    return changes
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

/** @returns the first instant from which on the calendar is another than before; null where it is the same */
async function storeCalendar(client: pg.ClientBase, calendar: BusinessCalendar): Promise<string | null> {
  const days = businessDays(calendar, FIRST_YEAR, LAST_YEAR)
  await client.query(
    `INSERT INTO kernel.calendar (name, time_zone) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET time_zone = excluded.time_zone`,
    [calendar.name, calendar.timeZone],
  )
  const values = [
    calendar.name,
    calendar.timeZone,
    days.map(({ day }) => day),
    days.map(({ opens }) => opens),
    days.map(({ closes }) => closes),
    days.map(({ cutOff }) => cutOff),
  ]
  const { rows } = await client.query<{ changed_from: string | null }>(
    `WITH ${DECLARED_SPANS},
          stored AS (SELECT opens_at, closes_at, cut_off_at, worked_s FROM kernel.calendar_span WHERE calendar = $1)
     SELECT min(opens_at)::text AS changed_from
       FROM ((TABLE declared EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE declared)) AS differs`,
    values,
  )
  const changedFrom = rows[0]?.changed_from ?? null
  if (changedFrom === null) return null
  await client.query('DELETE FROM kernel.calendar_span WHERE calendar = $1', [calendar.name])
  await client.query(
    `WITH ${DECLARED_SPANS}
     INSERT INTO kernel.calendar_span (calendar, opens_at, closes_at, cut_off_at, worked_s)
     SELECT $1, opens_at, closes_at, cut_off_at, worked_s FROM declared`,
    values,
  )
  return changedFrom
}

/** $1 calendar, $2 time zone, $3 to $6 days, opening, closing and cut-off on the wall there. */
const DECLARED_SPANS = `
  local AS (
    SELECT (day + opens) AT TIME ZONE $2::text AS opens_at, (day + closes) AT TIME ZONE $2::text AS closes_at,
           (day + cut_off) AT TIME ZONE $2::text AS cut_off_at
      FROM unnest($3::date[], $4::time[], $5::time[], $6::time[]) AS declared (day, opens, closes, cut_off)
  ),
  declared AS (
    SELECT opens_at, closes_at, cut_off_at,
           (sum(extract(epoch FROM closes_at - opens_at)) OVER (ORDER BY opens_at)
            - extract(epoch FROM closes_at - opens_at))::bigint AS worked_s
      FROM local WHERE $1::text IS NOT NULL
  )`

/** @returns whether it is declared otherwise than before */
async function storeQueue(client: pg.ClientBase, queue: DeclaredQueue): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO kernel.queue AS q (name, item_table, projection, calendar, sla_s, skill_column) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (name) DO UPDATE
        SET item_table = excluded.item_table, projection = excluded.projection, calendar = excluded.calendar,
            sla_s = excluded.sla_s, skill_column = excluded.skill_column
      WHERE (q.item_table, q.projection, q.calendar, q.sla_s, q.skill_column)
            IS DISTINCT FROM (excluded.item_table, excluded.projection, excluded.calendar, excluded.sla_s, excluded.skill_column)`,
    [
      queue.name,
      queue.table,
      queue.projection,
      queue.calendar?.name ?? null,
      Math.round(queue.slaHours * HOUR_S),
      queue.skillColumn ?? null,
    ],
  )
  return rowCount === 1
}

/** What was due before the change is due then still: up to there the calendar is what it was. */
async function reckonAnew(client: pg.ClientBase, queue: DeclaredQueue, from: string): Promise<number> {
  await client.query('SELECT FROM kernel.projection WHERE name = $1 FOR UPDATE', [queue.projection])
  const clock = 'kernel.due_at($1, opened_at)'
  const due = queue.deadlineColumn === undefined ? clock : `coalesce(${queue.deadlineColumn}, ${clock})`
  const { rowCount } = await client.query(
    `UPDATE ${queue.table} AS q SET due_at = reckoned.due_at
       FROM (SELECT item_id, ${due} AS due_at FROM ${queue.table} WHERE due_at >= $2) AS reckoned
      WHERE q.item_id = reckoned.item_id AND q.due_at IS DISTINCT FROM reckoned.due_at`,
    [queue.name, from],
  )
  return rowCount ?? 0
}
