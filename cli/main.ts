import { Command } from 'commander'
import { addAdminCommands } from './admin-first.ts'
import { registerAuditCommands } from './audit-commands.ts'
import { addDevCommands } from './dev.ts'
import { addDoctorCommand } from './doctor.ts'
import { registerImportCommands } from './import-commands.ts'
import { auditDefaults, importAccess } from './installation-access.ts'
import { addMigrateCommand } from './migrate.ts'
import { addPolicyCommands } from './policy-simulate.ts'
import { addServeCommand } from './serve.ts'
import { addWorkerCommand } from './worker.ts'

const program = new Command('countersign')
  .description('Operator console for platforms that move money.')
  .showHelpAfterError()
  .showSuggestionAfterError()

addServeCommand(program)
addWorkerCommand(program)
addMigrateCommand(program)
addDoctorCommand(program)
addAdminCommands(program)
addDevCommands(program)
registerImportCommands(program, importAccess)
registerAuditCommands(program, auditDefaults)
addPolicyCommands(program, auditDefaults)

try {
  await program.parseAsync()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
