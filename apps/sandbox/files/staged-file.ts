import type { Database, Transaction } from '../database/database.ts'
import { type Refusal, refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'
import type { Upstream } from '../upstreams.ts'
import { differenceOfTotals, type Tally, type Totals } from './tally.ts'

/** A staged file that nobody committed is forgotten after this long. */
const STAGED_FILE_LIFETIME_S = 7 * 86_400
const MISSING_LISTED_MAX = 10_000

export type Declared = {
  readonly name: string
  readonly format: string
  readonly totals: Totals
  readonly chunks: number
}
export type FileRef = { readonly upstream: Upstream; readonly sha256: string }
const NEW_VERSION = `UPDATE platform.staged_file SET version = nextval('platform.staged_version')
  WHERE upstream = $1 AND sha256 = $2`
type StoredFile = {
  declared: Declared
  version: number
  state: 'staging' | 'committed'
  created: Record<string, number> | null
  committed_at: string | null
}

/** A file as its commit sees it; `chunk(n)` reads one chunk at a time, so that memory stays bounded. */
export type CommittedFile<Element> = FileRef & {
  readonly declared: Declared
  chunk(n: number): Promise<readonly Element[]>
}

/** Stages a file, or says what is still missing of one that is staged, or that it is committed. */
export async function stageFile(
  database: Database,
  now: Date,
  file: FileRef,
  declared: Declared,
): Promise<Outcome> {
  return database.transaction(async (tx) => {
    await forgetStagedFiles(tx, now)
    await tx.query(
      `INSERT INTO platform.staged_file (upstream, sha256, declared, chunks, staged_at)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [file.upstream, file.sha256, JSON.stringify(declared), declared.chunks, now],
    )
    const known = await readFile(tx, file)
    if (!known) throw new Error('a file that was just staged is gone')
    if (known.state === 'staging' && !sameDescription(known.declared, declared)) {
      return refuse('file_differs', 'It is staged with other totals or chunks. Discard it by DELETE first.')
    }
    const missing = known.state === 'committed' ? [] : await missingChunks(tx, file, declared.chunks)
    const same = known.state === 'staging' && missing.length === 0 ? await sameContentAs(tx, file) : {}
    return {
      status: 200,
      body: { id: file.sha256, version: known.version, state: known.state, missing_chunks: missing, ...same },
    }
  })
}

/** The file as it was declared, its state, and what is missing of it. */
export async function describeFile(database: Database, now: Date, file: FileRef): Promise<Outcome> {
  return database.transaction(async (tx) => {
    await forgetStagedFiles(tx, now)
    const known = await readFile(tx, file)
    if (!known) return unknownFile(file)
    const { declared, version, state, created, committed_at } = known
    const missing_chunks = state === 'committed' ? [] : await missingChunks(tx, file, declared.chunks)
    const same = state === 'staging' && missing_chunks.length === 0 ? await sameContentAs(tx, file) : {}
    const committed = created && committed_at ? { created, committed_at } : {}
    return {
      status: 200,
      version,
      body: { id: file.sha256, version, ...declared, state, missing_chunks, ...same, ...committed },
    }
  })
}

/** Keeps one chunk, in place of an earlier one with its number. Nothing is visible before the commit. */
export async function stageChunk(
  database: Database,
  now: Date,
  file: FileRef,
  n: number,
  content: readonly unknown[],
  tally: Tally,
): Promise<Outcome> {
  return database.transaction(async (tx) => {
    await forgetStagedFiles(tx, now)
    const known = await readFile(tx, file, 'FOR UPDATE')
    if (!known) return unknownFile(file)
    if (known.state === 'committed') return refuse('file_committed', 'A committed file takes no more chunks.')
    if (n >= known.declared.chunks) {
      const message = `must be below ${known.declared.chunks}, the number of chunks of this file`
      return refuse('invalid_request', `n ${message}.`, [{ field: 'n', message }])
    }
    const { rowCount } = await tx.query(
      `INSERT INTO platform.staged_chunk AS c (upstream, sha256, n, content, tally) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (upstream, sha256, n) DO UPDATE SET content = excluded.content, tally = excluded.tally
         WHERE c.content <> excluded.content`,
      [file.upstream, file.sha256, n, JSON.stringify(content), JSON.stringify(tally)],
    )
    // The same chunk again changes nothing.
    if (rowCount !== 0) await tx.query(NEW_VERSION, [file.upstream, file.sha256])
    return { status: 204 }
  })
}

/** Discards a staged file; one that is not there is discarded already. */
export async function discardFile(database: Database, file: FileRef): Promise<Outcome> {
  return database.transaction(async (tx) => {
    const known = await readFile(tx, file, 'FOR UPDATE')
    if (known?.state === 'committed') return refuse('file_committed', 'A committed file cannot be discarded.')
    await tx.query('DELETE FROM platform.staged_file WHERE upstream = $1 AND sha256 = $2', [
      file.upstream,
      file.sha256,
    ])
    return { status: 204 }
  })
}

/**
 * Commits a staged file within the caller's transaction: checks that it is whole and adds up, lets `apply`
 * make its records chunk by chunk, and marks it committed. All of it or nothing.
 */
export async function commitFile<Element>(
  tx: Transaction,
  now: Date,
  file: FileRef,
  /** The version that the caller saw, from `If-Match`. */
  ifMatch: number | undefined,
  apply: (committed: CommittedFile<Element>) => Promise<Record<string, number> | Refusal>,
): Promise<Outcome> {
  await forgetStagedFiles(tx, now)
  const known = await readFile(tx, file, 'FOR UPDATE')
  if (!known) return unknownFile(file)
  const answer = (created: Record<string, number>): Outcome => ({
    status: 200,
    body: { id: file.sha256, state: 'committed', created },
  })
  if (known.state === 'committed') return { ...answer(known.created ?? {}), unchanged: true }
  const stale = staleVersion(ifMatch, known.version)
  if (stale) return stale
  // Nobody has counted the rows that this transaction is about to make: without statistics the planner would read
  // whole tables, larger with each chunk, for the thousand ids of one.
  await tx.query('SET LOCAL enable_seqscan = off')
  const incomplete = await refusalOfContent(tx, file, known.declared)
  if (incomplete) return incomplete
  const content = await contentOf(tx, file)
  // Of two files with one content that are committed at once, the second waits and finds the first.
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${file.upstream} ${content}`])
  const { same_content_as } = await sameContentAs(tx, file)
  if (same_content_as !== undefined) {
    return refuse('content_committed', `The file ${same_content_as} holds the same and is committed.`)
  }
  const created = await apply({
    ...file,
    declared: known.declared,
    chunk: (n) => readChunk<Element>(tx, file, n),
  })
  if ('refused' in created) return created as Refusal
  await tx.query(
    `UPDATE platform.staged_file SET state = 'committed', committed_at = $3, created = $4, content = $5,
       version = nextval('platform.staged_version')
     WHERE upstream = $1 AND sha256 = $2`,
    [file.upstream, file.sha256, now, JSON.stringify(created), content],
  )
  await tx.query('DELETE FROM platform.staged_chunk WHERE upstream = $1 AND sha256 = $2', [
    file.upstream,
    file.sha256,
  ])
  return answer(created)
}

/** Forgets the files that were staged too long ago. */
export async function forgetStagedFiles(tx: Transaction, now: Date): Promise<void> {
  await tx.query(
    `DELETE FROM platform.staged_file
     WHERE state = 'staging' AND staged_at < $1::timestamptz - make_interval(secs => $2)`,
    [now, STAGED_FILE_LIFETIME_S],
  )
}

async function refusalOfContent(
  tx: Transaction,
  file: FileRef,
  declared: Declared,
): Promise<Refusal | undefined> {
  const missing = await missingChunks(tx, file, declared.chunks)
  if (missing.length > 0) {
    const message = `chunks ${missing.slice(0, 20).join(', ')}${missing.length > 20 ? ', …' : ''} are missing`
    return refuse('chunks_missing', `${missing.length} of ${declared.chunks} ${message}.`)
  }
  const { rows } = await tx.query<{ tally: Tally }>(
    'SELECT tally FROM platform.staged_chunk WHERE upstream = $1 AND sha256 = $2 ORDER BY n',
    [file.upstream, file.sha256],
  )
  const tallies = rows.map((row) => row.tally)
  let last = 0
  for (const { lines } of tallies) {
    if (!lines) continue
    if (lines[0] <= last) return refuse('line_repeated', `Line ${lines[0]} comes after line ${last}.`)
    last = lines[1]
  }
  const difference = differenceOfTotals(declared.totals, tallies)
  return difference === undefined ? undefined : refuse('totals_differ', `${difference}.`)
}

async function readFile(tx: Transaction, file: FileRef, lock = ''): Promise<StoredFile | undefined> {
  const { rows } = await tx.query<StoredFile>(
    `SELECT declared, version::integer, state, created, platform.instant(committed_at) AS committed_at
     FROM platform.staged_file WHERE upstream = $1 AND sha256 = $2 ${lock}`,
    [file.upstream, file.sha256],
  )
  return rows[0]
}

async function missingChunks(tx: Transaction, file: FileRef, chunks: number): Promise<number[]> {
  const { rows } = await tx.query<{ n: number }>(
    `SELECT n FROM generate_series(0, $3::integer - 1) AS n
     WHERE NOT EXISTS (SELECT FROM platform.staged_chunk c
                       WHERE c.upstream = $1 AND c.sha256 = $2 AND c.n = n.n)
     ORDER BY n LIMIT $4`,
    [file.upstream, file.sha256, chunks, MISSING_LISTED_MAX],
  )
  return rows.map((row) => row.n)
}

/** The digest of the format and of what the chunks hold, in order; null for a file that holds nothing. */
async function contentOf(tx: Transaction, file: FileRef): Promise<string | null> {
  const { rows } = await tx.query<{ content: string | null }>(
    `SELECT CASE WHEN count(*) = count(c.tally ->> 'digest') AND bool_or(c.content <> '[]') THEN encode(sha256(convert_to(
              f.declared ->> 'format' || string_agg(c.tally ->> 'digest', '' ORDER BY c.n) FILTER (WHERE c.content <> '[]'), 'UTF8')), 'hex') END AS content
     FROM platform.staged_file f JOIN platform.staged_chunk c USING (upstream, sha256)
     WHERE f.upstream = $1 AND f.sha256 = $2 GROUP BY f.declared`,
    [file.upstream, file.sha256],
  )
  return rows[0]?.content ?? null
}

/** The committed file that holds what this whole staged one holds, if there is one. */
async function sameContentAs(tx: Transaction, file: FileRef): Promise<{ same_content_as?: string }> {
  const { rows } = await tx.query<{ same_content_as: string }>(
    `SELECT sha256 AS same_content_as FROM platform.staged_file
     WHERE upstream = $1 AND state = 'committed' AND content = $2`,
    [file.upstream, await contentOf(tx, file)],
  )
  return rows[0] ?? {}
}

async function readChunk<Element>(tx: Transaction, file: FileRef, n: number): Promise<readonly Element[]> {
  const { rows } = await tx.query<{ content: readonly Element[] }>(
    'SELECT content FROM platform.staged_chunk WHERE upstream = $1 AND sha256 = $2 AND n = $3',
    [file.upstream, file.sha256, n],
  )
  return rows[0]?.content ?? []
}

function unknownFile(file: FileRef): Refusal {
  return refuse('not_found', `No file ${file.sha256} is staged. Stage it by PUT first.`)
}

function sameDescription(a: Declared, b: Declared): boolean {
  const sums = ({ debit, credit }: Totals) =>
    [debit, credit].map((side) => [side].flat().map(({ amount, currency }) => `${amount} ${currency}`))
  const facts = ({ format, totals, chunks }: Declared) =>
    JSON.stringify([format, chunks, totals.entries, sums(totals)])
  return facts(a) === facts(b)
}
