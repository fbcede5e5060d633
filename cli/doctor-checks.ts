import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { actionsNotAsDeclared, declaredActions } from '@countersign/kernel/actions/declare-actions.ts'
import {
  LOGIN_ROLES,
  type LoginRole,
  type OwnObjectRight,
  pendingMigrations,
  rightsToOwnObjects,
  withdrawalOf,
} from '@countersign/kernel/db/migrate.ts'
import {
  ConfigurationError,
  readServerConfig,
  readWorkerConfig,
  type ServerConfig,
  type WorkerConfig,
} from '@countersign/server/config.ts'
import { declarations } from '@countersign/server/declarations.ts'
import { migrationSources } from '@countersign/server/migrations.ts'
import { findHome } from '@countersign/tools/home/home.ts'
import { SECRETS, type SecretName, secretFile } from '@countersign/tools/home/secrets.ts'
import pg from 'pg'
import { commandEnvironment, usesOwnConfiguration } from './command-environment.ts'

/** PostgreSQL versions that the product is made for; the embedded one is of the newest. */
const OLDEST_POSTGRES = 15
const NEWEST_POSTGRES = 18
const CONNECT_TIMEOUT_MS = 5000
const REQUEST_TIMEOUT_MS = 5000
/** Expiry is decided by the database's clock, tokens by the server's: they must agree about well under a minute. */
const CLOCK_SKEW_WARNING_MS = 1000
const CLOCK_SKEW_FAILURE_MS = 30_000

export type Finding = {
  readonly what: string
  readonly verdict: 'ok' | 'warning' | 'failure'
  readonly detail: string
  /** What to do about it. */
  readonly remedy?: string
}

/** Looks at everything the product needs, one finding each; what one failure hides is left out. */
export async function checkInstallation(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const server = configuration('server', readServerConfig, env)
  const worker = configuration('worker', readWorkerConfig, env)
  const urls: Partial<Record<LoginRole, string>> = {
    app: server.config?.APP_DATABASE_URL,
    auditor: server.config?.AUDITOR_DATABASE_URL,
    dispatcher: worker.config?.DISPATCHER_DATABASE_URL,
    sequencer: worker.config?.SEQUENCER_DATABASE_URL,
    signer: worker.config?.SIGNER_DATABASE_URL,
  }
  const findings: Finding[] = [server.finding, worker.finding]
  for (const [role, url] of Object.entries(urls)) {
    if (url !== undefined) findings.push(...(await checkDatabase(role as LoginRole, url)))
  }
  if (!usesOwnConfiguration('server', env)) findings.push(await checkSecretFiles(env))
  if (worker.config) findings.push(await checkWitness(worker.config))
  if (server.config) findings.push(await checkEvidence(server.config))
  if (server.config) {
    findings.push(await checkIssuer(server.config), ...(await checkUpstreams(server.config)))
  }
  return findings
}

function configuration<C extends ServerConfig | WorkerConfig>(
  which: 'server' | 'worker',
  read: (env: NodeJS.ProcessEnv) => C,
  env: NodeJS.ProcessEnv,
): { config?: C; finding: Finding } {
  const what = `configuration of the ${which}`
  try {
    const config = read(commandEnvironment(which, env))
    return { config, finding: { what, verdict: 'ok', detail: 'complete' } }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const remedy = 'Set these variables, or run npm start once for an installation with all of them.'
    return { finding: { what, verdict: 'failure', detail: error.problems.join(' '), remedy } }
  }
}

async function checkDatabase(role: LoginRole, url: string): Promise<Finding[]> {
  const what = `database as ${role}`
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  // Losing the connection shows in the query that follows.
  client.on('error', () => undefined)
  const asked = Date.now()
  try {
    await client.connect()
    const sent = Date.now()
    const { rows } = await client.query<{ version: number; login: string; now_ms: string }>(
      `SELECT current_setting('server_version_num')::int / 10000 AS version, current_user AS login,
              (extract(epoch FROM clock_timestamp()) * 1000)::bigint::text AS now_ms`,
    )
    const row = rows[0]
    if (!row) throw new Error('no answer')
    const held = (await rightsToOwnObjects(client)).find((right) => right.role === row.login)
    const findings = [databaseFinding(what, role, row, held ?? (await ownSettings(client)))]
    if (role !== 'app') return findings
    const skew = Number(row.now_ms) - (sent + Date.now()) / 2
    const pending = await pendingMigrations(client, migrationSources)
    // Where they are kept is made by a migration.
    const otherwise =
      pending.length > 0
        ? []
        : [actionFinding(await actionsNotAsDeclared(client, declaredActions(declarations)))]
    return [...findings, migrationFinding(pending), ...otherwise, clockFinding(skew)]
  } catch (error) {
    const detail = error instanceof Error && error.message ? error.message : String(error)
    const waited = Date.now() - asked >= CONNECT_TIMEOUT_MS ? ' (no answer in time)' : ''
    const remedy = `Is PostgreSQL running, and does ${role.toUpperCase()}_DATABASE_URL name it? Under npm start it runs by itself.`
    return [{ what, verdict: 'failure', detail: `${detail}${waited}`, remedy }]
  } finally {
    await client.end()
  }
}

