import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOGIN_ROLES, type LoginRole } from '@countersign/kernel/db/migrate.ts'
import { findHome, type Home, homeDirectory } from './home.ts'
import { LISTENERS, type ListenerName, type Ports, portsFrom } from './ports.ts'
import { readSecrets, type Secrets } from './secrets.ts'

/** Everything that tells one installation of the embedded default from another. */
export type Installation = {
  readonly home: Home
  readonly ports: Ports
  readonly secrets: Secrets
  /** Where browsers reach the console: `PUBLIC_URL`, or the server's loopback address. No trailing slash. */
  readonly publicUrl: string
}

const PORTS_FILE = 'ports.json'
export const PRODUCT_DATABASE = 'countersign'
export const SANDBOX_DATABASE = 'sandbox'
/** Owns the database and may make roles; not a superuser, as on a server of one's own. */
export const MIGRATOR = 'countersign_migrator'
export const SANDBOX_ROLE = 'sandbox'

const PASSWORD_OF = {
  app: 'appPassword',
  dispatcher: 'dispatcherPassword',
  sequencer: 'sequencerPassword',
  signer: 'signerPassword',
  auditor: 'auditorPassword',
} as const satisfies Record<LoginRole, keyof Secrets>

export function installationOf(
  home: Home,
  ports: Ports,
  secrets: Secrets,
  env: NodeJS.ProcessEnv,
): Installation {
  const publicUrl = (env.PUBLIC_URL || `http://127.0.0.1:${ports.server}`).replace(/\/+$/, '')
  return { home, ports, secrets, publicUrl }
}

/** Writes down where this installation listens, for commands that run beside it. */
export function rememberPorts({ home, ports }: Installation): void {
  writeFileSync(join(home.directory, PORTS_FILE), JSON.stringify(ports, null, 2))
}

/**
 * The installation that `npm start` has made, with the ports it was last started on where the environment
 * names no other.
 *
 * @throws Error saying how to make one, or that its secrets are incomplete
 */
export function findInstallation(env: NodeJS.ProcessEnv): Installation {
  const home = findHome(env)
  if (!home) {
    throw new Error(
      `There is no installation in ${homeDirectory(env)}. Run npm start first, or set COUNTERSIGN_HOME to one.`,
    )
  }
  const file = join(home.directory, PORTS_FILE)
  const last = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Ports>) : {}
  const named = Object.entries(LISTENERS).map(([name, { variable }]) => [
    variable,
    // A listener may be younger than the installation.
    env[variable] || last[name as ListenerName]?.toString(),
  ])
  const ports = portsFrom(Object.fromEntries(named))
  return installationOf(home, ports, readSecrets(home.secrets), env)
}

export function issuerUrl({ ports }: Installation): string {
  return `http://127.0.0.1:${ports.devIssuer}`
}

export function sandboxUrl({ ports }: Installation): string {
  return `http://127.0.0.1:${ports.sandbox}`
}

/** Connection URL of the product's database as one of its roles, or as the `owner` who migrates it. */
export function databaseUrl(installation: Installation, role: LoginRole | 'owner'): string {
  return role === 'owner'
    ? url(installation, MIGRATOR, installation.secrets.migratorPassword, PRODUCT_DATABASE)
    : url(installation, LOGIN_ROLES[role], installation.secrets[PASSWORD_OF[role]], PRODUCT_DATABASE)
}

export function sandboxDatabaseUrl(installation: Installation): string {
  return url(installation, SANDBOX_ROLE, installation.secrets.sandboxPassword, SANDBOX_DATABASE)
}

/** As the server's superuser, who can do anything; only for trying what the audit log detects. */
export function superuserDatabaseUrl(installation: Installation): string {
  const password = readFileSync(join(installation.home.postgres, 'superuser-password'), 'utf8').trim()
  return url(installation, 'postgres', password, PRODUCT_DATABASE)
}

/** Passwords to give the roles that log in, for `migrate`. */
export function rolePasswords({ secrets }: Installation): Record<LoginRole, string> {
  return {
    app: secrets.appPassword,
    dispatcher: secrets.dispatcherPassword,
    sequencer: secrets.sequencerPassword,
    signer: secrets.signerPassword,
    auditor: secrets.auditorPassword,
  }
}

function url({ ports }: Installation, user: string, password: string, database: string): string {
  return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${ports.postgres}/${database}`
}
