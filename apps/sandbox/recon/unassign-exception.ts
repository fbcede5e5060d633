import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { text } from '../http/fields.ts'
import { refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { type Change, changeException, followPostings } from './changed-exception.ts'
import { EXCEPTION_EVENTS } from './exception.ts'

export const TakeBackRequest = z.strictObject({
  by: text(200, 1).meta({ description: 'Who takes it back.' }),
  reason: text(200, 1),
  note: text(4_000).optional(),
})

/** Takes an assignment back: the exception is open as it was, what it was bound to is open again, and what was left over is withdrawn. */
export function unassignException(tx: Transaction, id: string, change: Change): Promise<Outcome> {
  return changeException(tx, id, change, async (held) => {
    const { rows: bindings } = await tx.query<{
      posting_id: string
      kind: 'transfer' | 'posting'
      id: string
    }>(
      `SELECT p.partner ->> 'posting_id' AS posting_id, p.partner ->> 'kind' AS kind, p.partner ->> 'id' AS id
       FROM recon.binding b JOIN recon.expected_line e USING (posting_id)
       CROSS JOIN LATERAL (SELECT recon.partner_json(e) AS partner) p
       WHERE b.exception_id = $1 ORDER BY posting_id`,
      [id],
    )
    if (held.state !== 'assigned' || bindings.length === 0) {
      const how = held.state === 'assigned' ? 'It was resolved by a statement' : `It is ${held.state}`
      return refuse('exception_not_assigned', `${how}; there is no assignment to take back.`)
    }
    const { rows: left } = await tx.query<{ id: string; state: string }>(
      `SELECT id, state FROM recon.exception WHERE residual_of = $1 AND state <> 'withdrawn' FOR UPDATE`,
      [id],
    )
    const residual = left[0]
    if (residual && residual.state !== 'open') {
      return refuse(
        'residual_not_open',
        `What was left over, ${residual.id}, is ${residual.state === 'written_off' ? 'written off' : residual.state}: take that back first.`,
      )
    }
    const postings = bindings.map(({ posting_id }) => posting_id)
    await tx.query(
      'SELECT FROM recon.expected_line WHERE posting_id = ANY ($1) ORDER BY posting_id FOR UPDATE',
      [postings],
    )
    await tx.query(
      `WITH freed AS (DELETE FROM recon.binding WHERE exception_id = $1 RETURNING posting_id, amount_minor)
       UPDATE recon.expected_line e SET bound_minor = e.bound_minor - f.amount_minor, matched = false
       FROM freed f WHERE e.posting_id = f.posting_id`,
      [id],
    )
    if (residual) {
      await tx.query(`UPDATE recon.exception SET state = 'withdrawn', version = version + 1 WHERE id = $1`, [
        residual.id,
      ])
      await recordEvents(
        tx,
        EXCEPTION_EVENTS,
        'exception.withdrawn',
        [{ id: residual.id, at: change.at }],
        change.key,
      )
    }
    await tx.query(
      `UPDATE recon.exception SET state = 'open', version = version + 1, settled_by = NULL, settled_at = NULL WHERE id = $1`,
      [id],
    )
    await followPostings(tx, postings, change)
    return {
      event: 'exception.unassigned',
      about: bindings.map(({ kind, id: partner }) => ({ kind, id: partner })),
    }
  })
}
