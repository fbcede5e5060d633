import type pg from 'pg'
import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import type { AuditFacts } from '../audit/audit-entry.ts'
import { sweepInTurn } from '../audit/sweep-in-turn.ts'
import { addressOf } from '../http/rate-limit.ts'
import { english } from '../languages/make-teller.ts'
import type { RequestOrigin } from './principal.ts'

const WINDOW_MS = 60_000
/** How often windows that are over are looked for. */
const SWEEP_MS = 5_000
/** Addresses counted apart at one time; the refusals of all further ones are counted together. */
const ADDRESSES_MAX = 1_000
const FURTHER_ADDRESSES = 'further addresses'

type Refusal = Pick<AuditFacts, 'kind' | 'eventSubType' | 'severity' | 'detail'>

/**
 * What is refused to somebody who has not shown who they are. Anyone can cause such refusals, as many as they like, and
 * the audit log keeps every entry for ever: so the first of an address in a minute have an entry each, and the rest of
 * that minute one together, with their number (K-31).
 */
export type RefusalLog = {
  readonly record: (origin: RequestOrigin, refusal: Refusal) => Promise<void>
  /** Writes what has been counted and stops. */
  readonly close: () => Promise<void>
}

type Window = {
  readonly opened: Date
  readonly origin: RequestOrigin | undefined
  entries: number
  counted: Map<string, number>
  last: Date
}

export function makeRefusalLog(options: {
  readonly pool: pg.Pool
  readonly now: () => Date
  /** Entries of its own that an address may have in a minute. */
  readonly entriesPerMinute: number
  /** A count could not be written; it is kept and tried again. */
  readonly report: (error: unknown) => void
}): RefusalLog {
  const { pool, now, entriesPerMinute } = options
  const windows = new Map<string, Window>()

  async function write(facts: AuditFacts): Promise<void> {
    const committed = await commitWrite(pool, {
      tenant_id: null,
      events: [],
      audit: auditOf({ now }, facts),
    })
    if (!committed.ok)
      throw new Error(`a refusal could not be recorded: ${english(committed.failure.message)}`)
  }

  async function writeCount(window: Window): Promise<void> {
    const { counted } = window
    if (counted.size === 0) return
    window.counted = new Map()
    const count = [...counted.values()].reduce((sum, n) => sum + n, 0)
    try {
      await write({
        kind: 'security',
        eventSubType: 'REFUSALS_COUNTED',
        severity: 'MEDIUM',
        actor: NOBODY,
        outcome: 'refused',
        detail: {
          count,
          of: Object.fromEntries(counted),
          from: window.opened.toISOString(),
          until: window.last.toISOString(),
          ...(window.origin ? {} : { addresses: FURTHER_ADDRESSES }),
        },
        ...(window.origin ? { ip: window.origin.ip } : {}),
      })
    } catch (error) {
      for (const [what, n] of counted) window.counted.set(what, (window.counted.get(what) ?? 0) + n)
      throw error
    }
  }

  async function sweep(all: boolean): Promise<void> {
    const over = now().getTime() - WINDOW_MS
    for (const [address, window] of windows) {
      if (!all && window.opened.getTime() > over) continue
      try {
        await writeCount(window)
        if (window.counted.size === 0) windows.delete(address)
      } catch (error) {
        options.report(error)
        return
      }
    }
  }

  const sweeping = sweepInTurn(SWEEP_MS, sweep)

  return {
    async record(origin, refusal) {
      const at = now()
      const own = addressOf(origin.ip)
      const known = windows.has(own) || windows.size < ADDRESSES_MAX
      const address = known ? own : FURTHER_ADDRESSES
      const fresh = {
        opened: at,
        origin: known ? origin : undefined,
        entries: 0,
        counted: new Map(),
        last: at,
      }
      const window: Window = windows.get(address) ?? fresh
      windows.set(address, window)
      window.last = at
      if (window.entries < entriesPerMinute) {
        window.entries += 1
        await write({ ...refusal, actor: NOBODY, outcome: 'refused', ...originFacts(origin) })
        return
      }
      const what = refusal.eventSubType ?? refusal.kind
      window.counted.set(what, (window.counted.get(what) ?? 0) + 1)
    },
    close: sweeping.close,
  }
}

const NOBODY = { id: 'anonymous', roles: [] } as const
