import type { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { type Refusal, refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'
import { EXCEPTION_EVENTS, type ExceptionSchema } from './exception.ts'
import { STATEMENT_EVENTS } from './statement.ts'

/** Who wants a change of an exception, and as of when. */
export type Change = {
  readonly at: Date
  readonly ifMatch: number | undefined
  readonly key: string | undefined
}

/** An exception that is about to change: nobody else changes it before this is committed. */
export type HeldException = {
  readonly id: string
  readonly version: number
  readonly kind: 'statement_line' | 'posting'
  readonly state: z.infer<typeof ExceptionSchema>['state']
  readonly side: 'debit' | 'credit'
  readonly amount_minor: string
  readonly currency: string
  readonly account: string
  readonly statement_id: string | null
  readonly posting_id: string | null
  readonly write_off_posting: string | null
  readonly settled_by: string | null
  readonly settled_at: string | null
}

export type Told = {
  readonly event: string
  readonly about?: readonly { readonly kind: 'transfer' | 'posting'; readonly id: string }[]
}

/** Holds an exception and changes it; what is wrong with that is refused before anything is written. */
export async function changeException(
  tx: Transaction,
  id: string,
  { at, ifMatch, key }: Change,
  /** @returns the type of the event that tells of it, and what it is about that the record does not name any more */
  change: (held: HeldException) => Promise<Told | Refusal>,
): Promise<Outcome> {
  const { rows } = await tx.query<HeldException>(
    `SELECT id, version, kind, state, side, amount_minor::text AS amount_minor, currency, account, statement_id,
            posting_id, write_off_posting, settled_by, platform.instant(settled_at) AS settled_at
     FROM recon.exception WHERE id = $1 FOR UPDATE`,
    [id],
  )
  const held = rows[0]
  if (!held) return refuse('not_found', `There is no exception ${id}.`)
  const stale = staleVersion(ifMatch, held.version)
  if (stale) return stale
  const told = await change(held)
  if ('refused' in told) return told
  const { event, about } = told
  await recordEvents(tx, EXCEPTION_EVENTS, event, [{ id, at, about }], key)
  if (held.statement_id !== null) await followStatement(tx, held.statement_id, { at, ifMatch, key })
  const { rows: read } = await tx.query<{ exception: { version: number } }>(
    'SELECT recon.exception_json(t) AS exception FROM recon.exception t WHERE id = $1',
    [id],
  )
  const exception = read[0]?.exception
  return { status: 200, body: { exception }, version: exception?.version }
}

/** A statement is reconciled once nothing of it is open, and open again when something is. */
async function followStatement(tx: Transaction, id: string, { at, key }: Change): Promise<void> {
  // Held first: of two that settle its last lines at once, the second sees what the first has done.
  await tx.query('SELECT FROM recon.statement WHERE id = $1 FOR UPDATE', [id])
  const { rows } = await tx.query<{ state: 'reconciled' | 'open' }>(
    `UPDATE recon.statement s SET state = now.state, version = s.version + 1
     FROM (SELECT CASE WHEN EXISTS (SELECT FROM recon.exception x WHERE x.statement_id = $1 AND x.state = 'open')
                  THEN 'open' ELSE 'reconciled' END AS state) now
     WHERE s.id = $1 AND s.state IN ('open', 'reconciled') AND s.state <> now.state
     RETURNING s.state`,
    [id],
  )
  for (const { state } of rows) {
    const type = state === 'reconciled' ? 'statement.reconciled' : 'statement.reopened'
    await recordEvents(tx, STATEMENT_EVENTS, type, [{ id, at }], key)
  }
}

/** The refusal of what needs an open exception; undefined where it is open. */
export function unlessOpen(held: HeldException): Refusal | undefined {
  if (held.state === 'open') return undefined
  const by = held.settled_by === null ? '' : ` by ${held.settled_by} at ${held.settled_at}`
  const state = held.state === 'written_off' ? 'written off' : held.state
  return refuse('exception_not_open', `It is ${state}${by}.`)
}

/** An expected line that is found or lost by a change: the exceptions about its posting follow. */
export async function followPostings(
  tx: Transaction,
  postingIds: readonly string[],
  { at, key }: Change,
): Promise<void> {
  const { rows } = await tx.query<{ id: string; matched: boolean }>(
    `UPDATE recon.exception x
     SET state = CASE WHEN e.matched THEN 'assigned' ELSE 'open' END, version = x.version + 1
     FROM recon.expected_line e
     WHERE e.posting_id = x.posting_id AND x.posting_id = ANY ($1)
       AND x.state = CASE WHEN e.matched THEN 'open' ELSE 'assigned' END
     RETURNING x.id, e.matched`,
    [postingIds],
  )
  for (const [type, found] of [
    ['exception.resolved', true],
    ['exception.reopened', false],
  ] as const) {
    const changed = rows.filter(({ matched }) => matched === found).map(({ id }) => ({ id, at }))
    await recordEvents(tx, EXCEPTION_EVENTS, type, changed, key)
  }
}
