import { setTimeout as sleep } from 'node:timers/promises'
import { projectionsOf } from '@countersign/kernel/console.ts'
import { makeSealer } from '@countersign/kernel/personal-data/sealing.ts'
import { rebuildProjection } from '@countersign/kernel/projections/rebuild-projection.ts'
import { declarations } from '@countersign/server/declarations.ts'
import type { BenchEnvironment } from './bench-environment.ts'
import { keepEventsOf, keepManyEvents } from './many-events.ts'
import { quantiles } from './quantiles.ts'
import type { Row } from './results.ts'
import { whole } from './whole.ts'

const LOOK_EVERY_MS = 50
/** One of those that the other rows put nothing into beside it: made anew, it has to be what it was. */
const REBUILT = 'transfers.transfer'
const TARGETS = { perSecond: 50_000, rebuildS: 15, timelineMs: 10 }
const TIMELINE_EVENTS = 10_000
const TIMELINE_PAGES = 300
const WARM_UP_PAGES = 20

/**
 * S-06 and S-09. Projections as the shipped worker keeps them, all of them, from events that are kept and have no place
 * yet; then one of them rebuilt from the first event on. At last the timeline of a record with many events.
 *
 * @param events beside those of the seeded world
 */
export async function projectionRows(environment: BenchEnvironment, events: number): Promise<Row[]> {
  await worldKnown(environment)
  const kept = await keepManyEvents(environment, events)
  const projections = await projectionCount(environment)
  const started = performance.now()
  const worker = await environment.startWorker()
  await caughtUp(environment)
  const seconds = (performance.now() - started) / 1000
  await worker.end()
  const rate = kept / seconds

  const projection = projectionsOf(declarations).find(({ name }) => name === REBUILT)
  if (!projection) throw new Error(`there is no projection ${REBUILT}`)
  const sealer = makeSealer(environment.superuser, Buffer.from(environment.sealingKey, 'hex'))
  const began = performance.now()
  const rebuilt = await rebuildProjection(environment.superuser, projection, { swap: true, secrets: sealer })
  const rebuildS = (performance.now() - began) / 1000
  if (!rebuilt.identical) throw new Error(`${REBUILT} rebuilt is not what it was`)
  return [
    {
      id: 'S-06',
      what: `all ${projections} projections and the placing of events, by the worker`,
      value: `${whole(rate)} events/s`,
      limit: '60,000–79,000/s, an async set-based projector',
      target: `≥ ${whole(TARGETS.perSecond)}/s`,
      met: rate >= TARGETS.perSecond,
      note: `${whole(kept)} events in ${seconds.toFixed(1)} s, the start of the worker included; each read by every projection`,
    },
    {
      id: 'S-06',
      what: `${REBUILT} made anew of ${whole(rebuilt.events)} events, compared and swapped`,
      value: `${rebuildS.toFixed(1)} s`,
      limit: '–',
      target: `≤ ${TARGETS.rebuildS} s for 1,000,000`,
      met: (rebuildS * 1_000_000) / Math.max(1, rebuilt.events) <= TARGETS.rebuildS,
      note: `${whole(rebuilt.events / rebuildS)} events/s; ${whole(rebuilt.after[0]?.rows ?? 0)} rows, the same checksum before and after`,
    },
    await timelineRow(environment),
  ]
}

async function timelineRow(environment: BenchEnvironment): Promise<Row> {
  const { rows } = await environment.superuser.query<{ id: string }>(
    `SELECT id FROM transfers.transfer WHERE id NOT LIKE '%~%' ORDER BY id LIMIT 1`,
  )
  const id = rows[0]?.id ?? ''
  const few = await timelinePages(environment, id)
  await keepEventsOf(environment, `transfer/${id}`, TIMELINE_EVENTS)
  const worker = await environment.startWorker()
  await caughtUp(environment)
  await worker.end()
  const many = await timelinePages(environment, id)
  return {
    id: 'S-09',
    what: `timeline of a record with ${whole(TIMELINE_EVENTS)} events, first page, over HTTP`,
    value: `p99 ${many.p99.toFixed(1)} ms`,
    limit: `${few.p99.toFixed(1)} ms, the same record with its own few`,
    ratio: many.p99 / few.p99,
    target: `≤ ${TARGETS.timelineMs} ms`,
    met: many.p99 <= TARGETS.timelineMs,
    note: `p50 ${many.p50.toFixed(1)} ms beside ${few.p50.toFixed(1)} ms; ${TIMELINE_PAGES} pages, one after the other`,
  }
}

async function timelinePages(environment: BenchEnvironment, id: string) {
  const token = await environment.token('bench-reader', 'transfers/OPS')
  const took: number[] = []
  for (let n = 0; n < WARM_UP_PAGES + TIMELINE_PAGES; n += 1) {
    const started = performance.now()
    const answer = await fetch(`http://127.0.0.1:${environment.port}/v1/entities/transfer/${id}/timeline`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`the timeline was answered ${answer.status}: ${text.slice(0, 300)}`)
    if (n >= WARM_UP_PAGES) took.push(performance.now() - started)
  }
  return quantiles(took)
}

/** The seeded world's own events, told by the sandbox and shown. */
async function worldKnown(environment: BenchEnvironment): Promise<void> {
  const worker = await environment.startWorker()
  await caughtUp(environment)
  await worker.end()
}

async function projectionCount({ superuser }: BenchEnvironment): Promise<number> {
  const { rows } = await superuser.query<{ n: number }>(
    'SELECT count(*)::integer AS n FROM kernel.projection',
  )
  return rows[0]?.n ?? 0
}

/** Every event has a place, and every projection has read it; something has come, and nothing came for a while. */
export async function caughtUp({ superuser }: BenchEnvironment): Promise<void> {
  for (;;) {
    const { rows } = await superuser.query<{ done: boolean }>(
      `SELECT NOT EXISTS (SELECT FROM kernel.event_pending) AND EXISTS (SELECT FROM kernel.event)
              AND (SELECT min(position) FROM kernel.projection) = (SELECT max(position) FROM kernel.event_order) AS done`,
    )
    if (rows[0]?.done) return
    await sleep(LOOK_EVERY_MS)
  }
}
