import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { minorUnits } from '../http/money.ts'
import { referenceKey } from './expected-lines.ts'
import { matchStatements } from './match-statements.ts'
import { STATEMENT_EVENTS, type StatementPart } from './statement.ts'

/** One import; `stem` is its own and names its statements: `st_<stem>.<ordinal>`. */
export type StatementImport = {
  readonly at: Date
  readonly stem: string
  readonly fileId?: string
  /** Intraday reports (camt.052, MT942) are shown and never reconciled. */
  readonly intraday: boolean
  readonly causedBy?: string
}

export type ImportedStatements = {
  readonly statements: number
  readonly lines: number
  readonly quarantined: number
}

/**
 * Imports statements part by part, then settles what each is (adds up, does not, or has nothing to add up),
 * matches the lines of those that may be matched, and raises exceptions for what is left.
 */
export async function importStatements(
  tx: Transaction,
  source: StatementImport,
  parts: AsyncIterable<readonly StatementPart[]> | Iterable<readonly StatementPart[]>,
): Promise<ImportedStatements> {
  let open: { id: string; account: string; bankId: string; to: string | undefined; lines: number } | undefined
  let statements = 0
  let lines = 0
  for await (const chunk of parts) {
    const heads: Record<string, unknown>[] = []
    const rows: Record<string, unknown>[] = []
    for (const part of chunk) {
      if (open?.account !== part.account || open.bankId !== part.id) {
        statements += 1
        open = {
          id: `st_${source.stem}.${statements}`,
          account: part.account,
          bankId: part.id,
          to: part.to,
          lines: 0,
        }
        heads.push(headOf(open.id, part, source))
      }
      for (const line of part.lines) {
        open.lines += 1
        rows.push({
          statement_id: open.id,
          n: open.lines,
          side: line.side,
          amount_minor: minorUnits(line.amount).toString(),
          currency: line.amount.currency,
          date: line.date ?? line.value_date ?? open.to ?? source.at.toISOString().slice(0, 10),
          reference: line.reference,
          // Without a reference of the bank's own, what the ledger expects may stand in the text.
          reference_key: referenceKey(line.reference === '' ? (line.description ?? '') : line.reference),
          counterparty: line.counterparty,
          booked: line.status !== 'pending',
          details: line,
        })
      }
      lines += part.lines.length
    }
    await insertParts(tx, heads, rows)
  }
  await judgeStatements(tx, source)
  if (!source.intraday) await matchStatements(tx, source)
  const quarantined = await recordStatementEvents(tx, source)
  return { statements, lines, quarantined }
}

function headOf(id: string, part: StatementPart, source: StatementImport): Record<string, unknown> {
  return {
    id,
    import_id: source.stem,
    bank_id: part.id,
    account: part.account,
    currency: part.currency,
    opening_minor: part.opening ? minorUnits(part.opening).toString() : undefined,
    closing_minor: part.closing ? minorUnits(part.closing).toString() : undefined,
    from_date: part.from,
    to_date: part.to,
    file_id: source.fileId,
    imported_at: source.at,
    intraday: source.intraday,
  }
}

async function insertParts(
  tx: Transaction,
  heads: readonly Record<string, unknown>[],
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  await tx.query(
    `INSERT INTO recon.statement (id, import_id, bank_id, account, currency, opening_minor, closing_minor,
                                  from_date, to_date, file_id, imported_at, intraday)
     SELECT id, import_id, bank_id, account, currency, opening_minor, closing_minor, from_date, to_date, file_id, imported_at,
            intraday
     FROM jsonb_populate_recordset(NULL::recon.statement, $1)`,
    [JSON.stringify(heads)],
  )
  await tx.query(
    `INSERT INTO recon.statement_line (statement_id, n, side, amount_minor, currency, date, reference,
                                       reference_key, counterparty, booked, details)
     SELECT statement_id, n, side, amount_minor, currency, date, reference, reference_key, counterparty, booked,
            details
     FROM jsonb_populate_recordset(NULL::recon.statement_line, $1)`,
    [JSON.stringify(rows)],
  )
}

/** A sum that has more than 13 digits is no amount that this contract carries, in whatever currency. */
const BOOKED_LIMIT_MINOR = '10000000000000'

/**
 * Opening plus booked lines must be closing; without both balances there is nothing to add up. A statement that was
 * imported before, in another file, is not reconciled twice: a person has to look.
 */
async function judgeStatements(tx: Transaction, { stem, intraday }: StatementImport): Promise<void> {
  await tx.query(
    `UPDATE recon.statement s SET lines = l.lines, state = j.state, reason = j.reason,
            booked_minor = CASE WHEN NOT l.mixed AND abs(l.net) < $3::numeric THEN l.net END
     FROM recon.statement own
     CROSS JOIN LATERAL (
       SELECT count(*)::integer AS lines,
              coalesce(sum(CASE side WHEN 'credit' THEN amount_minor ELSE -amount_minor END)
                FILTER (WHERE booked), 0) AS net,
              coalesce(bool_or(currency <> own.currency), false) AS mixed
       FROM recon.statement_line WHERE statement_id = own.id) l
     CROSS JOIN LATERAL (
       SELECT own.closing_minor - own.opening_minor - l.net AS difference) d
     LEFT JOIN LATERAL (
       SELECT e.id FROM recon.statement e
       WHERE e.account = own.account AND e.bank_id = own.bank_id AND e.currency = own.currency AND NOT e.intraday
         AND e.from_date IS NOT DISTINCT FROM own.from_date AND e.to_date IS NOT DISTINCT FROM own.to_date
         AND e.import_id <> own.import_id AND e.state <> 'quarantined'
       ORDER BY e.imported_at LIMIT 1) earlier ON true
     CROSS JOIN LATERAL (
       SELECT CASE
           WHEN $2 THEN ARRAY['noted', 'An intraday report: shown, never reconciled.']
           WHEN earlier.id IS NOT NULL THEN ARRAY['quarantined', format(
             'The same statement of this account and period was imported before, as %s.', earlier.id)]
           WHEN d.difference IS NULL THEN ARRAY['noted', 'Opening or closing balance is missing.']
           WHEN l.mixed THEN ARRAY['quarantined', 'Lines in another currency than the account''s.']
           WHEN d.difference <> 0 THEN ARRAY['quarantined', format(
             'Opening plus lines differs from closing by %s %s.',
             platform.decimal(d.difference, own.currency), own.currency)]
           ELSE ARRAY['open', NULL]
         END AS verdict) v
     CROSS JOIN LATERAL (SELECT v.verdict[1] AS state, v.verdict[2] AS reason) j
     WHERE s.id = own.id AND own.import_id = $1`,
    [stem, intraday, BOOKED_LIMIT_MINOR],
  )
}

async function recordStatementEvents(tx: Transaction, source: StatementImport): Promise<number> {
  const { rows } = await tx.query<{ id: string; state: string }>(
    'SELECT id, state FROM recon.statement WHERE import_id = $1 ORDER BY id',
    [source.stem],
  )
  const at = source.at
  const quarantined = rows.filter((row) => row.state === 'quarantined').map(({ id }) => ({ id, at }))
  const imported = rows.filter((row) => row.state !== 'quarantined').map(({ id }) => ({ id, at }))
  await recordEvents(tx, STATEMENT_EVENTS, 'statement.quarantined', quarantined, source.causedBy)
  await recordEvents(tx, STATEMENT_EVENTS, 'statement.imported', imported, source.causedBy)
  return quarantined.length
}
