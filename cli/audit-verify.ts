import { readFileSync } from 'node:fs'
import { verifyDatabase } from '@countersign/kernel/audit/verify-database.ts'
import {
  type DeclaredFork,
  requireReadable,
  type VerificationReport,
  verifyBundle,
} from '@countersign/kernel/audit/verify-log.mjs'
import { newestWitnessedNote } from '@countersign/kernel/audit/witness-directory.ts'
import { type AuditDefaults, databaseUrlFor } from './audit-defaults.ts'

export type VerifyFlags = {
  bundle?: string
  databaseUrl?: string
  checkpoint?: string
  witness?: string
  key?: string
  json?: boolean
}

/**
 * `audit verify`: prints the report and sets the exit status, 0 when the log is as signed, 1 when it is not. Where nothing
 * could be checked (no bundle, no key, nothing answers) it throws, and the command exits with 2.
 */
export async function verifyAudit(flags: VerifyFlags, defaults: AuditDefaults): Promise<void> {
  if (flags.bundle !== undefined && flags.databaseUrl !== undefined) {
    throw new Error('Give either --bundle FILE or --database-url URL, not both.')
  }
  const key = flags.key === undefined ? undefined : readFileSync(flags.key, 'utf8').trim()
  requireReadable({ key })
  if (key === undefined) {
    process.stderr.write(
      'No --key: checked with the key that the log itself names. Give the key you were handed to rule out a forged one.\n',
    )
  }
  const report =
    flags.bundle === undefined ? await fromDatabase(flags, key, defaults) : await fromBundle(flags, key)
  process.stdout.write(`${flags.json ? JSON.stringify(report) : sentenceOf(report)}\n`)
  process.exitCode = report.ok ? 0 : 1
}

async function fromBundle(flags: VerifyFlags, key: string | undefined): Promise<VerificationReport> {
  const notes = await outsideNotes(flags)
  const report = await verifyBundle(flags.bundle ?? '', { key, checkpoint: notes[0] })
  if (report.ok && report.entries < report.tree_size) {
    process.stderr.write(`The bundle holds ${report.entries} of the log's ${report.tree_size} entries.\n`)
  }
  return report
}

async function fromDatabase(
  flags: VerifyFlags,
  key: string | undefined,
  defaults: AuditDefaults,
): Promise<VerificationReport> {
  // Read before the database: what the witness holds by now, the database held before it.
  const checkpoints = await outsideNotes(flags)
  const directory = flags.witness === undefined ? defaults.witnessDirectory?.() : undefined
  const witnessed = directory === undefined ? undefined : await newestWitnessedNote(directory)
  return verifyDatabase(databaseUrlFor(flags.databaseUrl, defaults), {
    key,
    checkpoints,
    // An installation's own witness says nothing of another installation's database.
    ...(witnessed === undefined ? {} : { ownWitness: witnessed }),
  })
}

async function outsideNotes(flags: VerifyFlags): Promise<string[]> {
  const notes = flags.checkpoint === undefined ? [] : [readFileSync(flags.checkpoint, 'utf8')]
  for (const checkpoint of notes) requireReadable({ checkpoint })
  if (flags.witness === undefined) return notes
  const witnessed = await newestWitnessedNote(flags.witness)
  if (witnessed === undefined)
    throw new Error(`The directory ${flags.witness} holds no checkpoint of a witness.`)
  return [...notes, witnessed]
}

function sentenceOf(report: VerificationReport): string {
  if (!report.first_bad) {
    return [
      `As signed: ${report.entries} entries, tree of ${report.tree_size}, root ${report.root}`,
      ...(report.forks ?? []).map(forkSentence),
      ...(report.keys ?? []).map(({ key, from_size }) => `  from entry ${from_size} on signed with ${key}`),
    ].join('\n')
  }
  const { bad = [report.first_bad], bad_count: count = bad.length } = report
  const lines = bad.map(
    ({ index, entry, why }, at) =>
      `${at === 0 ? 'NOT AS SIGNED, first at index' : '  index'} ${index}${entry === null ? '' : ` (entry ${entry})`}: ${why}`,
  )
  return [...lines, ...(count > bad.length ? [`  and ${count - bad.length} more`] : [])].join('\n')
}

function forkSentence({ lost, from, declared_by, agreed_by, at }: DeclaredFork): string {
  return (
    `  DECLARED FORK: of ${lost.size} entries that were signed (root ${lost.root}), those behind ${from.size} are lost; ` +
    `declared by ${declared_by}, agreed to by ${agreed_by} at ${at}`
  )
}
