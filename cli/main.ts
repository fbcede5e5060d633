import { Command } from 'commander'
import { addAdminCommands } from './admin-first.ts'
import { registerAuditCommands } from './audit-commands.ts'
import { addDevCommands } from './dev.ts'
import { addDoctorCommand } from './doctor.ts'
import { failedCommand, throwRefusals } from './failed-command.ts'
import { registerImportCommands } from './import-commands.ts'
import { auditDefaults, importAccess } from './installation-access.ts'
import { addMigrateCommand } from './migrate.ts'
import manifest from './package.json' with { type: 'json' }
import { addPolicyCommands } from './policy-simulate.ts'
import { addProjectionCommands } from './projections.ts'
import { addServeCommand } from './serve.ts'
import { withoutHelpOnUnknown } from './unknown-command.ts'
import { addWorkerCommand } from './worker.ts'

const program = new Command('countersign')
  .description('Operator console for platforms that move money.')
  .version(manifest.version, '--version', 'print the version')
  .addHelpText(
    'after',
    `
Exit status: 0 done; 1 the answer is no (a file was refused, the log is not as signed, the command failed); 2 nothing was
tried (there is no such command or option, nothing answers, there is no such file, or one is not a bundle, a key or a
checkpoint).`,
  )
  .showHelpAfterError()
  .showSuggestionAfterError()

addServeCommand(program)
addWorkerCommand(program)
addMigrateCommand(program)
addDoctorCommand(program)
addAdminCommands(program)
addDevCommands(program)
registerImportCommands(program, importAccess)
addProjectionCommands(program)
registerAuditCommands(program, auditDefaults)
addPolicyCommands(program, auditDefaults)
throwRefusals(program)

try {
  await program.parseAsync(withoutHelpOnUnknown(program, process.argv.slice(2)), { from: 'user' })
} catch (error) {
  const { message, exitCode } = failedCommand(error)
  if (message !== '') console.error(message)
  process.exitCode = exitCode
}
