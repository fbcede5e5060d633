import { setTimeout as sleep } from 'node:timers/promises'
import { auditOf } from '@countersign/kernel/actions/audit-parts.ts'
import pg from 'pg'
import type { BenchEnvironment } from './bench-environment.ts'
import { quantiles } from './quantiles.ts'
import type { Row } from './results.ts'

const ENTRIES_PER_SECOND = 1_000
const SECONDS = 20
/** Entries in one transaction, and how often one is committed. */
const BATCH = 25
const EVERY_MS = (1000 * BATCH) / ENTRIES_PER_SECOND
const COVERED_WITHIN_MS = 30_000
const LOOK_EVERY_MS = 5
const TARGET_MS = 1_000
/** Tessera's default interval between checkpoints. */
const PEER_MS = 10_000

/**
 * S-03: how long after its commit an entry stands in a checkpoint that the witness has taken, with 1,000 entries a second
 * coming in. As an auditor would see it: the newest published checkpoint is read again and again meanwhile.
 */
export async function witnessRows(environment: BenchEnvironment): Promise<Row[]> {
  const duties = await environment.startAuditDuties()
  const pool = new pg.Pool({ connectionString: environment.databaseUrl('app'), max: 4 })
  try {
    const committed = new Map<string, number>()
    const published: { readonly size: number; readonly at: number }[] = []
    const stop = new AbortController()
    const looking = lookOn(environment, published, stop.signal)
    const started = performance.now()
    const writing: Promise<void>[] = []
    for (let batch = 0; batch < (SECONDS * 1000) / EVERY_MS; batch += 1) {
      await sleep(Math.max(0, started + batch * EVERY_MS - performance.now()))
      writing.push(append(pool, committed))
    }
    await Promise.all(writing)
    const seconds = (performance.now() - started) / 1000
    const indexes = await placesOf(environment, [...committed.keys()])
    const last = Math.max(...indexes.values())
    const until = performance.now() + COVERED_WITHIN_MS
    while (!published.some(({ size }) => size > last)) {
      if (performance.now() > until) throw new Error('the last entry was not covered by a checkpoint')
      await sleep(LOOK_EVERY_MS)
    }
    stop.abort()
    await looking
    const took = [...committed].map(([id, at]) => {
      const index = indexes.get(id) ?? Number.NaN
      const covering = published.find(({ size }) => size > index)
      return covering === undefined ? Number.NaN : covering.at - at
    })
    const { p50, p99, max } = quantiles(took)
    return [
      {
        id: 'S-03',
        what: `commit → covered by a witnessed checkpoint, ${ENTRIES_PER_SECOND.toLocaleString('en')} entries/s`,
        value: `p99 ${p99.toFixed(0)} ms`,
        limit: `${PEER_MS.toLocaleString('en')} ms, Tessera's default interval`,
        ratio: p99 / PEER_MS,
        target: `≤ ${TARGET_MS.toLocaleString('en')} ms`,
        met: p99 <= TARGET_MS,
        note: `p50 ${p50.toFixed(0)} ms, max ${max.toFixed(0)} ms; ${committed.size.toLocaleString('en')} entries in ${seconds.toFixed(1)} s, ${BATCH} a transaction; ${published.length} checkpoints`,
      },
    ]
  } finally {
    await pool.end()
    await duties.end()
  }
}

async function append(pool: pg.Pool, committed: Map<string, number>): Promise<void> {
  const entries = auditOf(
    { now: () => new Date() },
    ...Array.from({ length: BATCH }, () => ({
      kind: 'system' as const,
      actor: { id: 'bench', roles: [] },
      outcome: 'measured',
    })),
  )
  await pool.query('SELECT kernel.append_audit($1::jsonb)', [JSON.stringify(entries)])
  const at = performance.now()
  for (const { canonical } of entries as unknown as { canonical: string }[]) {
    committed.set((JSON.parse(canonical) as { id: string }).id, at)
  }
}

async function lookOn(
  { superuser }: BenchEnvironment,
  published: { size: number; at: number }[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { rows } = await superuser.query<{ size: string | null }>(
      'SELECT max(tree_size) AS size FROM kernel.audit_checkpoint',
    )
    const size = Number(rows[0]?.size ?? 0)
    if (size > (published.at(-1)?.size ?? 0)) published.push({ size, at: performance.now() })
    await sleep(LOOK_EVERY_MS)
  }
}

async function placesOf({ superuser }: BenchEnvironment, ids: string[]): Promise<Map<string, number>> {
  const until = performance.now() + COVERED_WITHIN_MS
  for (;;) {
    const { rows } = await superuser.query<{ id: string; leaf_index: string }>(
      `SELECT e.entry_id AS id, l.leaf_index FROM kernel.audit_entry e JOIN kernel.audit_leaf l USING (seq)
        WHERE e.actor_id = 'bench'`,
    )
    const places = new Map(rows.map(({ id, leaf_index }) => [id, Number(leaf_index)]))
    if (ids.every((id) => places.has(id))) return places
    if (performance.now() > until) throw new Error('entries have no place in the log')
    await sleep(100)
  }
}
