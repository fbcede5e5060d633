import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { auditFilter, parseQuery } from '@countersign/kernel/audit/audit-filter.ts'
import { exportBundle } from '@countersign/kernel/audit/export-bundle.ts'
import { exportCsv, exportJson } from '@countersign/kernel/audit/export-entries.ts'
import { english } from '@countersign/kernel/languages/make-teller.ts'
import pg from 'pg'
import { type AuditDefaults, databaseUrlFor } from './audit-defaults.ts'

/** The flags that narrow an export, as C-12 names them. */
export const EXPORT_FILTERS = {
  actor: 'only what this person or machine did',
  action: 'only this action type',
  target: 'only this target: an id, or kind/id',
  outcome: 'only this outcome',
  kind: 'only this kind of entry',
  severity: 'only this severity',
  from: 'from this time on (RFC 3339)',
  to: 'until before this time (RFC 3339)',
  text: 'only entries that contain this text',
} as const

export type ExportFlags = {
  out: string
  format: 'bundle' | 'csv' | 'json'
  databaseUrl?: string
} & { [Name in keyof typeof EXPORT_FILTERS]?: string }

/** `audit export`: writes the whole file or none. */
export async function exportAudit(flags: ExportFlags, defaults: AuditDefaults): Promise<void> {
  const { out, format, databaseUrl, ...narrowing } = flags
  const filter = parseQuery(auditFilter, narrowing)
  if (!filter.ok) throw new Error(english(filter.failure.message))
  const pool = new pg.Pool({ connectionString: databaseUrlFor(databaseUrl, defaults), max: 2 })
  try {
    if (defaults.recordExport) {
      await defaults.recordExport({
        kind: 'export',
        outcome: 'allowed',
        detail: { format, filter: narrowing },
      })
    } else {
      process.stderr.write('This export is not recorded in the log: read with a login that writes nothing.\n')
    }
    const chunks =
      format === 'bundle'
        ? exportBundle(pool, filter.value)
        : (format === 'csv' ? exportCsv : exportJson)(pool, { filter: filter.value, revealed: false })
    if (out === '-') {
      for await (const chunk of chunks) process.stdout.write(chunk)
      return
    }
    const partial = `${out}.partial`
    try {
      await pipeline(chunks, createWriteStream(partial, { mode: 0o600 }))
      await rename(partial, out)
    } finally {
      await rm(partial, { force: true })
    }
    process.stdout.write(`${out}\n`)
  } finally {
    await pool.end()
  }
}
