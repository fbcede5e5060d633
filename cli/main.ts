import { Command } from 'commander'
import { addDevCommands } from './dev.ts'
import { addDoctorCommand } from './doctor.ts'
import { addMigrateCommand } from './migrate.ts'
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
addDevCommands(program)

try {
  await program.parseAsync()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
