import type { Transaction } from '../database/database.ts'
import { type NewException, raiseExceptions, resolveExceptions } from './exception.ts'

/** So many exceptions are raised or resolved at a time. */
const PAGE_MAX = 1_000

type Import = { readonly stem: string; readonly at: Date; readonly causedBy?: string }

/** An expected line that had no partner may have found it on a later statement. */
export async function resolvePostingExceptions(tx: Transaction, source: Import): Promise<void> {
  for (;;) {
    const { rows } = await tx.query<{ id: string }>(
      `SELECT x.id FROM recon.exception x JOIN recon.expected_line e ON e.posting_id = x.posting_id
       WHERE x.state = 'open' AND e.matched ORDER BY x.id LIMIT $1`,
      [PAGE_MAX],
    )
    if (rows.length === 0) return
    const resolved = rows.map(({ id }) => ({ id, at: source.at }))
    await resolveExceptions(tx, resolved, source.causedBy)
  }
}

/**
 * Raises an exception for each expected line that a statement of its account and day should have shown and did
 * not. A statement without a period, or one that is not to be trusted, proves nothing missing; what an open
 * exception already proposes as a partner is not raised a second time.
 */
export async function raisePostingExceptions(tx: Transaction, source: Import): Promise<void> {
  let after = ''
  for (;;) {
    const { rows } = await tx.query<NewException & { posting_id: string }>(
      `SELECT 'exc_' || e.posting_id AS id, 'posting' AS kind, e.side, e.amount_minor::text AS amount_minor,
              e.currency, e.date::text AS date, e.reference, min(b.account) AS account, e.posting_id
       FROM recon.statement s
       JOIN recon.bank_account b ON b.account = s.account
       JOIN recon.expected_line e
         ON e.ledger_account = b.ledger_account AND e.date BETWEEN s.from_date AND s.to_date
       WHERE s.import_id = $1 AND s.state = 'open' AND NOT e.matched AND e.posting_id > $2
         AND NOT EXISTS (SELECT FROM recon.exception x WHERE x.posting_id = e.posting_id)
         AND NOT EXISTS (
           SELECT FROM recon.exception x
           CROSS JOIN LATERAL (
             SELECT jsonb_build_array(jsonb_build_object(
               'id', CASE WHEN e.reversal THEN e.posting_id ELSE e.transfer_id END)) AS named) p
           WHERE x.state = 'open' AND (x.candidates @> p.named
             OR x.candidates @> jsonb_build_array(jsonb_build_object('with', p.named))))
       GROUP BY e.posting_id
       ORDER BY e.posting_id LIMIT $3`,
      [source.stem, after, PAGE_MAX],
    )
    const last = rows.at(-1)
    if (!last) return
    after = last.posting_id
    await raiseExceptions(
      tx,
      rows.map((row) => ({ ...row, candidates: [], raised_at: source.at })),
      source.causedBy,
    )
  }
}
