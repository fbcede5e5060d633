import { readFileSync } from 'node:fs'
import { PERSON_CLAIMS_DEFAULT } from '@countersign/kernel/identity/subject-kind.ts'
import { english } from '@countersign/kernel/languages/make-teller.ts'
import { fromWritten } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import {
  ed25519PrivateKey,
  isPostgresUrl,
  isWebUrl,
  logOrigin,
  mailAddress,
  networks,
  oneOf,
  personClaims,
  postgresUrl,
  publicKey,
  SHORTEST_SECRET_CHARACTERS,
  sealingKey,
  secret,
  smtpUrl,
  webUrl,
  wholeNumber,
  witnessKey,
} from './config-fields.ts'
import { NATS_SECRETS, natsContradictions, natsStreamVariables, natsVariables } from './nats-config.ts'

/** Two, so that a sender can change to a new secret while deliveries under the old one are still under way. */
const SECRETS_AT_ONCE = 2
const EVIDENCE_MAX_BYTES = 10 * 1024 * 1024
const SESSION_IDLE_S = 3600
const SESSION_ABSOLUTE_S = 43_200

const environment = {
  NODE_ENV: oneOf(['development', 'test', 'production']).default('development'),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
}

/** Files that people attach to records: where they lie (shared by servers and workers), and who looks into them. */
const evidence = {
  EVIDENCE_DIRECTORY: z.string(),
  /** A program that reads the file from its standard input: exit 0 clean, 1 infected. Arguments apart by spaces. */
  EVIDENCE_SCAN_COMMAND: z.string().optional(),
  /** Instead of the program: answers a POST of the file with `{"verdict": "clean" | "infected"}`. */
  EVIDENCE_SCAN_URL: webUrl.optional(),
  EVIDENCE_SCAN_TIMEOUT_MS: wholeNumber(100, 12_000).default(10_000),
}

const serverVariables = z.object({
  ...environment,
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(1, 65_535).default(8084),
  PUBLIC_URL: webUrl.default('http://127.0.0.1:8084'),
  /** The built web console; where it is missing, `/app` says so. */
  WEB_DIST: z.string().optional(),
  /** Addresses whose `X-Forwarded-For` counts. */
  TRUST_PROXY: networks.default([]),
  /** Requests of one person or machine, on all its sessions and tokens; each action, and approving, apart. */
  RATE_LIMIT_PER_MINUTE: wholeNumber(1, 10_000_000).default(1_200),
  /** Requests of one address that has not shown who it is; of IPv6, of its /64 network. */
  ANONYMOUS_RATE_LIMIT_PER_MINUTE: wholeNumber(1, 10_000_000).default(1_200),
  /** Audit entries that the refusals of one address have each for itself in a minute; the rest are counted into one. */
  REFUSAL_ENTRIES_PER_MINUTE: wholeNumber(1, 10_000_000).default(5),
  APP_DATABASE_URL: postgresUrl,
  AUDITOR_DATABASE_URL: postgresUrl,
  OIDC_ISSUER: webUrl,
  OIDC_CLIENT_ID: z.string(),
  OIDC_CLIENT_SECRET: secret,
  OIDC_ROLES_CLAIM: z.string().default('roles'),
  /** Claims of which a person's bearer token carries one; without, it is a machine's. */
  OIDC_PERSON_CLAIMS: personClaims.prefault(PERSON_CLAIMS_DEFAULT),
  TOKEN_AUDIENCE: z.string().default('countersign'),
  TOKEN_JWKS_URL: webUrl.optional(),
  TOKEN_PUBLIC_KEY: publicKey.optional(),
  SESSION_IDLE_S: wholeNumber(60, 86_400).default(SESSION_IDLE_S),
  SESSION_ABSOLUTE_S: wholeNumber(300, 604_800).default(SESSION_ABSOLUTE_S),
  SEALING_KEY: sealingKey,
  ...natsVariables,
  ...evidence,
  /** Longest file that is taken. */
  EVIDENCE_MAX_BYTES: wholeNumber(1_024, 104_857_600).default(EVIDENCE_MAX_BYTES),
})

