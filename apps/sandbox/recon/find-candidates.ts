import type { Queryable } from '../database/database.ts'
import type { Candidate } from './exception.ts'
import {
  AMOUNT_TOLERANCE_PERMILLE,
  CANDIDATE_SCORE,
  DATE_TOLERANCE_DAYS,
  scoreCandidate,
  scoreOfSum,
} from './score-candidate.ts'

/** So many expected lines are looked at for one line of a statement. */
const COMPARED_MAX = 20
const CANDIDATES_MAX = 5
/** So many expected lines, nearest in date first, are tried for sums of two and three. */
export const SUM_TRIED_MAX = 200
const SUM_TOLERANCE_DAYS = 3
/** Where one partner alone is as good as this, nobody looks for a sum of three. */
const GOOD_ALONE = 0.75

/** A line without a partner; `key` is whatever its caller knows it by. */
export type LineToPlace = {
  readonly key: string
  readonly ledger_account: string | null
  readonly side: 'debit' | 'credit'
  readonly amount_minor: string
  readonly currency: string
  readonly date: string
  readonly reference_key: string
}

export type Expected = {
  readonly key: string
  readonly posting_id: string
  readonly transfer_id: string | null
  readonly reversal: boolean
  /** What is open of it. */
  readonly amount_minor: string
  /** People have bound something to it already. */
  readonly partly_bound: boolean
  readonly currency: string
  readonly date: string
  readonly reference_key: string
}

/** The candidates of lines, best first, at most 5 of each: what is near in amount and date, and sums of two or three. */
export async function findCandidates(
  db: Queryable,
  lines: readonly LineToPlace[],
): Promise<ReadonlyMap<string, readonly Candidate[]>> {
  const compared = await comparable(db, lines)
  const sums = await sumsOfTwo(db, lines)
  const singles = new Map(
    lines.map((line) => [line.key, (compared.get(line.key) ?? []).map((one) => candidateOf(line, one))]),
  )
  const poor = lines.filter(
    ({ key }) => !sums.has(key) && !singles.get(key)?.some(({ score }) => score >= GOOD_ALONE),
  )
  for (const [key, triples] of await sumsOfThree(db, poor)) sums.set(key, triples)
  return new Map(
    lines.map((line) => {
      const found = [
        ...(singles.get(line.key) ?? []),
        ...(sums.get(line.key) ?? []).map((sum) => candidateOfSum(line, sum)),
      ]
      const best = found
        .filter(({ score }) => score >= CANDIDATE_SCORE)
        .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
      return [line.key, best.slice(0, CANDIDATES_MAX)]
    }),
  )
}

/** The expected lines near each line in amount and date; of any account where the bank account is not known. */
export async function comparable(
  db: Queryable,
  lines: readonly LineToPlace[],
): Promise<Map<string, Expected[]>> {
  const { rows } = await db.query<Expected>(
    `SELECT l.key, e.posting_id, e.transfer_id, e.reversal, e.bound_minor > 0 AS partly_bound,
            e.open_minor::text AS amount_minor, e.currency, e.date::text AS date, e.reference_key
     FROM ${LINES}
     CROSS JOIN LATERAL (
       SELECT * FROM recon.expected_line x
       WHERE NOT x.matched AND x.currency = l.currency AND x.side = l.side
         AND x.open_minor BETWEEN l.amount_minor - l.amount_minor * $2 / 1000
                              AND l.amount_minor + l.amount_minor * $2 / 1000
         AND x.date BETWEEN l.date - $3::integer AND l.date + $3::integer
         AND (l.ledger_account IS NULL OR x.ledger_account = l.ledger_account)
       ORDER BY abs(x.open_minor - l.amount_minor), abs(x.date - l.date), x.posting_id
       LIMIT $4) e
     ORDER BY l.key, e.posting_id`,
    [JSON.stringify(lines), AMOUNT_TOLERANCE_PERMILLE.toString(), DATE_TOLERANCE_DAYS, COMPARED_MAX],
  )
  return byKey(rows)
}

const LINES = `jsonb_to_recordset($1) AS l (key text, ledger_account text, side text, amount_minor bigint,
                                              currency text, date date)`

type Part = { readonly id: string; readonly amount_minor: string }
type Sum = { readonly key: string; readonly parts: readonly Part[]; readonly same_party: boolean }

/**
 * The open expected lines near a line, those nearest in date first; their party is the other side of their transfer. Day by day,
 * so that no more are read of a day than are tried: in the order of `expected_near`, which `+ 0` leaves as the only index that
 * serves. An account is of one currency.
 */
