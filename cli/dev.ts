import { makeDevToken } from '@countersign/dev-issuer/dev-token.ts'
import { personasFor } from '@countersign/dev-issuer/personas.ts'
import { LOGIN_ROLES, type LoginRole } from '@countersign/kernel/db/migrate.ts'
import { roles } from '@countersign/server/roles.ts'
import { TOKEN_AUDIENCE } from '@countersign/tools/home/environment.ts'
import {
  databaseUrl,
  findInstallation,
  issuerUrl,
  superuserDatabaseUrl,
} from '@countersign/tools/home/installation.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'

const EXPIRES_IN_S = 3600
const ROLES = ['owner', ...Object.keys(LOGIN_ROLES), 'superuser']

type Members = Record<string, unknown>

/** `countersign dev …`: shortcuts for trying the embedded default. None of them works in production. */
export function addDevCommands(program: Command): void {
  const dev = program
    .command('dev')
    .description('shortcuts for trying the embedded default (refused in production)')
    .hook('preAction', () => {
      if (process.env.NODE_ENV === 'production') {
        throw new Error('countersign dev is refused with NODE_ENV=production: it needs no password.')
      }
    })

  dev
    .command('token')
    .description('print a bearer token of a persona, for curl')
    .requiredOption(
      '--as <console/ROLE>',
      'who: transfers/OPS, treasury/pay_admin, … or the second one, transfers/OPS-2',
    )
    .option('--claim <name=json>', 'set a claim, or leave it out with null; may be repeated', member, {})
    .option('--header <name=json>', 'set a header member (kid, alg); may be repeated', member, {})
    .option(
      '--expires-in <seconds>',
      'how long it is valid; negative for an expired one',
      seconds,
      EXPIRES_IN_S,
    )
    .action((options: { as: string; claim: Members; header: Members; expiresIn: number }) => {
      const personas = personasFor(roles.map(({ role }) => role))
      const persona = personas.named(options.as)
      if (!persona) {
        const names = personas.all.map(({ name }) => `  ${name}`).join('\n')
        throw new Error(`There is no persona "${options.as}". The personas are:\n${names}`)
      }
      const installation = findInstallation(process.env)
      const { keys } = JSON.parse(installation.secrets.issuerKeys)
      const token = makeDevToken({
        persona,
        issuer: issuerUrl(installation),
        audience: TOKEN_AUDIENCE,
        keys,
        expiresInS: options.expiresIn,
        claims: options.claim,
        header: options.header,
      })
      process.stdout.write(`${token}\n`)
    })

  dev
    .command('database-url')
    .description('print a connection URL of the embedded database')
    .addOption(new Option('--role <role>', 'as whom').choices(ROLES).default('owner'))
    .action(({ role }: { role: LoginRole | 'owner' | 'superuser' }) => {
      const installation = findInstallation(process.env)
      const url = role === 'superuser' ? superuserDatabaseUrl(installation) : databaseUrl(installation, role)
      process.stdout.write(`${url}\n`)
    })
}

/** Values are JSON; what is not JSON is taken as the text it is, so that a shell needs no inner quotes. */
function member(text: string, earlier: Members): Members {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It must be name=json, such as roles=["transfers/OPS"].')
  const value = text.slice(at + 1)
  return { ...earlier, [text.slice(0, at)]: isJson(value) ? JSON.parse(value) : value }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function seconds(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of seconds.')
  return Number(text)
}