function databaseFinding(
  what: string,
  role: LoginRole,
  row: { version: number; login: string },
  wrong: OwnObjectRight | OwnSettings | undefined,
): Finding {
  if (row.version < OLDEST_POSTGRES || row.version > NEWEST_POSTGRES) {
    const remedy = `Use PostgreSQL ${OLDEST_POSTGRES} to ${NEWEST_POSTGRES}.`
    return { what, verdict: 'warning', detail: `PostgreSQL ${row.version} is not one we test on`, remedy }
  }
  if (row.login !== LOGIN_ROLES[role]) {
    const remedy = `Connect as ${LOGIN_ROLES[role]}, which has the least rights that suffice.`
    return { what, verdict: 'warning', detail: `connected as ${row.login}`, remedy }
  }
  // As after a restore or a copy: what was withdrawn of a database does not come along with it.
  if (wrong && 'what' in wrong) {
    const detail = `${wrong.role} has ${wrong.what} (${wrong.database}), by which it could make objects of its own`
    return { what, verdict: 'failure', detail, remedy: `Run countersign migrate. ${withdrawalOf(wrong)}` }
  }
  if (wrong) {
    const detail = `settings that the login has for itself: ${wrong.settings.join(', ')}`
    return {
      ...{ what, verdict: 'warning', detail },
      remedy: `A login may set them for itself, and they last. Unless you have set them: ${wrong.withdrawal}`,
    }
  }
  return { what, verdict: 'ok', detail: `PostgreSQL ${row.version} as ${row.login}` }
}

type OwnSettings = { readonly settings: readonly string[]; readonly withdrawal: string }

/** What the login of this connection is given at each sign-in, in every database or in this one. */
async function ownSettings(client: pg.Client): Promise<OwnSettings | undefined> {
  const { rows } = await client.query<{ setting: string; withdrawal: string }>(
    `SELECT setting, format('ALTER ROLE %I%s RESET ALL;', current_user,
                            CASE WHEN s.setdatabase <> 0 THEN format(' IN DATABASE %I', current_database()) ELSE '' END) AS withdrawal
       FROM pg_db_role_setting s, unnest(s.setconfig) AS setting
      WHERE s.setrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
        AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
      ORDER BY s.setdatabase, setting`,
  )
  if (rows.length === 0) return undefined
  return {
    settings: rows.map(({ setting }) => setting),
    withdrawal: [...new Set(rows.map(({ withdrawal }) => withdrawal))].join(' '),
  }
}

function migrationFinding(pending: readonly string[]): Finding {
  const what = 'migrations'
  if (pending.length === 0) return { what, verdict: 'ok', detail: 'up to date' }
  return {
    what,
    verdict: 'failure',
    detail: `pending: ${pending.join(', ')}`,
    remedy: 'Run countersign migrate.',
  }
}

function actionFinding(otherwise: readonly string[]): Finding {
  const what = 'actions as declared'
  if (otherwise.length === 0) return { what, verdict: 'ok', detail: 'the database knows them so' }
  return {
    what,
    verdict: 'failure',
    detail: `known otherwise to the database: ${otherwise.join(', ')}`,
    remedy: 'Run countersign migrate. Until then the database refuses what they append.',
  }
}

function clockFinding(skewMs: number): Finding {
  const what = 'clock against the database'
  const detail = `${Math.round(Math.abs(skewMs))} ms ${skewMs < 0 ? 'ahead' : 'behind'}`
  if (Math.abs(skewMs) < CLOCK_SKEW_WARNING_MS) return { what, verdict: 'ok', detail }
  const verdict = Math.abs(skewMs) < CLOCK_SKEW_FAILURE_MS ? 'warning' : 'failure'
  return { what, verdict, detail, remedy: 'Keep both hosts on NTP: expiry and token times depend on it.' }
}

