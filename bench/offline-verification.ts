import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCountersignWith } from '@countersign/testkit/countersign-command.ts'
import type { BenchEnvironment } from './bench-environment.ts'
import type { Row } from './results.ts'

const ENTRIES_AT_ONCE = 5_000
const LOOK_EVERY_MS = 200
const TARGET_S = 10
const HASHED_BYTES = 300

/**
 * S-16: `countersign audit verify` over the database, in a process of its own, beside what it takes to hash as many
 * leaves of 300 bytes.
 *
 * @param entries that the log holds at least
 */
export async function verificationRows(environment: BenchEnvironment, entries: number): Promise<Row[]> {
  const held = await fill(environment, entries)
  const key = join(environment.directory, 'log-key')
  writeFileSync(key, await logKey(environment))
  const started = performance.now()
  const { status, stdout, stderr } = await runCountersignWith(
    { COUNTERSIGN_HOME: join(environment.directory, 'no-installation') },
    ...['audit', 'verify', '--database-url', environment.databaseUrl('auditor'), '--key', key],
    ...['--witness', join(environment.directory, 'witness'), '--json'],
  )
  const seconds = (performance.now() - started) / 1000
  const report = JSON.parse(stdout || '{}') as { ok?: boolean; entries?: number }
  if (status !== 0 || report.ok !== true || (report.entries ?? 0) < held) {
    throw new Error(`the log does not verify: ${stdout}${stderr}`)
  }
  const hashing = hashSeconds(held)
  return [
    {
      id: 'S-16',
      what: `offline verification of ${held.toLocaleString('en')} entries, read from the database`,
      value: `${seconds.toFixed(1)} s`,
      limit: `${hashing.toFixed(2)} s to hash as many leaves of ${HASHED_BYTES} bytes`,
      ratio: hashing / seconds,
      target: `≤ ${TARGET_S} s for 1,000,000`,
      met: (seconds * 1_000_000) / held <= TARGET_S,
      note: 'the whole command, from its start to its exit; every leaf hashed, every entry read back from its bytes, the tree built, signature and witness checked',
    },
  ]
}

/** Entries by the routine that everything appends by, and the log's own duties until all are signed. */
async function fill(environment: BenchEnvironment, entries: number): Promise<number> {
  const { superuser } = environment
  const count = async () =>
    Number((await superuser.query('SELECT count(*) AS n FROM kernel.audit_entry')).rows[0].n)
  const duties = await environment.startAuditDuties()
  try {
    for (let held = await count(); held < entries; held += ENTRIES_AT_ONCE) {
      await superuser.query('SELECT kernel.ensure_audit_partitions()')
      await superuser.query(
        `SELECT kernel.append_audit(jsonb_agg(jsonb_build_object('personal', '{}'::jsonb, 'canonical',
                  '{"actor":{"id":"bench","roles":["transfers/OPS"]},"at":"' || kernel.rfc3339(clock_timestamp()) ||
                  '","id":"' || uuidv7() || '","kind":"system","outcome":"measured","request_id":"' || uuidv7() || '","v":1}')))
           FROM generate_series(1, $1::integer)`,
        [ENTRIES_AT_ONCE],
      )
    }
    for (;;) {
      const { rows } = await superuser.query<{ signed: boolean }>(
        `SELECT (SELECT max(tree_size) FROM kernel.audit_checkpoint) = (SELECT count(*) FROM kernel.audit_entry)
                AND NOT EXISTS (SELECT FROM kernel.audit_pending) AS signed`,
      )
      if (rows[0]?.signed) return await count()
      await sleep(LOOK_EVERY_MS)
    }
  } finally {
    await duties.end()
  }
}

async function logKey(environment: BenchEnvironment): Promise<string> {
  const { rows } = await environment.superuser.query<{ key: string }>(
    'SELECT verifier_key AS key FROM kernel.audit_signer_key ORDER BY valid_from_size DESC LIMIT 1',
  )
  return rows[0]?.key ?? ''
}

function hashSeconds(leaves: number): number {
  const leaf = Buffer.alloc(HASHED_BYTES, 7)
  const started = performance.now()
  for (let n = 0; n < leaves; n += 1) {
    leaf.writeUInt32LE(n)
    createHash('sha256').update(leaf).digest()
  }
  return (performance.now() - started) / 1000
}
