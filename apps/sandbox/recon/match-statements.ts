import type { Transaction } from '../database/database.ts'
import { type Candidate, type NewException, raiseExceptions } from './exception.ts'
import { raisePostingExceptions, resolvePostingExceptions } from './posting-exceptions.ts'
import {
  AMOUNT_TOLERANCE_PERMILLE,
  AUTO_MATCH_SCORE,
  CANDIDATE_SCORE,
  DATE_TOLERANCE_DAYS,
  scoreCandidate,
  scoreOfSum,
} from './score-candidate.ts'

/** So many lines are scored at a time. */
const LINES_OF_PAGE_MAX = 500
/** So many expected lines are looked at for one line of a statement. */
const COMPARED_MAX = 20
const CANDIDATES_MAX = 5
/** So many expected lines are tried as the first of a pair that sums to a line. */
const SUM_TRIED_MAX = 200
const SUM_TOLERANCE_DAYS = 3

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
       SELECT e.*, row_number() OVER (
                PARTITION BY e.ledger_account, e.currency, e.side, e.amount_minor, e.date, e.reference_key
                ORDER BY e.posting_id) AS k
       FROM recon.expected_line e
       WHERE NOT e.matched AND (e.currency, e.side, e.amount_minor, e.date) IN (
         SELECT currency, side, amount_minor, date FROM line)),
     pair AS (
       SELECT l.statement_id, l.n, e.posting_id FROM line l JOIN expected e
         USING (ledger_account, currency, side, amount_minor, date, reference_key, k)),
     matched AS (
       UPDATE recon.statement_line l
       SET matched_posting = p.posting_id, score = 1, why = 'Same amount, same reference, same day.'
       FROM pair p WHERE l.statement_id = p.statement_id AND l.n = p.n)
     UPDATE recon.expected_line e SET matched = true FROM pair p WHERE e.posting_id = p.posting_id`,
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
    const compared = await comparable(tx, lines)
    const matches = chooseMatches(lines, compared)
    await keepMatches(tx, matches)
    const taken = new Set(matches.map(({ posting_id }) => posting_id))
    const matchedLines = new Set(matches.map(({ line }) => line))
    const left = lines.filter((line) => !matchedLines.has(line))
    const sums = await pairsThatSum(tx, left)
    const raised = left.map((line) => exceptionOf(line, source, compared, sums, taken))
    await raiseExceptions(tx, raised, source.causedBy)
  }
}

type Line = {
  readonly statement_id: string
  readonly n: number
  readonly account: string
  readonly ledger_account: string | null
  readonly side: 'debit' | 'credit'
  readonly amount_minor: string
  readonly currency: string
  readonly date: string
  readonly reference: string
  readonly reference_key: string
  readonly description: string | null
  readonly counterparty: string | null
}

type Expected = {
  readonly statement_id: string
  readonly n: number
  readonly posting_id: string
  readonly transfer_id: string | null
  readonly reversal: boolean
  readonly amount_minor: string
  readonly currency: string
  readonly date: string
  readonly reference_key: string
}

async function unmatchedLines(
  tx: Transaction,
  source: Import,
  after: readonly [string, number],
): Promise<Line[]> {
  const { rows } = await tx.query<Line>(
    `SELECT s.id AS statement_id, l.n, s.account, b.ledger_account, l.side,
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

