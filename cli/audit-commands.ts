import { type Command, Option } from 'commander'
import { printCheckpoint } from './audit-checkpoint.ts'
import { type RecoverFlags, type RotateFlags, recoverLog, rotateKey } from './audit-declare.ts'
import type { AuditDefaults } from './audit-defaults.ts'
import { EXPORT_FILTERS, type ExportFlags, exportAudit } from './audit-export.ts'
import { type VerifyFlags, verifyAudit } from './audit-verify.ts'

/** Adds `audit verify`, `export`, `checkpoint`, `recover` and `rotate-key` (C-25, O-03, K-33). */
export function registerAuditCommands(program: Command, defaults: AuditDefaults = {}): void {
  const audit = program.command('audit').description('verify, export and witness the audit log')

  audit
    .command('verify')
    .description('check the log or an exported bundle, and name the first entry that is not as signed')
    .option('--bundle <file>', 'an exported bundle; needs no database')
    .option(
      '--database-url <url>',
      'the database to read (default: AUDITOR_DATABASE_URL, then this installation)',
    )
    .option('--checkpoint <file>', 'a checkpoint from elsewhere that the log must extend')
    .option('--witness <directory>', "a witness's directory; the log must extend its newest checkpoint")
    .option('--key <file>', "the log's verifier key, from a source other than what is checked")
    .option('--json', 'print one JSON object')
    .action((flags: VerifyFlags) => verifyAudit(flags, defaults))

  const exporting = audit
    .command('export')
    .description('write the log, or the part that matches, to a file')
    .requiredOption('--out <file>', 'the file to write; - for standard output')
    .addOption(
      new Option('--format <format>', 'bundle: verifiable offline')
        .choices(['bundle', 'csv', 'json'])
        .default('bundle'),
    )
    .option(
      '--database-url <url>',
      'the database to read (default: AUDITOR_DATABASE_URL, then this installation)',
    )
  for (const [name, description] of Object.entries(EXPORT_FILTERS)) {
    exporting.option(`--${name} <value>`, description)
  }
  exporting.action((flags: ExportFlags) => exportAudit(flags, defaults))

  audit
    .command('checkpoint')
    .description('print the newest signed checkpoint, to be kept outside the database')
    .option('--out <file>', 'write it to a file instead')
    .option('--key-out <file>', "also write the log's verifier key to a file")
    .option(
      '--database-url <url>',
      'the database to read (default: AUDITOR_DATABASE_URL, then this installation)',
    )
    .action((flags: { out?: string; keyOut?: string; databaseUrl?: string }) =>
      printCheckpoint(flags, defaults),
    )

  const recover = audit
    .command('recover')
    .description(
      'declare that what the witness holds is lost, after the restore of an old backup; another agrees',
    )
    .requiredOption('--note <text>', 'what happened, for ever')
    .option(
      '--lost <file>',
      'the checkpoint that is lost, from a witness: it must be the one that the signer found',
    )
    .action((flags: RecoverFlags) => recoverLog(flags, defaults))
  const rotate = audit
    .command('rotate-key')
    .description('declare the key that the signer holds as AUDIT_NEXT_SIGNING_KEY; another agrees')
    .option('--reason <code>', 'scheduled, key_exposed or other', 'scheduled')
    .option('--note <text>', 'why, for ever; needed with other reasons than scheduled')
    .action((flags: RotateFlags) => rotateKey(flags, defaults))
  for (const command of [recover, rotate]) {
    command
      .option('--server <url>', 'the console (default: COUNTERSIGN_URL, then this installation)')
      .option('--token-file <file>', 'a bearer token of who declares (default: COUNTERSIGN_TOKEN)')
      .option('--json', 'print one JSON object')
  }
}
