import type { AuditFacts } from '@countersign/kernel/audit/audit-entry.ts'

/** What an installation knows by itself; flags and environment variables come first. */
export type AuditDefaults = {
  /** A login that reads the audit tables (role `auditor`). */
  readonly databaseUrl?: () => string | undefined
  /** Where the witness keeps its checkpoints. */
  readonly witnessDirectory?: () => string | undefined
  /** The address of the console. */
  readonly server?: () => string | undefined
  /** A bearer token of a persona of the development identity provider. */
  readonly token?: (persona: string) => Promise<string | undefined>
  /** Records an export in the log before it is written. The auditor's own login can write nothing. */
  readonly recordExport?: (facts: Pick<AuditFacts, 'kind' | 'outcome' | 'detail'>) => Promise<void>
}

/** The database named by flag, environment or installation, in this order. */
export function databaseUrlFor(flag: string | undefined, defaults: AuditDefaults): string {
  const url = flag ?? process.env.AUDITOR_DATABASE_URL ?? defaults.databaseUrl?.()
  if (url === undefined) {
    throw new Error('No database is named: give --database-url URL, or set AUDITOR_DATABASE_URL.')
  }
  return url
}
