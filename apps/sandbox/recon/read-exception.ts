import type { z } from 'zod'
import type { Queryable } from '../database/database.ts'
import { isRefusal } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import type { Candidate, ExceptionSchema } from './exception.ts'
import { findCandidates, type LineToPlace } from './find-candidates.ts'
import { type Partner, partnersNamed } from './partner.ts'

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
  const open = exception.kind === 'statement_line' && exception.state === 'open'
  const candidates = open ? await candidatesNow(db, exception.id) : []
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