const workerVariables = z.object({
  ...environment,
  ...evidence,
  /** How long one dispatcher may work on an effect before another takes over; a crash delays an effect by as much. */
  DISPATCHER_LEASE_MS: wholeNumber(500, 600_000).default(15_000),
  /** Where it answers `/healthz` and `/metrics`; for whoever watches it, not for the world. 0: any port that is free. */
  WORKER_HOST: z.string().default('127.0.0.1'),
  WORKER_PORT: wholeNumber(0, 65_535).default(8088),
  DISPATCHER_DATABASE_URL: postgresUrl,
  SEQUENCER_DATABASE_URL: postgresUrl,
  SIGNER_DATABASE_URL: postgresUrl,
  SEALING_KEY: sealingKey,
  AUDIT_ORIGIN: logOrigin.default('countersign.local/log'),
  AUDIT_SIGNING_KEY: ed25519PrivateKey,
  /** The key that a rotation goes to; held beside the other until the rotation is done. */
  AUDIT_NEXT_SIGNING_KEY: ed25519PrivateKey.optional(),
  /** Where copies of signed checkpoints go: on another host, in production. */
  WITNESS_DIRECTORY: z.string(),
  /** A witness of the C2SP protocol tlog-witness beside it (submission prefix), and the key that it cosigns with. */
  WITNESS_URL: webUrl.optional(),
  WITNESS_KEY: witnessKey.optional(),
  ...natsVariables,
  ...natsStreamVariables,
  /** Where the console is, for the links in what is sent. */
  PUBLIC_URL: webUrl.default('http://127.0.0.1:8084'),
  /** Alerts by e-mail. */
  SMTP_URL: smtpUrl.optional(),
  SMTP_FROM: mailAddress.optional(),
  /** Alerts to one address, as JSON signed with one secret, or with two while it is being replaced. */
  ALERT_WEBHOOK_URL: webUrl.optional(),
  ALERT_WEBHOOK_SECRETS: z.string().optional(),
  /** Private networks that a webhook may be in. */
  OUTGOING_PRIVATE_NETWORKS: networks.default([]),
})

const migrateVariables = z.object({
  ...environment,
  DATABASE_URL: postgresUrl,
  /** Where tables are made anew from what is sealed. */
  SEALING_KEY: sealingKey.optional(),
})

/** Never shown, and each may come from a file named by `<NAME>_FILE`. */
const SECRET_VARIABLES: readonly string[] = [
  'DATABASE_URL',
  'APP_DATABASE_URL',
  'AUDITOR_DATABASE_URL',
  'DISPATCHER_DATABASE_URL',
  'SEQUENCER_DATABASE_URL',
  'SIGNER_DATABASE_URL',
  'OIDC_CLIENT_SECRET',
  'TOKEN_PUBLIC_KEY',
  'SEALING_KEY',
  'AUDIT_SIGNING_KEY',
  'AUDIT_NEXT_SIGNING_KEY',
  ...NATS_SECRETS,
  'SMTP_URL',
  'ALERT_WEBHOOK_SECRETS',
]
const FAMILY = /^(?:UPSTREAM_URL|UPSTREAM_KEY|INGEST_SECRETS)_[A-Z][A-Z0-9_]*$/
const SECRET_FAMILY = /^(?:UPSTREAM_KEY|INGEST_SECRETS)_[A-Z][A-Z0-9_]*$/

export type Upstream = { readonly url: string; readonly key: string }

type Families = {
  /** By upstream, in lower case: `UPSTREAM_URL_CTS` and `UPSTREAM_KEY_CTS` are `upstreams.cts`. */
  readonly upstreams: Readonly<Record<string, Upstream>>
  /** By source, in lower case: the webhook secrets accepted now, at most two. */
  readonly ingestSecrets: Readonly<Record<string, readonly string[]>>
}

export type ServerConfig = Readonly<z.output<typeof serverVariables>> & Families
export type WorkerConfig = Readonly<z.output<typeof workerVariables>> &
  Families & {
    /** With which alerts to the webhook are signed: one or two. */
    readonly alertWebhookSecrets: readonly string[]
  }
export type MigrateConfig = Readonly<z.output<typeof migrateVariables>>

/** The configuration cannot be used. `problems` holds one sentence a problem, each naming its variable. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'ConfigurationError'
    this.problems = problems
  }
}

/**
 * What the server runs by. Secrets may come from files (`SEALING_KEY_FILE=/run/secrets/sealing-key`).
 *
 * @throws ConfigurationError naming every problem at once
 */
export function readServerConfig(env: NodeJS.ProcessEnv): ServerConfig {
  const { given, problems } = resolveFiles(env)
  const values = parse(serverVariables, given, problems)
  problems.push(...contradictions(given), ...natsContradictions(given), ...twoScanners(given))
  const families = readFamilies(given, problems)
  return settle({ ...values, ...families } as ServerConfig, problems)
}

