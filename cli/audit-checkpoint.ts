import { writeFileSync } from 'node:fs'
import { NothingSignedError } from '@countersign/kernel/audit/export-bundle.ts'
import { latestCheckpoint, signerKeyInForce } from '@countersign/kernel/audit/inclusion-proof.ts'
import pg from 'pg'
import { type AuditDefaults, databaseUrlFor } from './audit-defaults.ts'

/** `audit checkpoint`: the newest signed note, as a witness or an auditor keeps it. */
export async function printCheckpoint(
  flags: { out?: string; keyOut?: string; databaseUrl?: string },
  defaults: AuditDefaults,
): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrlFor(flags.databaseUrl, defaults), max: 1 })
  try {
    const checkpoint = await latestCheckpoint(pool)
    const key = await signerKeyInForce(pool)
    if (!checkpoint || key === undefined) throw new NothingSignedError()
    const written = [flags.out, flags.keyOut].filter((file) => file !== undefined)
    if (flags.keyOut !== undefined) writeFileSync(flags.keyOut, `${key}\n`)
    if (flags.out !== undefined) writeFileSync(flags.out, checkpoint.note)
    // What a program reads from us is the note and nothing else.
    else process.stdout.write(checkpoint.note)
    const to = flags.out === undefined ? process.stderr : process.stdout
    to.write(written.map((file) => `${file}\n`).join(''))
  } finally {
    await pool.end()
  }
}
