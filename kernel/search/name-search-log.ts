import type pg from 'pg'
import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import { sweepInTurn } from '../audit/sweep-in-turn.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import { english } from '../languages/make-teller.ts'

const WINDOW_MS = 60_000
/** How often windows that are over are looked for. */
const SWEEP_MS = 5_000
/** People counted apart at one time; before a further one, what has been counted is written. */
const PEOPLE_MAX = 1_000

/**
 * What people search among names that they may not reveal (K-31): each search tells them a little, and none is worth an
 * entry of its own, so that a person's searches of a minute have one together, with their number.
 */
export type NameSearchLog = {
  /** @param met whether a name was met */
  readonly count: (principal: Principal, origin: RequestOrigin, met: boolean) => Promise<void>
  /** Writes what has been counted and stops. */
  readonly close: () => Promise<void>
}

type Window = {
  readonly opened: Date
  principal: Principal
  origin: RequestOrigin
  searches: number
  met: number
  last: Date
}

export function makeNameSearchLog(options: {
  readonly pool: pg.Pool
  readonly now: () => Date
  /** A count could not be written; it is kept and tried again. */
  readonly report: (error: unknown) => void
}): NameSearchLog {
  const { pool, now } = options
  const windows = new Map<string, Window>()

  async function write({ principal, origin, opened, last, searches, met }: Window): Promise<void> {
    const committed = await commitWrite(pool, {
      tenant_id: null,
      events: [],
      audit: auditOf(
        { now },
        {
          kind: 'read',
          actor: { id: principal.id, roles: principal.roles },
          action: 'kernel.search_names',
          outcome: 'counted',
          detail: { searches, met, from: opened.toISOString(), until: last.toISOString() },
          ...originFacts(origin),
        },
      ),
    })
    if (!committed.ok)
      throw new Error(`searches could not be recorded: ${english(committed.failure.message)}`)
  }

  async function sweep(all: boolean): Promise<void> {
    const over = now().getTime() - WINDOW_MS
    for (const [person, window] of windows) {
      if (!all && window.opened.getTime() > over) continue
      // What is counted while this is written has a window of its own.
      windows.delete(person)
      try {
        await write(window)
      } catch (error) {
        const since = windows.get(person)
        windows.set(person, since ? together(window, since) : window)
        options.report(error)
        return
      }
    }
  }

  const sweeping = sweepInTurn(SWEEP_MS, sweep)

  return {
    async count(principal, origin, met) {
      if (windows.size >= PEOPLE_MAX && !windows.has(principal.id)) await sweeping.now(true)
      const at = now()
      const one = { opened: at, principal, origin, searches: 1, met: met ? 1 : 0, last: at }
      const window = windows.get(principal.id)
      windows.set(principal.id, window ? together(window, one) : one)
    },
    close: sweeping.close,
  }
}

function together(earlier: Window, later: Window): Window {
  return {
    ...later,
    opened: earlier.opened,
    searches: earlier.searches + later.searches,
    met: earlier.met + later.met,
  }
}