/**
 * What the worker runs by; see `readServerConfig`.
 *
 * @throws ConfigurationError naming every problem at once
 */
export function readWorkerConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  const { given, problems } = resolveFiles(env)
  const values = parse(workerVariables, given, problems)
  problems.push(...twoScanners(given))
  if ((given.WITNESS_URL === undefined) !== (given.WITNESS_KEY === undefined)) {
    problems.push('WITNESS_URL and WITNESS_KEY belong together: set both or neither.')
  }
  problems.push(...natsContradictions(given))
  if ((given.SMTP_URL === undefined) !== (given.SMTP_FROM === undefined)) {
    problems.push('SMTP_URL and SMTP_FROM belong together: set both or neither.')
  }
  const { ALERT_WEBHOOK_URL: webhook, ALERT_WEBHOOK_SECRETS: signedWith } = given
  if ((webhook === undefined) !== (signedWith === undefined)) {
    problems.push('ALERT_WEBHOOK_URL and ALERT_WEBHOOK_SECRETS belong together: set both or neither.')
  }
  const alertWebhookSecrets =
    signedWith === undefined ? [] : readSecrets('ALERT_WEBHOOK_SECRETS', signedWith, problems)
  const families = readFamilies(given, problems)
  return settle({ ...values, ...families, alertWebhookSecrets } as WorkerConfig, problems)
}

/** @throws ConfigurationError naming every problem at once */
export function readMigrateConfig(env: NodeJS.ProcessEnv): MigrateConfig {
  const { given, problems } = resolveFiles(env)
  return settle(parse(migrateVariables, given, problems) as MigrateConfig, problems)
}

/**
 * The effective configuration of a process, one `NAME=value` a line. Secrets are not shown; of database URLs,
 * everything but the password is.
 */
export function printEffectiveConfig(
  process: 'server' | 'worker' | 'migrate',
  env: NodeJS.ProcessEnv,
): string {
  const { given } = resolveFiles(env)
  const fields: Record<string, z.ZodType> = {
    server: serverVariables.shape,
    worker: workerVariables.shape,
    migrate: migrateVariables.shape,
  }[process]
  const families =
    process === 'migrate'
      ? []
      : Object.keys(given)
          .filter((name) => FAMILY.test(name))
          .sort()
  return [...Object.keys(fields), ...families]
    .map((name) => {
      const value = given[name]
      if (value === undefined) {
        const usual = fields[name]?.safeParse(undefined)
        return usual?.success && usual.data !== undefined
          ? `${name}=${Array.isArray(usual.data) ? usual.data.map(written).join(',') || 'none' : usual.data} (default)`
          : `${name} (not set)`
      }
      const from = env[`${name}_FILE`] ? ` (from ${env[`${name}_FILE`]})` : ''
      if (isPostgresUrl(value)) return `${name}=${withoutPassword(value)}${from}`
      return `${name}=${isSecret(name) ? '(hidden)' : withoutUsers(value)}${from}`
    })
    .join('\n')
}

/** One of a list, as it would be set: a claim with its value is `claim=value`. */
function written(item: unknown): string {
  return typeof item === 'object' && item !== null ? Object.values(item).join('=') : String(item)
}

function parse<S extends z.ZodObject>(
  schema: S,
  given: Record<string, string>,
  problems: string[],
): Partial<z.output<S>> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0])
    // The file that was to hold it is a problem already.
    if (problems.some((problem) => problem.startsWith(`${name}_FILE `))) continue
    problems.push(`${name} ${name in given ? english(fromWritten(issue.message)) : missing(name)}.`)
  }
  return {}
}

function missing(name: string): string {
  return isSecret(name) ? `is missing (or ${name}_FILE, naming a file that holds it)` : 'is missing'
}

function settle<T extends object>(config: T, problems: readonly string[]): T {
  if (problems.length > 0) throw new ConfigurationError(problems)
  return Object.freeze(config)
}

