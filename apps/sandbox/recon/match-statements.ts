import type { Transaction } from '../database/database.ts'
import { type Candidate, type NewException, raiseExceptions } from './exception.ts'
import { comparable, type Expected, findCandidates, inMinor, type LineToPlace } from './find-candidates.ts'
import { raisePostingExceptions, resolvePostingExceptions } from './posting-exceptions.ts'
import { AUTO_MATCH_SCORE, scoreCandidate } from './score-candidate.ts'

/** So many lines are scored at a time. */
const LINES_OF_PAGE_MAX = 500

type Import = { readonly stem: string; readonly at: Date; readonly causedBy?: string }

/**
 * Matches the lines of an import's statements with what the ledger made us expect: first exactly (amount,
 * reference, date; as one set), then within tolerance with a score. What is left becomes exceptions, and so do
 * expected lines that a statement should have shown.
 */
export async function matchStatements(tx: Transaction, source: Import): Promise<void> {
  await matchExactly(tx, source)
  await matchWithinTolerance(tx, source)
  await resolvePostingExceptions(tx, source)
  await raisePostingExceptions(tx, source)
  await tx.query(
    `UPDATE recon.statement s SET state = 'reconciled'
     WHERE import_id = $1 AND state = 'open' AND NOT EXISTS (
       SELECT FROM recon.statement_line l
       WHERE l.statement_id = s.id AND l.booked AND l.matched_posting IS NULL)`,
    [source.stem],
  )
}

/**
 * Of the pairs those whose expected line is still whole and open: whoever bound or matched it while they were chosen is waited for,
 * and has it then.
 */
const TAKEN = `
  UPDATE recon.expected_line e SET matched = true FROM pair p
  WHERE e.posting_id = p.posting_id AND NOT e.matched AND e.bound_minor = 0
  RETURNING e.posting_id`

/** Equal lines and equal expectations are paired one to one in their order. */
async function matchExactly(tx: Transaction, source: Import): Promise<void> {
  await tx.query(
    `WITH line AS (
       SELECT l.statement_id, l.n, l.currency, l.side, l.amount_minor, l.date, l.reference_key, b.ledger_account,
              row_number() OVER (
                PARTITION BY b.ledger_account, l.currency, l.side, l.amount_minor, l.date, l.reference_key
                ORDER BY l.statement_id, l.n) AS k
       FROM recon.statement s
       JOIN recon.bank_account b ON b.account = s.account
       JOIN recon.statement_line l ON l.statement_id = s.id
       WHERE s.import_id = $1 AND s.state IN ('open', 'noted')
         AND l.booked AND l.matched_posting IS NULL AND l.reference_key <> ''),
     expected AS (
       SELECT e.posting_id, e.ledger_account, e.currency, e.side, e.amount_minor, e.date, e.reference_key, row_number() OVER (
                PARTITION BY e.ledger_account, e.currency, e.side, e.amount_minor, e.date, e.reference_key
                ORDER BY e.posting_id) AS k
       FROM recon.expected_line e
       WHERE NOT e.matched AND e.bound_minor = 0 AND (e.currency, e.side, e.open_minor, e.date) IN (
         SELECT currency, side, amount_minor, date FROM line)),
     pair AS (
       SELECT l.statement_id, l.n, e.posting_id FROM line l JOIN expected e
         USING (ledger_account, currency, side, amount_minor, date, reference_key, k)),
     taken AS (${TAKEN})
     UPDATE recon.statement_line l
     SET matched_posting = p.posting_id, score = 1, why = 'Same amount, same reference, same day.'
     FROM pair p JOIN taken USING (posting_id) WHERE l.statement_id = p.statement_id AND l.n = p.n`,
    [source.stem],
  )
}

async function matchWithinTolerance(tx: Transaction, source: Import): Promise<void> {
  let after: readonly [string, number] = ['', 0]
  for (;;) {
    const lines = await unmatchedLines(tx, source, after)
    const last = lines.at(-1)
    if (!last) return
    after = [last.statement_id, last.n]
    const matches = chooseMatches(lines, await comparable(tx, lines))
    const kept = await keepMatches(tx, matches)
    const left = lines.filter((line) => !kept.has(line))
    const candidates = await findCandidates(tx, left)
    const raised = left.map((line) => exceptionOf(line, source, candidates.get(line.key) ?? []))
    await raiseExceptions(tx, raised, source.causedBy)
  }
}

