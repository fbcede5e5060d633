import { auditOf } from '@countersign/kernel/actions/audit-parts.ts'
import { uuidV7 } from '@countersign/kernel/db/uuid-v7.ts'
import { personId } from '@countersign/kernel/identity/person-id.ts'
import { readMigrateConfig } from '@countersign/server/config.ts'
import { roles } from '@countersign/server/roles.ts'
import { findInstallation, issuerUrl } from '@countersign/tools/home/installation.ts'
import { type Command, InvalidArgumentError } from 'commander'
import pg from 'pg'
import { commandEnvironment, usesOwnConfiguration } from './command-environment.ts'

/** Refusals of the database's own, in the words of its routine. */
const REFUSED = /^CS4\d\d$/

/** `countersign admin first`: the one role that nobody grants by a governed action, because nobody is there yet. */
export function addAdminCommands(program: Command): void {
  const admin = program.command('admin').description('people and their roles, on the server itself')
  admin
    .command('first')
    .description('make the first administrator of a console (DATABASE_URL); refused once it has had one')
    .requiredOption('--role <console/ROLE>', 'which role: transfers/ADMIN, …', knownRole)
    .requiredOption('--subject <sub>', 'the person’s subject at the identity provider')
    .option('--issuer <url>', 'the identity provider (default: OIDC_ISSUER)')
    .action(async ({ role, subject, issuer }: { role: string; subject: string; issuer?: string }) => {
      const { DATABASE_URL } = readMigrateConfig(commandEnvironment('migrate', process.env))
      const made = await makeFirstAdministrator(DATABASE_URL, {
        role,
        subject,
        issuer: (issuer ?? issuerHere()).replace(/\/+$/, ''),
      })
      console.log(`${made} holds ${role} from now on. Further roles are granted by two people.`)
    })
}

/**
 * Grants the role and records it in the audit log, in one transaction.
 *
 * @returns the id under which the person is known
 * @throws Error where the console has had an administrator, or the role conflicts with one that the person holds
 */
async function makeFirstAdministrator(
  databaseUrl: string,
  { role, subject, issuer }: { role: string; subject: string; issuer: string },
): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'countersign-admin' })
  await client.connect()
  try {
    await client.query('BEGIN')
    const { rows } = await client.query<{ person: string }>(
      'SELECT kernel.make_first_administrator($1, $2, $3, $4, $5) AS person',
      [uuidV7(), issuer, subject, personId(issuer, subject), role],
    )
    const person = rows[0]?.person
    if (person === undefined) throw new Error('kernel.make_first_administrator answered nothing')
    const entries = auditOf(
      { now: () => new Date() },
      {
        kind: 'security',
        eventSubType: 'FIRST_ADMINISTRATOR',
        severity: 'HIGH',
        actor: { id: 'system:cli', roles: [] },
        action: 'admin.first',
        target: { kind: 'person', id: person },
        outcome: 'granted',
        detail: { role },
      },
    )
    await client.query('SELECT kernel.append_audit($1::jsonb)', [JSON.stringify(entries)])
    await client.query('COMMIT')
    return person
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code !== undefined && REFUSED.test(code)) throw new Error(`Refused: ${message}.`)
    throw error
  } finally {
    await client.end()
  }
}

function issuerHere(): string {
  const { OIDC_ISSUER } = process.env
  if (OIDC_ISSUER) return OIDC_ISSUER
  if (usesOwnConfiguration('migrate', process.env)) {
    throw new Error('OIDC_ISSUER is missing: set it, or give --issuer.')
  }
  return issuerUrl(findInstallation(process.env))
}

function knownRole(role: string): string {
  if (roles.some((known) => known.role === role)) return role
  throw new InvalidArgumentError(`The roles are:\n${roles.map((known) => `  ${known.role}`).join('\n')}`)
}
