import type { z } from 'zod'
import type { Queryable } from '../database/database.ts'
import { isRefusal } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import type { Candidate, ExceptionSchema } from './exception.ts'
import { findCandidates, inMinor, type LineToPlace } from './find-candidates.ts'
import { type Partner, partnersNamed } from './partner.ts'
import {
  AMOUNT_TOLERANCE_PERMILLE,
  CANDIDATE_SCORE,
  DATE_TOLERANCE_DAYS,
  scoreCandidate,
} from './score-candidate.ts'

type Told = z.infer<typeof ExceptionSchema>

/** A list of exceptions, each open line with the candidates of this moment. */
export async function withCandidates(db: Queryable, listed: Outcome): Promise<Outcome> {
  if (isRefusal(listed)) return listed
  const body = listed.body as { exceptions: Told[] }
  const open = body.exceptions.filter(({ kind, state }) => kind === 'statement_line' && state === 'open')
  const found = await candidatesOf(
    db,
    open.map(({ id }) => id),
  )
  const exceptions = body.exceptions.map((one) => ({ ...one, candidates: found.get(one.id) ?? [] }))
  return { ...listed, body: { ...body, exceptions } }
}

/** One exception with the candidates of this moment and who they are; and with those that somebody names. */
export async function readException(
  db: Queryable,
  read: Outcome,
  named: readonly string[] | undefined,
): Promise<Outcome> {
  if (isRefusal(read)) return read
  const exception = read.body as Told
  const candidates =
    exception.state !== 'open'
      ? []
      : exception.kind === 'posting'
        ? await linesNow(db, exception.id)
        : await candidatesNow(db, exception.id)
  const partners = named === undefined ? undefined : byName(await partnersNamed(db, named))
  return {
    ...read,
    body: {
      ...exception,
      candidates,
      ...(partners ? { partners: named?.flatMap((id) => partners.get(id) ?? []) } : {}),
    },
  }
}

/** So many open lines are looked at for one posting, and so many of them told. */
const LINES_COMPARED_MAX = 20
const LINES_TOLD_MAX = 5

/** The open lines that a posting may be missed on, best first: what is near to what is open of it in amount and date. */
async function linesNow(db: Queryable, id: string): Promise<Candidate[]> {
  const { rows } = await db.query<{ id: string; line: Compared; expected: Compared }>(
    `SELECT c.id,
            jsonb_build_object('amount_minor', c.amount_minor::text, 'currency', c.currency, 'date', c.date::text,
                               'reference_key', l.reference_key) AS line,
            jsonb_build_object('amount_minor', e.open_minor::text, 'currency', e.currency, 'date', e.date::text,
                               'reference_key', e.reference_key) AS expected
     FROM recon.exception x
     JOIN recon.expected_line e ON e.posting_id = x.posting_id
     JOIN recon.exception c ON c.state = 'open' AND c.kind = 'statement_line' AND c.currency = e.currency AND c.side = e.side
     JOIN recon.statement_line l ON l.statement_id = c.statement_id AND l.n = c.line
     LEFT JOIN recon.bank_account b ON b.account = c.account
     WHERE x.id = $1 AND (b.ledger_account IS NULL OR b.ledger_account = e.ledger_account)
       AND c.date BETWEEN e.date - $2::integer AND e.date + $2::integer
       AND c.amount_minor BETWEEN e.open_minor - e.open_minor * $3 / 1000 AND e.open_minor + e.open_minor * $3 / 1000
     ORDER BY abs(c.amount_minor - e.open_minor), abs(c.date - e.date), c.id LIMIT $4`,
    [id, DATE_TOLERANCE_DAYS, AMOUNT_TOLERANCE_PERMILLE.toString(), LINES_COMPARED_MAX],
  )
  return rows
    .map(({ id: of, line, expected }) => ({
      id: of,
      kind: 'exception' as const,
      ...scoreCandidate(inMinor(line), inMinor(expected)),
    }))
    .filter(({ score }) => score >= CANDIDATE_SCORE)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, LINES_TOLD_MAX)
}

type Compared = {
  readonly amount_minor: string
  readonly currency: string
  readonly date: string
  readonly reference_key: string
}

/** The candidates of one line as they are at this moment, each with who they are. */
export async function candidatesNow(db: Queryable, id: string): Promise<Candidate[]> {
  const candidates = (await candidatesOf(db, [id])).get(id) ?? []
  const ids = candidates.flatMap((one) => [one.id, ...(one.with ?? []).map(({ id: other }) => other)])
  const partners = byName(await partnersNamed(db, [...new Set(ids)]))
  return candidates.map((one) => ({
    ...one,
    partners: [one, ...(one.with ?? [])].flatMap(({ id: of }) => partners.get(of) ?? []),
  }))
}

async function candidatesOf(
  db: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly Candidate[]>> {
  if (ids.length === 0) return new Map()
  const { rows } = await db.query<LineToPlace>(
    `SELECT x.id AS key, b.ledger_account, x.side, x.amount_minor::text AS amount_minor, x.currency, x.date::text AS date,
            l.reference_key
     FROM recon.exception x
     JOIN recon.statement_line l ON l.statement_id = x.statement_id AND l.n = x.line
     LEFT JOIN recon.bank_account b ON b.account = x.account
     WHERE x.id = ANY ($1)`,
    [ids],
  )
  return findCandidates(db, rows)
}

/** A partner is named by its posting, or by the transfer that settling posted. */
function byName(partners: readonly Partner[]): ReadonlyMap<string, Partner> {
  return new Map(partners.flatMap((one) => [[one.posting_id, one] as const, [one.id, one] as const]))
}