type Line = LineToPlace & {
  readonly statement_id: string
  readonly n: number
  readonly account: string
  readonly reference: string
  readonly description: string | null
  readonly counterparty: string | null
}

async function unmatchedLines(
  tx: Transaction,
  source: Import,
  after: readonly [string, number],
): Promise<Line[]> {
  const { rows } = await tx.query<Line>(
    `SELECT s.id || ' ' || l.n AS key, s.id AS statement_id, l.n, s.account, b.ledger_account, l.side,
            l.amount_minor::text AS amount_minor, l.currency, l.date::text AS date, l.reference,
            l.reference_key, l.details ->> 'description' AS description, l.counterparty
     FROM recon.statement s
     LEFT JOIN recon.bank_account b ON b.account = s.account
     CROSS JOIN LATERAL (
       SELECT * FROM recon.statement_line x
       WHERE x.statement_id = s.id AND x.booked AND x.matched_posting IS NULL
         AND x.n > CASE WHEN s.id = $2 THEN $3::integer ELSE 0 END
       ORDER BY x.n LIMIT $4) l
     WHERE s.import_id = $1 AND s.id >= $2 AND s.state IN ('open', 'noted')
     ORDER BY s.id, l.n LIMIT $4`,
    [source.stem, ...after, LINES_OF_PAGE_MAX],
  )
  return rows
}

type Match = {
  readonly line: Line
  readonly posting_id: string
  readonly score: number
  readonly why: string
}

/** Takes the best partner of each line where it is good enough and no other is as good; best scores first. */
function chooseMatches(lines: readonly Line[], compared: ReadonlyMap<string, readonly Expected[]>): Match[] {
  const wishes = lines.flatMap((line) => {
    const scored = (compared.get(line.key) ?? [])
      .filter(({ partly_bound }) => !partly_bound)
      .map((expected) => ({
        line,
        posting_id: expected.posting_id,
        ...scoreCandidate(inMinor(line), inMinor(expected)),
      }))
      .filter(({ score }) => score >= AUTO_MATCH_SCORE)
      .sort((a, b) => b.score - a.score)
    const [best, second] = scored
    return best && best.score !== second?.score ? [best] : []
  })
  const taken = new Set<string>()
  return wishes
    .sort((a, b) => b.score - a.score)
    .filter(({ posting_id }) => !taken.has(posting_id) && taken.add(posting_id))
}

/** @returns the lines that have their partner now; of the others somebody else was first */
async function keepMatches(tx: Transaction, matches: readonly Match[]): Promise<ReadonlySet<Line>> {
  if (matches.length === 0) return new Set()
  const { rows } = await tx.query<{ posting_id: string }>(
    `WITH pair AS (SELECT * FROM jsonb_to_recordset($1)
                   AS p (statement_id text, n integer, posting_id text, score numeric, why text)),
     taken AS (${TAKEN})
     UPDATE recon.statement_line l SET matched_posting = p.posting_id, score = p.score, why = p.why
     FROM pair p JOIN taken USING (posting_id) WHERE l.statement_id = p.statement_id AND l.n = p.n
     RETURNING p.posting_id`,
    [
      JSON.stringify(
        matches.map(({ line, posting_id, score, why }) => ({
          statement_id: line.statement_id,
          n: line.n,
          posting_id,
          score,
          why,
        })),
      ),
    ],
  )
  const taken = new Set(rows.map(({ posting_id }) => posting_id))
  return new Set(matches.filter(({ posting_id }) => taken.has(posting_id)).map(({ line }) => line))
}

function exceptionOf(line: Line, source: Import, candidates: readonly Candidate[]): NewException {
  return {
    id: `exc_${line.statement_id.replace(/^st_/, '')}.${line.n}`,
    kind: 'statement_line',
    side: line.side,
    amount_minor: line.amount_minor,
    currency: line.currency,
    date: line.date,
    reference: line.reference,
    description: line.description,
    counterparty: line.counterparty,
    account: line.account,
    statement_id: line.statement_id,
    line: line.n,
    candidates,
    raised_at: source.at,
  }
}
