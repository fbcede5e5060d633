import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { type EventSource, recordEvents } from '../events/record-events.ts'
import { type Refusal, refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'

/** A console of operators, by its name. */
export const ConsoleName = z
  .string()
  .regex(/^[a-z]{1,32}$/, 'must be the name of a console, such as platform')

/** What is asked of one limit or list: when, over which version, under which key. */
export type Asked = {
  readonly id: string
  readonly at: Date
  readonly ifMatch?: number | undefined
  readonly key?: string | undefined
}

/** One of the two kinds of record that the edge keeps, with every version of each. */
export type EdgeKind = { readonly subjectKind: 'rate_limit' | 'allowlist'; readonly title: string }

export const RATE_LIMIT: EdgeKind = { subjectKind: 'rate_limit', title: 'rate limit' }
export const ALLOWLIST: EdgeKind = { subjectKind: 'allowlist', title: 'allowlist' }

type EdgeRecord = {
  readonly id: string
  readonly version: number
  readonly state: 'active' | 'withdrawn'
  readonly merchant_id?: string
}

/** The active record, held to the end of the transaction, unless the caller saw another version of it. */
export async function recordToChange(
  tx: Transaction,
  kind: EdgeKind,
  { id, ifMatch }: Asked,
): Promise<EdgeRecord | Refusal> {
  const record = await read(tx, kind, id)
  if (!record) return refuse('not_found', `There is no ${kind.title} ${id}.`)
  const stale = staleVersion(ifMatch, record.version)
  if (stale) return stale
  if (record.state === 'withdrawn')
    return refuse('withdrawn', `The ${kind.title} ${id} is withdrawn for good.`)
  return record
}

/** Keeps the version that a write has made, records its event and answers with it. */
export async function keepVersion(
  tx: Transaction,
  kind: EdgeKind,
  did: 'created' | 'changed' | 'withdrawn',
  { id, at, key }: Asked,
): Promise<Outcome> {
  await tx.query(
    `INSERT INTO edge.version (record_id, version, at, record)
     SELECT id, version, $2, edge.${kind.subjectKind}_json(t) FROM edge.${kind.subjectKind} t WHERE id = $1`,
    [id, at],
  )
  await recordEvents(tx, eventsOf(kind), `${kind.subjectKind}.${did}`, [{ id, at }], key)
  const record = await read(tx, kind, id)
  return {
    status: did === 'created' ? 201 : 200,
    body: { [kind.subjectKind]: record },
    version: record?.version,
  }
}

/** Ends a record for good; its versions stay. */
export async function withdraw(
  tx: Transaction,
  kind: EdgeKind,
  asked: Asked,
  reason: string,
): Promise<Outcome> {
  const record = await recordToChange(tx, kind, asked)
  if ('refused' in record) return record
  await tx.query(
    `UPDATE edge.${kind.subjectKind} SET state = 'withdrawn', reason = $2, changed_at = $3, version = version + 1
     WHERE id = $1`,
    [asked.id, reason, asked.at],
  )
  return keepVersion(tx, kind, 'withdrawn', asked)
}

/** The refusal of a merchant that nobody knows. */
export async function unknownMerchant(tx: Transaction, id: string | undefined): Promise<Refusal | undefined> {
  if (id === undefined) return undefined
  const known = await tx.query('SELECT FROM merchants.merchant WHERE id = $1', [id])
  if (known.rowCount === 1) return undefined
  const message = 'must be the id of a merchant'
  return refuse('merchant_unknown', `There is no merchant ${id}.`, [{ field: 'merchant_id', message }])
}

async function read(tx: Transaction, { subjectKind }: EdgeKind, id: string): Promise<EdgeRecord | undefined> {
  const { rows } = await tx.query<{ record: EdgeRecord }>(
    `SELECT edge.${subjectKind}_json(t) AS record FROM edge.${subjectKind} t WHERE id = $1 FOR UPDATE`,
    [id],
  )
  return rows[0]?.record
}

function eventsOf({ subjectKind }: EdgeKind): EventSource {
  return {
    upstream: 'edge',
    subjectKind,
    table: `edge.${subjectKind}`,
    version: 't.version',
    data: `edge.${subjectKind}_json(t)`,
    refs: `CASE WHEN t.merchant_id IS NULL THEN '[]'::jsonb
      ELSE jsonb_build_array(jsonb_build_object('kind', 'merchant', 'id', t.merchant_id)) END`,
  }
}
