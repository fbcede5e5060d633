import { LOGIN_ROLES, type LoginRole, migrate } from '@countersign/kernel/db/migrate.ts'
import { readMigrateConfig } from '@countersign/server/config.ts'
import { migrationSources } from '@countersign/server/migrations.ts'
import { findInstallation, rolePasswords } from '@countersign/tools/home/installation.ts'
import type { Command } from 'commander'
import { commandEnvironment, usesOwnConfiguration } from './command-environment.ts'

/** `countersign migrate`: brings the database up to this version; safe to run again and beside a running one. */
export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('bring the database (DATABASE_URL) up to this version')
    .action(async () => {
      const own = usesOwnConfiguration('migrate', process.env)
      const { DATABASE_URL } = readMigrateConfig(commandEnvironment('migrate', process.env))
      const passwords = own ? passwordsOf(process.env) : rolePasswords(findInstallation(process.env))
      const report = await migrate(DATABASE_URL, migrationSources, passwords)
      for (const name of [...report.applied, ...report.routines]) console.log(`applied ${name}`)
      if (report.applied.length + report.routines.length === 0) console.log('Nothing to do: up to date.')
      for (const role of Object.keys(LOGIN_ROLES) as LoginRole[]) {
        if (passwords[role] === undefined) {
          console.log(
            `${LOGIN_ROLES[role]} keeps its password, if it has one: ${variableOf(role)} does not name it.`,
          )
        }
      }
    })
}

/** The passwords of those connection URLs that name the product's own roles. */
function passwordsOf(env: NodeJS.ProcessEnv): Partial<Record<LoginRole, string>> {
  const passwords: Partial<Record<LoginRole, string>> = {}
  for (const role of Object.keys(LOGIN_ROLES) as LoginRole[]) {
    const given = env[variableOf(role)]
    if (given === undefined || !URL.canParse(given)) continue
    const url = new URL(given)
    if (url.username === LOGIN_ROLES[role] && url.password) passwords[role] = decodeURIComponent(url.password)
  }
  return passwords
}

function variableOf(role: LoginRole): string {
  return `${role.toUpperCase()}_DATABASE_URL`
}
