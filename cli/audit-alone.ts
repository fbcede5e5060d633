import { Command } from 'commander'
import { registerAuditCommands } from './audit-commands.ts'
import { failedCommand } from './failed-command.ts'

// The audit commands as they are where no installation stands beside them: what is not named is not guessed.
const program = new Command('countersign')
registerAuditCommands(program)
try {
  await program.parseAsync(process.argv.slice(2), { from: 'user' })
} catch (error) {
  const { message, exitCode } = failedCommand(error)
  console.error(message)
  process.exitCode = exitCode
}