/** The variables that count, `*_FILE` resolved. An empty variable is one that is not set. */
function resolveFiles(env: NodeJS.ProcessEnv): { given: Record<string, string>; problems: string[] } {
  const given: Record<string, string> = {}
  const problems: string[] = []
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === '') continue
    const target = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : name
    if (target === name || !isSecret(target)) {
      given[name] ??= value
      continue
    }
    if (env[target]) problems.push(`${target} and ${name} are both set; keep one.`)
    try {
      const text = readFileSync(value, 'utf8').trim()
      if (text === '') problems.push(`${name} names ${value}, which is empty.`)
      given[target] = text
    } catch (error) {
      problems.push(
        `${name} names ${value}, which cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      )
    }
  }
  return { given, problems }
}

function isSecret(name: string): boolean {
  return SECRET_VARIABLES.includes(name) || SECRET_FAMILY.test(name)
}

function readFamilies(given: Record<string, string>, problems: string[]): Families {
  const upstreams: Record<string, Upstream> = {}
  const ingestSecrets: Record<string, readonly string[]> = {}
  for (const name of Object.keys(given)
    .filter((key) => FAMILY.test(key))
    .sort()) {
    const member = /_(?:URL|KEY|SECRETS)_(.+)$/.exec(name)?.[1] ?? ''
    const value = given[name] ?? ''
    if (name.startsWith('INGEST_SECRETS_')) {
      ingestSecrets[member.toLowerCase()] = readSecrets(name, value, problems)
    } else if (name.startsWith('UPSTREAM_URL_')) {
      const key = given[`UPSTREAM_KEY_${member}`]
      if (!isWebUrl(value)) problems.push(`${name} must be an http or https URL.`)
      if (key === undefined) problems.push(`UPSTREAM_KEY_${member} is missing; ${name} is set.`)
      else upstreams[member.toLowerCase()] = { url: value.replace(/\/+$/, ''), key }
    } else if (given[`UPSTREAM_URL_${member}`] === undefined) {
      problems.push(`UPSTREAM_URL_${member} is missing; ${name} is set.`)
    }
  }
  const owners = new Map<string, string>()
  for (const [source, secrets] of Object.entries(ingestSecrets)) {
    for (const each of new Set(secrets)) {
      const other = owners.get(each)
      if (other !== undefined) {
        problems.push(
          `INGEST_SECRETS_${other.toUpperCase()} and INGEST_SECRETS_${source.toUpperCase()} hold the same secret; what one source signs would be taken for the other's.`,
        )
      }
      owners.set(each, source)
    }
  }
  return { upstreams, ingestSecrets }
}

function readSecrets(name: string, value: string, problems: string[]): readonly string[] {
  const secrets = value
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter(Boolean)
  if (secrets.length === 0 || secrets.length > SECRETS_AT_ONCE) {
    problems.push(`${name} must hold one secret, or two separated by a comma; it holds ${secrets.length}.`)
  }
  if (secrets.some((part) => part.length < SHORTEST_SECRET_CHARACTERS)) {
    problems.push(`${name} holds a secret of fewer than ${SHORTEST_SECRET_CHARACTERS} characters.`)
  }
  return secrets
}

/** What no variable shows by itself. */
function contradictions(given: Record<string, string>): string[] {
  const problems: string[] = []
  const { TOKEN_JWKS_URL: jwks, TOKEN_PUBLIC_KEY: key } = given
  if (jwks !== undefined && key !== undefined) {
    problems.push('TOKEN_JWKS_URL and TOKEN_PUBLIC_KEY are both set; keep one.')
  }
  if (jwks === undefined && key === undefined) {
    problems.push('TOKEN_JWKS_URL or TOKEN_PUBLIC_KEY is missing: bearer tokens could not be verified.')
  }
  if (
    Number(given.SESSION_IDLE_S ?? SESSION_IDLE_S) > Number(given.SESSION_ABSOLUTE_S ?? SESSION_ABSOLUTE_S)
  ) {
    problems.push('SESSION_IDLE_S must not be more than SESSION_ABSOLUTE_S.')
  }
  if (given.NODE_ENV !== 'production') return problems
  for (const name of ['PUBLIC_URL', 'OIDC_ISSUER']) {
    const url = given[name] ?? ''
    if (url.startsWith('http:') && isWebUrl(url) && !isLoopback(url)) {
      problems.push(`${name} must be https in production: sessions and sign-in travel over it.`)
    }
  }
  return problems
}

function twoScanners(given: Record<string, string>): string[] {
  return given.EVIDENCE_SCAN_COMMAND !== undefined && given.EVIDENCE_SCAN_URL !== undefined
    ? ['EVIDENCE_SCAN_COMMAND and EVIDENCE_SCAN_URL are both set; keep one.']
    : []
}

function isLoopback(url: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname)
}

function withoutPassword(text: string): string {
  return text.replace(/^(postgres(?:ql)?:\/\/[^:@/]*):[^@]*@/, '$1:(hidden)@')
}

/** A URL that holds a user is refused, and shown all the same when somebody asks what is wrong. */
function withoutUsers(text: string): string {
  return text.replace(/\/\/[^/@,]*@/g, '//(hidden)@')
}
