import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { text } from '../http/fields.ts'
import { refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'
import { matchStatements } from './match-statements.ts'
import { STATEMENT_EVENTS } from './statement.ts'

export const AcknowledgeRequest = z.strictObject({ reason: text(200, 1), note: text(4_000).optional() })

/** A person has seen that a statement does not add up: it leaves quarantine, and its lines are matched. */
export async function acknowledgeStatement(
  tx: Transaction,
  now: Date,
  id: string,
  request: z.infer<typeof AcknowledgeRequest>,
  ifMatch: number | undefined,
  key: string | undefined,
): Promise<Outcome> {
  const { rows } = await tx.query<{ version: number; state: string; reason: string | null }>(
    'SELECT version, state, reason FROM recon.statement WHERE id = $1 FOR UPDATE',
    [id],
  )
  const statement = rows[0]
  if (!statement) return refuse('not_found', `There is no statement ${id}.`)
  const stale = staleVersion(ifMatch, statement.version)
  if (stale) return stale
  if (statement.state !== 'quarantined') {
    return refuse('not_quarantined', `It is ${statement.state}; there is nothing to acknowledge.`)
  }
  // An import of its own: the other statements of its file were matched when they came in.
  const stem = `ack.${id}`
  await tx.query(
    `UPDATE recon.statement
     SET state = 'open', version = version + 1, import_id = $2, reason = $3
     WHERE id = $1`,
    [id, stem, `${statement.reason ?? ''} Acknowledged: ${request.reason}.`.trim()],
  )
  await matchStatements(tx, { stem, at: now, causedBy: key })
  await recordEvents(tx, STATEMENT_EVENTS, 'statement.acknowledged', [{ id, at: now }], key)
  const read = await tx.query<{ statement: { version: number } }>(
    'SELECT recon.statement_json(t) AS statement FROM recon.statement t WHERE id = $1',
    [id],
  )
  const body = read.rows[0]?.statement
  return { status: 200, body: { statement: body }, version: body?.version }
}
