import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { migrationSources } from '@countersign/server/migrations.ts'
import { roles } from '@countersign/server/roles.ts'
import { REPOSITORY_ROOT } from './home.ts'
import { databaseUrl, type Installation, issuerUrl, sandboxDatabaseUrl, sandboxUrl } from './installation.ts'
import { secretFile } from './secrets.ts'

/** The upstreams that the sandbox plays, as `UPSTREAM_URL_…` names them. */
export const SANDBOX_UPSTREAMS = [
  'CTS',
  'LEDGER',
  'RECON',
  'COMPLIANCE',
  'MERCHANTS',
  'GATEWAYS',
  'EDGE',
  'TREASURY',
]
export const OIDC_CLIENT_ID = 'countersign-console'
export const TOKEN_AUDIENCE = 'countersign'

type ProductEnvironment = Readonly<Record<string, string>>

/** Each process gets what it needs and no more: the server cannot sign a checkpoint, the worker cannot serve. */
const ENVIRONMENT_OF = {
  devIssuer(installation: Installation): ProductEnvironment {
    return {
      DEV_ISSUER_PORT: String(installation.ports.devIssuer),
      DEV_ISSUER_KEYS_FILE: secretFile(installation.home.secrets, 'issuerKeys'),
      DEV_ISSUER_COOKIE_KEY: installation.secrets.issuerCookieKey,
      OIDC_CLIENT_ID,
      OIDC_CLIENT_SECRET: installation.secrets.oidcClientSecret,
      TOKEN_AUDIENCE,
      PUBLIC_URL: installation.publicUrl,
      // A console that is installed has tables of its own, and so has the kernel: the auditor's pages are its.
      INSTALLED_CONSOLES: migrationSources.map(({ module }) => module).join(','),
      INSTALLED_ROLES: roles.map(({ role }) => role).join(','),
    }
  },

  sandbox(installation: Installation): ProductEnvironment {
    return {
      SANDBOX_DATABASE_URL: sandboxDatabaseUrl(installation),
      SANDBOX_PORT: String(installation.ports.sandbox),
      SANDBOX_API_KEY: installation.secrets.sandboxKey,
      SANDBOX_STAGING_KEY: installation.secrets.sandboxStagingKey,
      SANDBOX_WEBHOOK_URL: `http://127.0.0.1:${installation.ports.server}/v1/ingest`,
      ...Object.fromEntries(
        SANDBOX_UPSTREAMS.map((name) => [
          `SANDBOX_WEBHOOK_SECRET_${name}`,
          webhookSecrets(installation, name)[0] ?? '',
        ]),
      ),
    }
  },

  server(installation: Installation): ProductEnvironment {
    return {
      ...connections(installation),
      HOST: '127.0.0.1',
      PORT: String(installation.ports.server),
      PUBLIC_URL: installation.publicUrl,
      APP_DATABASE_URL: databaseUrl(installation, 'app'),
      AUDITOR_DATABASE_URL: databaseUrl(installation, 'auditor'),
      OIDC_ISSUER: issuerUrl(installation),
      OIDC_CLIENT_ID,
      OIDC_CLIENT_SECRET_FILE: secretFile(installation.home.secrets, 'oidcClientSecret'),
      TOKEN_AUDIENCE,
      TOKEN_JWKS_URL: `${issuerUrl(installation)}/jwks`,
      WEB_DIST: join(REPOSITORY_ROOT, 'apps', 'web', 'dist'),
      ...ingestSecrets(installation),
    }
  },

  worker(installation: Installation): ProductEnvironment {
    return {
      ...connections(installation),
      PUBLIC_URL: installation.publicUrl,
      WORKER_HOST: '127.0.0.1',
      WORKER_PORT: String(installation.ports.worker),
      DISPATCHER_DATABASE_URL: databaseUrl(installation, 'dispatcher'),
      SEQUENCER_DATABASE_URL: databaseUrl(installation, 'sequencer'),
      SIGNER_DATABASE_URL: databaseUrl(installation, 'signer'),
      AUDIT_ORIGIN: installation.secrets.auditOrigin,
      AUDIT_SIGNING_KEY_FILE: secretFile(installation.home.secrets, 'auditSigningKey'),
      WITNESS_DIRECTORY: installation.home.witness,
    }
  },
} as const

export type ProcessName = 'devIssuer' | 'sandbox' | 'server' | 'worker'

/** What a person may set for `npm start` otherwise than so. */
const TUNABLE = { NODE_ENV: 'development', LOG_LEVEL: 'info' }

/** The whole environment of one process of an installation, on top of the one that started it. */
export function processEnvironment(
  name: ProcessName,
  installation: Installation,
  inherited: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  return {
    ...TUNABLE,
    ...inherited,
    TZ: 'UTC',
    COUNTERSIGN_HOME: installation.home.directory,
    ...ENVIRONMENT_OF[name](installation),
    // Where there is an event bus the worker too is told things, and has to know who says them.
    ...(name === 'worker' && inherited.NATS_URL ? ingestSecrets(installation) : {}),
  }
}

function ingestSecrets(installation: Installation): ProductEnvironment {
  return Object.fromEntries(
    SANDBOX_UPSTREAMS.map((name) => [`INGEST_SECRETS_${name}`, webhookSecrets(installation, name).join(',')]),
  )
}

/** What server and worker share: the upstreams, the key that seals personal data, and where evidence lies. */
function connections(installation: Installation): ProductEnvironment {
  return {
    SEALING_KEY_FILE: secretFile(installation.home.secrets, 'sealingKey'),
    EVIDENCE_DIRECTORY: installation.home.evidence,
    ...Object.fromEntries(
      SANDBOX_UPSTREAMS.flatMap((name) => [
        [`UPSTREAM_URL_${name}`, `${sandboxUrl(installation)}/${name.toLowerCase()}`],
        [`UPSTREAM_KEY_${name}`, installation.secrets.sandboxKey],
      ]),
    ),
  }
}

/** Each source has its own, made of the lines of one file: what one of them has signed is no other's. */
function webhookSecrets({ secrets }: Installation, source: string): string[] {
  return secrets.webhookSecrets
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => createHmac('sha256', line).update(`countersign webhook ${source}`).digest('hex'))
}