async function checkSecretFiles(env: NodeJS.ProcessEnv): Promise<Finding> {
  const what = 'secret files'
  const home = findHome(env)
  if (!home) return { what, verdict: 'failure', detail: 'none', remedy: 'Run npm start once.' }
  const open: string[] = []
  for (const name of Object.keys(SECRETS) as SecretName[]) {
    const { mode } = await stat(secretFile(home.secrets, name))
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) open.push(SECRETS[name].file)
  }
  if (open.length === 0)
    return { what, verdict: 'ok', detail: `${home.secrets}, readable by their owner alone` }
  const remedy = `chmod 600 them, and if others use this machine, npm run reset for new ones.`
  return { what, verdict: 'failure', detail: `others may read ${open.join(', ')}`, remedy }
}

/** K-27: without it, nothing can be attached to a record. */
async function checkEvidence({ EVIDENCE_DIRECTORY: directory }: ServerConfig): Promise<Finding> {
  const what = 'store of evidence'
  try {
    await access(directory, constants.W_OK)
    return { what, verdict: 'ok', detail: directory }
  } catch (error) {
    const detail = `${directory} cannot be written (${(error as NodeJS.ErrnoException).code})`
    return { what, verdict: 'failure', detail, remedy: 'Make it, or set EVIDENCE_DIRECTORY to one that can.' }
  }
}

/** K-32: whoever owns database, signing key and witness together could rewrite all three. */
async function checkWitness(config: WorkerConfig): Promise<Finding> {
  const what = 'witness of the audit log'
  const directory = config.WITNESS_DIRECTORY
  try {
    await access(directory, constants.W_OK)
  } catch (error) {
    const detail = `${directory} cannot be written (${(error as NodeJS.ErrnoException).code})`
    return { what, verdict: 'failure', detail, remedy: 'Make it, or set WITNESS_DIRECTORY to one that can.' }
  }
  if (!isLocal(config.SIGNER_DATABASE_URL)) return { what, verdict: 'ok', detail: directory }
  return {
    what,
    verdict: 'warning',
    detail: 'database, signing key and witness share this host',
    remedy:
      'Fine for trying out. In production keep the witness where the owner of the database cannot write.',
  }
}

async function checkIssuer(config: ServerConfig): Promise<Finding> {
  const what = 'identity provider'
  const url = `${config.OIDC_ISSUER}/.well-known/openid-configuration`
  const remedy = 'Check OIDC_ISSUER; under npm start the development issuer runs by itself.'
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) })
    if (!response.ok) return { what, verdict: 'failure', detail: `${url} answers ${response.status}`, remedy }
    const { issuer } = (await response.json()) as { issuer?: unknown }
    if (issuer === config.OIDC_ISSUER) return { what, verdict: 'ok', detail: config.OIDC_ISSUER }
    return { what, verdict: 'failure', detail: `it calls itself ${String(issuer)}`, remedy }
  } catch (error) {
    return { what, verdict: 'failure', detail: `${url}: ${reason(error)}`, remedy }
  }
}

async function checkUpstreams({ upstreams }: ServerConfig): Promise<Finding[]> {
  const names = Object.keys(upstreams)
  if (names.length === 0) {
    const remedy = 'Set UPSTREAM_URL_… and UPSTREAM_KEY_… for each platform to operate.'
    return [{ what: 'upstreams', verdict: 'warning', detail: 'none configured', remedy }]
  }
  return Promise.all(
    Object.entries(upstreams).map(async ([name, { url, key }]): Promise<Finding> => {
      const what = `upstream ${name}`
      const remedy = `Check UPSTREAM_URL_${name.toUpperCase()}, UPSTREAM_KEY_${name.toUpperCase()} and the upstream itself.`
      try {
        const response = await fetch(`${url}/health`, {
          headers: { authorization: `Bearer ${key}` },
          signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        })
        if (response.ok) return { what, verdict: 'ok', detail: url }
        return { what, verdict: 'failure', detail: `${url}/health answers ${response.status}`, remedy }
      } catch (error) {
        return { what, verdict: 'failure', detail: `${url}: ${reason(error)}`, remedy }
      }
    }),
  )
}

function isLocal(databaseUrl: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost', ''].includes(new URL(databaseUrl).hostname)
}

/** `fetch` hides what went wrong in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause
  return cause instanceof Error && cause.message ? cause.message : error.message
}