const NEAR = `
  SELECT x.posting_id, x.transfer_id, x.open_minor, x.date,
         CASE t.direction WHEN 'outgoing' THEN t.receiver_party_id ELSE t.originator_party_id END AS party
  FROM (SELECT found.* FROM generate_series(-$2::integer, $2::integer) AS away (days)
        CROSS JOIN LATERAL (
          SELECT * FROM recon.expected_line x
          WHERE NOT x.matched AND x.ledger_account = l.ledger_account AND x.date = l.date + away.days
            AND x.side = l.side AND x.open_minor + 0 < l.amount_minor
            AND x.transfer_id IS NOT NULL AND NOT x.reversal
          ORDER BY x.posting_id LIMIT $3) found
        ORDER BY abs(away.days), found.posting_id LIMIT $3) x
  LEFT JOIN cts.transfer t ON t.id = x.transfer_id`

const part = (alias: string) =>
  `jsonb_build_object('id', ${alias}.transfer_id, 'amount_minor', ${alias}.open_minor::text)`

/** Two transfers that the bank booked as one line: those nearest in date. */
async function sumsOfTwo(db: Queryable, lines: readonly LineToPlace[]): Promise<Map<string, Sum[]>> {
  const { rows } = await db.query<Sum>(
    `SELECT l.key, s.parts, s.same_party
     FROM ${LINES}
     CROSS JOIN LATERAL (
       WITH near AS MATERIALIZED (${NEAR})
       SELECT jsonb_build_array(${part('a')}, ${part('b')}) AS parts, a.party IS NOT DISTINCT FROM b.party AS same_party
       FROM near a JOIN near b ON b.open_minor = l.amount_minor - a.open_minor AND b.posting_id > a.posting_id
       ORDER BY same_party DESC, abs(a.date - l.date) + abs(b.date - l.date), a.posting_id, b.posting_id
       LIMIT 1) s`,
    [JSON.stringify(lines), SUM_TOLERANCE_DAYS, SUM_TRIED_MAX],
  )
  return byKey(rows)
}

/** Three of one party. */
async function sumsOfThree(db: Queryable, lines: readonly LineToPlace[]): Promise<Map<string, Sum[]>> {
  if (lines.length === 0) return new Map()
  const { rows } = await db.query<Sum>(
    `SELECT l.key, s.parts, true AS same_party
     FROM ${LINES}
     CROSS JOIN LATERAL (
       WITH near AS MATERIALIZED (${NEAR})
       SELECT jsonb_build_array(${part('a')}, ${part('b')}, ${part('c')}) AS parts
       FROM near a
       JOIN near b ON b.party = a.party AND b.posting_id > a.posting_id AND b.open_minor < l.amount_minor - a.open_minor
       JOIN near c ON c.party = a.party AND c.posting_id > b.posting_id
                  AND c.open_minor = l.amount_minor - a.open_minor - b.open_minor
       ORDER BY abs(a.date - l.date) + abs(b.date - l.date) + abs(c.date - l.date), a.posting_id, b.posting_id
       LIMIT 1) s`,
    [JSON.stringify(lines), SUM_TOLERANCE_DAYS, SUM_TRIED_MAX],
  )
  return byKey(rows)
}

function candidateOf(line: LineToPlace, expected: Expected): Candidate {
  const transfer = expected.reversal ? null : expected.transfer_id
  return {
    id: transfer ?? expected.posting_id,
    kind: transfer === null ? 'posting' : 'transfer',
    ...scoreCandidate(inMinor(line), inMinor(expected)),
  }
}

function candidateOfSum(line: LineToPlace, { parts, same_party }: Sum): Candidate {
  const [first, ...others] = parts.map(({ id, amount_minor }) => ({ id, amount_minor: BigInt(amount_minor) }))
  if (!first) throw new Error('a sum of nothing')
  return {
    id: first.id,
    kind: 'transfer',
    ...scoreOfSum(inMinor(line), others, same_party),
    with: others.map(({ id }) => ({ id, kind: 'transfer' as const })),
  }
}

function byKey<Row extends { readonly key: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) groups.set(row.key, [...(groups.get(row.key) ?? []), row])
  return groups
}

/** With its amount as the number that it is. */
export function inMinor<Row extends { amount_minor: string }>(
  row: Row,
): Omit<Row, 'amount_minor'> & { amount_minor: bigint } {
  return { ...row, amount_minor: BigInt(row.amount_minor) }
}
