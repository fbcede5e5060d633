import type pg from 'pg'
import { isAboutTheData } from '../db/data-error.ts'
import type { Json } from '../personal-data/canonical-json.ts'

/** More at a time are not kept faster. */
const TOGETHER_MAX_EVENTS = 500
/** Of large ones fewer go together: the statement is held in memory here and there. */
const TOGETHER_MAX_CHARACTERS = 4_000_000
/** While one statement is under way, the next is gathered; a second one keeps the database busy meanwhile. */
const STATEMENTS_AT_ONCE = 2

/**
 * Keeps events of one source that are ready to be stored, all or none of them.
 * @returns how many were new
 * @throws what the database said, of these alone
 */
export type KeepRows = (source: string, rows: readonly Json[]) => Promise<number>

type Waiting = {
  readonly events: number
  /** The events as JSON, one after the other, without the brackets around them. */
  readonly written: string
  readonly resolve: (kept: number) => void
  readonly reject: (error: unknown) => void
}

/**
 * Many senders at once, each with an event or a few: what comes while the database is at work is kept by one statement and
 * one flush to disk, as soon as it is free. Nobody waits for anybody who has not come yet, and nobody is answered before
 * theirs is durable.
 */
export function keepRowsTogether(pool: pg.Pool): KeepRows {
  const waiting = new Map<string, Waiting[]>()
  const underWay = new Map<string, number>()

  async function statement(source: string, together: readonly Waiting[]): Promise<number[]> {
    const { rows: answers } = await pool.query<{ kept: number[] }>({
      name: 'ingest-events',
      text: 'SELECT kernel.ingest_events($1, $2::jsonb) AS kept',
      values: [source, `[${together.map(({ written }) => written).join(',')}]`],
    })
    return answers[0]?.kept ?? []
  }

  async function keep(source: string, together: readonly Waiting[]): Promise<void> {
    try {
      const kept = await statement(source, together)
      let from = 0
      for (const { events, resolve } of together) {
        const upTo = from + events
        resolve(kept.filter((place) => place > from && place <= upTo).length)
        from = upTo
      }
    } catch (error) {
      // What one of them holds must not keep the others out.
      if (together.length > 1 && isAboutTheData(error)) {
        for (const one of together) await keep(source, [one])
      } else {
        for (const { reject } of together) reject(error)
      }
    }
  }

  function next(source: string): void {
    const queue = waiting.get(source) ?? []
    if (queue.length === 0 || (underWay.get(source) ?? 0) >= STATEMENTS_AT_ONCE) return
    let events = 0
    let characters = 0
    const fitting = queue.findIndex((one) => {
      events += one.events
      characters += one.written.length
      return events > TOGETHER_MAX_EVENTS || characters > TOGETHER_MAX_CHARACTERS
    })
    // One that is larger by itself goes alone.
    const together = queue.splice(0, fitting === -1 ? queue.length : Math.max(1, fitting))
    underWay.set(source, (underWay.get(source) ?? 0) + 1)
    void keep(source, together).finally(() => {
      underWay.set(source, (underWay.get(source) ?? 1) - 1)
      next(source)
    })
  }

  return (source, rows) =>
    new Promise((resolve, reject) => {
      const queue = waiting.get(source) ?? []
      queue.push({ events: rows.length, written: JSON.stringify(rows).slice(1, -1), resolve, reject })
      waiting.set(source, queue)
      next(source)
    })
}
