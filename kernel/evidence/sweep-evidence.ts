import type pg from 'pg'
import { auditOf } from '../actions/audit-parts.ts'
import { runWrite } from '../actions/commit-write.ts'
import { type Duty, unwatched } from '../duties/duty-log.ts'
import type { Kernel } from '../kernel.ts'
import { pause } from '../time/pause.ts'
import { openEvidence } from './attach-evidence.ts'
import { type EvidenceRow, evidenceByIds } from './evidence-record.ts'
import type { EvidenceStore } from './evidence-store.ts'
import type { Scanner } from './scan-evidence.ts'

const SWEEP_INTERVAL_MS = 60_000
/** Between two rounds, while there is more. */
const BATCH_PAUSE_MS = 200
/** Of each kind in one round. */
const SWEEP_BATCH_ROWS = 100
/** Addresses that are looked up together. */
const ORPHAN_BATCH_FILES = 500
/** Longer than any upload takes from its file to its row: what nobody has recorded by then, nobody will. */
const ORPHAN_AGE_MS = 60 * 60_000
/** As whom the worker acts on evidence. */
const ACTOR = { id: 'system:evidence', roles: [] }

export type EvidenceSweep = {
  /** Its pool as `countersign_dispatcher`. */
  readonly kernel: Pick<Kernel, 'pool' | 'sealer' | 'now'>
  readonly store: EvidenceStore
  readonly scan: Scanner | undefined
}

/** What one round did. */
export type Swept = { readonly removed: number; readonly scanned: number; readonly orphans: number }

/** Looks after evidence now and then, until the signal fires. Any number may run. */
export async function runEvidenceSweep(
  sweep: EvidenceSweep & {
    readonly signal: AbortSignal
    readonly intervalMs?: number
    /** Watches each round. */
    readonly duty?: Duty
    readonly report: (what: { level: 'warn' | 'error'; message: string; error?: unknown }) => void
  },
): Promise<void> {
  const { signal, report, intervalMs = SWEEP_INTERVAL_MS, duty = unwatched } = sweep
  while (!signal.aborted) {
    let more = false
    try {
      const { removed, scanned } = await duty(() => sweepEvidence(sweep))
      more = removed === SWEEP_BATCH_ROWS || scanned === SWEEP_BATCH_ROWS
    } catch (error) {
      report({ level: 'error', message: 'evidence could not be looked after; it is tried again', error })
    }
    await pause(more ? BATCH_PAUSE_MS : intervalMs, signal)
  }
}

/** One round: files past their term go, quarantined ones are scanned again, files that nobody recorded go. */
export async function sweepEvidence(sweep: EvidenceSweep): Promise<Swept> {
  const removed = await removeExpired(sweep)
  const scanned = await scanAgain(sweep)
  const before = new Date(sweep.kernel.now().getTime() - ORPHAN_AGE_MS)
  await sweep.store.forgetHalfWritten(before)
  const orphans = await removeOrphans(sweep, before)
  return { removed, scanned, orphans }
}

/** K-35. The row goes first: a crash before the file does leaves a file that nobody has, which goes as such. */
async function removeExpired({ kernel, store }: EvidenceSweep): Promise<number> {
  const due = await idsWhere(
    kernel.pool,
    `state <> 'removed' AND keep_until < clock_timestamp() AND NOT held ORDER BY keep_until`,
  )
  let removed = 0
  for (const row of await evidenceByIds(kernel, due)) {
    const written = await runWrite(kernel.pool, 'kernel.remove_evidence', {
      evidence_id: row.evidence_id,
      tenant_id: row.tenant_id,
      audit: entry(kernel, row, 'kernel.remove_evidence', 'executed', {
        retention_class: row.retention_class,
      }),
    })
    // Held or removed by somebody else meanwhile.
    if (!written.ok) continue
    await store.remove(row.stored_sha256)
    removed += 1
  }
  return removed
}

/** In no order: files that cannot be opened must not keep the others waiting for ever. */
async function scanAgain({ kernel, store, scan }: EvidenceSweep): Promise<number> {
  if (!scan) return 0
  const waiting = await idsWhere(
    kernel.pool,
    `state = 'quarantined' AND verdict = 'unavailable' ORDER BY random()`,
  )
  let scanned = 0
  for (const row of await evidenceByIds(kernel, waiting)) {
    const bytes = await openEvidence(kernel, store, row)
    // Its store or its key is gone: whoever asks for it is told so.
    if (!bytes.ok) continue
    const verdict = await scan(bytes.value)
    if (verdict.verdict !== 'clean' && verdict.verdict !== 'infected') return scanned
    const infected = verdict.verdict === 'infected'
    const written = await runWrite(kernel.pool, 'kernel.settle_evidence_scan', {
      evidence_id: row.evidence_id,
      tenant_id: row.tenant_id,
      scan: verdict,
      audit: entry(kernel, row, 'kernel.scan_evidence', infected ? 'refused' : 'executed', {
        scan: verdict.verdict,
        ...(infected ? { found: verdict.detail ?? '' } : {}),
      }),
    })
    if (written.ok) scanned += 1
  }
  return scanned
}

async function removeOrphans({ kernel, store }: EvidenceSweep, before: Date): Promise<number> {
  let orphans = 0
  let batch: string[] = []
  const settle = async () => {
    const { rows } = await kernel.pool.query<{ address: string }>(
      `SELECT address FROM unnest($1::text[]) AS address
        WHERE NOT EXISTS (SELECT FROM kernel.evidence e
                           WHERE e.stored_sha256 = address
                             AND NOT EXISTS (SELECT FROM kernel.evidence_removal r
                                              WHERE r.evidence_id = e.evidence_id))`,
      [batch],
    )
    for (const { address } of rows) await store.remove(address)
    orphans += rows.length
    batch = []
  }
  for await (const address of store.untouchedSince(before)) {
    batch.push(address)
    if (batch.length === ORPHAN_BATCH_FILES) await settle()
  }
  if (batch.length > 0) await settle()
  return orphans
}

async function idsWhere(pool: pg.Pool, condition: string): Promise<string[]> {
  const { rows } = await pool.query<{ evidence_id: string }>(
    `SELECT evidence_id FROM kernel.evidence_now WHERE ${condition} LIMIT $1`,
    [SWEEP_BATCH_ROWS],
  )
  return rows.map(({ evidence_id }) => evidence_id)
}

function entry(
  clock: Pick<Kernel, 'now'>,
  row: EvidenceRow,
  action: string,
  outcome: string,
  detail: Record<string, string>,
) {
  const infected = outcome === 'refused'
  return auditOf(clock, {
    kind: infected ? 'security' : 'system',
    ...(infected ? { eventSubType: 'MALWARE_IN_EVIDENCE', severity: 'HIGH' as const } : {}),
    actor: ACTOR,
    action,
    target: { kind: row.kind, id: row.id },
    outcome,
    detail: { evidence: row.evidence_id, sha256: row.sha256, ...detail },
    ...(row.tenant_id === null ? {} : { tenantId: row.tenant_id }),
  })
}