/** The expected lines near each line in amount and date; of any account where the bank account is not known. */
async function comparable(tx: Transaction, lines: readonly Line[]): Promise<Map<string, Expected[]>> {
  const { rows } = await tx.query<Expected>(
    `SELECT l.statement_id, l.n, e.posting_id, e.transfer_id, e.reversal,
            e.amount_minor::text AS amount_minor, e.currency, e.date::text AS date, e.reference_key
     FROM jsonb_to_recordset($1) AS l (statement_id text, n integer, ledger_account text, side text,
                                       amount_minor bigint, currency text, date date)
     CROSS JOIN LATERAL (
       SELECT * FROM recon.expected_line x
       WHERE NOT x.matched AND x.currency = l.currency AND x.side = l.side
         AND x.amount_minor BETWEEN l.amount_minor - l.amount_minor * $2 / 1000
                                AND l.amount_minor + l.amount_minor * $2 / 1000
         AND x.date BETWEEN l.date - $3::integer AND l.date + $3::integer
         AND (l.ledger_account IS NULL OR x.ledger_account = l.ledger_account)
       ORDER BY abs(x.amount_minor - l.amount_minor), abs(x.date - l.date), x.posting_id
       LIMIT $4) e
     ORDER BY l.statement_id, l.n, e.posting_id`,
    [JSON.stringify(lines), AMOUNT_TOLERANCE_PERMILLE.toString(), DATE_TOLERANCE_DAYS, COMPARED_MAX],
  )
  return groupByLine(rows)
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
    const scored = (compared.get(keyOf(line)) ?? [])
      .map((expected) => ({
        line,
        posting_id: expected.posting_id,
        ...scoreCandidate(side(line), side(expected)),
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

async function keepMatches(tx: Transaction, matches: readonly Match[]): Promise<void> {
  if (matches.length === 0) return
  await tx.query(
    `WITH pair AS (SELECT * FROM jsonb_to_recordset($1)
                   AS p (statement_id text, n integer, posting_id text, score numeric, why text)),
     matched AS (
       UPDATE recon.statement_line l SET matched_posting = p.posting_id, score = p.score, why = p.why
       FROM pair p WHERE l.statement_id = p.statement_id AND l.n = p.n)
     UPDATE recon.expected_line e SET matched = true FROM pair p WHERE e.posting_id = p.posting_id`,
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
}

type Pair = {
  readonly statement_id: string
  readonly n: number
  readonly first: string
  readonly first_minor: string
  readonly second: string
  readonly second_minor: string
}

/** Two transfers that the bank booked as one line. */
async function pairsThatSum(tx: Transaction, lines: readonly Line[]): Promise<Map<string, Pair[]>> {
  const { rows } = await tx.query<Pair>(
    `SELECT l.statement_id, l.n, s.*
     FROM jsonb_to_recordset($1) AS l (statement_id text, n integer, ledger_account text, side text,
                                       amount_minor bigint, currency text, date date)
     CROSS JOIN LATERAL (
       SELECT a.transfer_id AS first, a.amount_minor::text AS first_minor,
              b.transfer_id AS second, b.amount_minor::text AS second_minor
       FROM (SELECT * FROM recon.expected_line x
             WHERE NOT x.matched AND x.ledger_account = l.ledger_account AND x.side = l.side
               AND x.date BETWEEN l.date - $2::integer AND l.date + $2::integer
               AND x.amount_minor < l.amount_minor AND x.transfer_id IS NOT NULL
             ORDER BY x.date, x.posting_id LIMIT $3) a
       JOIN recon.expected_line b
         ON b.currency = a.currency AND b.side = a.side AND b.amount_minor = l.amount_minor - a.amount_minor
            AND NOT b.matched AND b.ledger_account = l.ledger_account AND b.posting_id > a.posting_id
            AND b.date BETWEEN l.date - $2::integer AND l.date + $2::integer AND b.transfer_id IS NOT NULL
            AND b.transfer_id <> a.transfer_id
       ORDER BY abs(a.date - l.date) + abs(b.date - l.date), a.posting_id, b.posting_id
       LIMIT 1) s`,
    [JSON.stringify(lines), SUM_TOLERANCE_DAYS, SUM_TRIED_MAX],
  )
  return groupByLine(rows)
}

function exceptionOf(
  line: Line,
  source: Import,
  compared: ReadonlyMap<string, readonly Expected[]>,
  sums: ReadonlyMap<string, readonly Pair[]>,
  taken: ReadonlySet<string>,
): NewException {
  const singles = (compared.get(keyOf(line)) ?? [])
    .filter(({ posting_id }) => !taken.has(posting_id))
    .map((expected): Candidate => {
      const transfer = expected.reversal ? null : expected.transfer_id
      return {
        id: transfer ?? expected.posting_id,
        kind: transfer === null ? 'posting' : 'transfer',
        ...scoreCandidate(side(line), side(expected)),
      }
    })
  const halves = (sums.get(keyOf(line)) ?? []).flatMap(({ first, first_minor, second, second_minor }) => [
    halfOf(line, first, { id: second, amount_minor: BigInt(second_minor) }),
    halfOf(line, second, { id: first, amount_minor: BigInt(first_minor) }),
  ])
  const candidates = [...singles, ...halves]
    .filter(({ score }) => score >= CANDIDATE_SCORE)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
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
    candidates: candidates.slice(0, CANDIDATES_MAX),
    raised_at: source.at,
  }
}

function halfOf(line: Line, id: string, other: { id: string; amount_minor: bigint }): Candidate {
  return { id, kind: 'transfer', ...scoreOfSum(side(line), other) }
}

function side(row: Pick<Line, 'amount_minor' | 'currency' | 'date' | 'reference_key'>) {
  return { ...row, amount_minor: BigInt(row.amount_minor) }
}

function keyOf({ statement_id, n }: { statement_id: string; n: number }): string {
  return `${statement_id} ${n}`
}

function groupByLine<Row extends { statement_id: string; n: number }>(
  rows: readonly Row[],
): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return groups
}
