import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeOnce } from './write-once.ts'

type SecretKind = {
  readonly file: string
  /** What it protects, for `doctor` and for the person who finds the file. */
  readonly purpose: string
  readonly make: () => string
}

/**
 * Every secret of the embedded default: made at random for each installation, kept one to a file, so that no
 * two installations share one and none is in the repository.
 *
 * A webhook file holds one secret a line, at most two. To rotate: put the new one on a line above the old, start
 * again, and drop the old line once the sender has signed with the new one.
 */
export const SECRETS = {
  migratorPassword: password('database-migrator', 'owner of the schema, for migrations'),
  appPassword: password('database-app', 'database role of the server'),
  dispatcherPassword: password('database-dispatcher', 'database role of the dispatcher'),
  sequencerPassword: password('database-sequencer', 'database role of the sequencer'),
  signerPassword: password('database-signer', 'database role of the checkpoint signer'),
  auditorPassword: password('database-auditor', 'database role that reads the audit log'),
  sandboxPassword: password('database-sandbox', "database role of the sandbox's own database"),
  sandboxKey: password('sandbox-key', 'API key of the sandbox upstreams'),
  sandboxStagingKey: password('sandbox-staging-key', 'API key that stages files at the sandbox, for imports'),
  webhookSecrets: password('webhook-secrets', 'signs webhooks from the sandbox; two lines while rotating'),
  oidcClientSecret: password('oidc-client-secret', 'the console at the development identity provider'),
  issuerCookieKey: password('dev-issuer-cookie-key', 'signs cookies of the development identity provider'),
  issuerKeys: {
    file: 'dev-issuer-keys.json',
    purpose: 'RS256 and ES256 keys of the development identity provider (JWK set)',
    make: issuerKeySet,
  },
  sealingKey: {
    file: 'sealing-key',
    purpose: 'encrypts personal data (32 bytes, base64)',
    make: () => randomBytes(32).toString('base64'),
  },
  // No secret, but made once like them: two installations must not take each other's log for their own.
  auditOrigin: {
    file: 'audit-origin',
    purpose: 'names the audit log of this installation in its checkpoints',
    make: () => `countersign.local/${randomBytes(6).toString('hex')}`,
  },
  auditSigningKey: {
    file: 'audit-signing-key.pem',
    purpose: 'signs checkpoints of the audit log (Ed25519, PKCS #8)',
    make: () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  },
} as const satisfies Record<string, SecretKind>

export type SecretName = keyof typeof SECRETS
export type Secrets = Readonly<Record<SecretName, string>>

/** The path of one secret's file. */
export function secretFile(directory: string, name: SecretName): string {
  return join(directory, SECRETS[name].file)
}

/** Makes the secrets that are missing and returns them all. */
export function ensureSecrets(directory: string): Secrets {
  for (const { file, make } of Object.values<SecretKind>(SECRETS)) writeOnce(join(directory, file), make)
  return readSecrets(directory)
}

/** @throws Error naming the first file that is missing or empty */
export function readSecrets(directory: string): Secrets {
  const names = Object.keys(SECRETS) as SecretName[]
  return Object.fromEntries(names.map((name) => [name, readSecret(directory, name)])) as Secrets
}

function readSecret(directory: string, name: SecretName): string {
  const file = secretFile(directory, name)
  const value = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  if (value === '') {
    throw new Error(`The secret ${file} is missing or empty (${SECRETS[name].purpose}); npm start makes it.`)
  }
  return value
}

function password(file: string, purpose: string): SecretKind {
  return { file, purpose, make: () => randomBytes(24).toString('hex') }
}

function issuerKeySet(): string {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  return JSON.stringify({ keys: [jwk(rsa, 'RS256'), jwk(ec, 'ES256')] }, null, 2)
}

function jwk(key: KeyObject, alg: string): Record<string, unknown> {
  return {
    ...key.export({ format: 'jwk' }),
    alg,
    use: 'sig',
    kid: `${alg.toLowerCase()}-${randomBytes(6).toString('hex')}`,
  }
}
