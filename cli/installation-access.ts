import { userInfo } from 'node:os'
import { makeDevToken } from '@countersign/dev-issuer/dev-token.ts'
import { personasFor } from '@countersign/dev-issuer/personas.ts'
import { auditOf } from '@countersign/kernel/actions/audit-parts.ts'
import { commitWrite } from '@countersign/kernel/actions/commit-write.ts'
import { english } from '@countersign/kernel/languages/make-teller.ts'
import { TOKEN_AUDIENCE } from '@countersign/tools/home/environment.ts'
import { findHome } from '@countersign/tools/home/home.ts'
import {
  databaseUrl,
  findInstallation,
  type Installation,
  issuerUrl,
  sandboxUrl,
} from '@countersign/tools/home/installation.ts'
import pg from 'pg'
import type { AuditDefaults } from './audit-defaults.ts'
import type { InstallationAccess } from './import-commands.ts'

const TOKEN_LIFETIME_S = 3600

/** What commands may use of the installation that `npm start` has made, where nothing else is configured. */
function installationHere(): Installation | undefined {
  if (process.env.NODE_ENV === 'production' || !findHome(process.env)) return undefined
  return findInstallation(process.env)
}

export const importAccess: InstallationAccess = {
  server: () => installationHere()?.publicUrl,
  async token(name) {
    const installation = installationHere()
    const persona = personasFor([]).named(name)
    if (!installation || !persona) return undefined
    const { keys } = JSON.parse(installation.secrets.issuerKeys)
    return makeDevToken({
      persona,
      issuer: issuerUrl(installation),
      audience: TOKEN_AUDIENCE,
      keys,
      expiresInS: TOKEN_LIFETIME_S,
      claims: {},
      header: {},
    })
  },
  async upstream(name) {
    const installation = installationHere()
    return (
      installation && {
        url: `${sandboxUrl(installation)}/${name}`,
        key: installation.secrets.sandboxStagingKey,
      }
    )
  },
}

export const auditDefaults: AuditDefaults = {
  databaseUrl: () => {
    const installation = installationHere()
    return installation && databaseUrl(installation, 'auditor')
  },
  witnessDirectory: () => installationHere()?.home.witness,
  server: importAccess.server,
  token: importAccess.token,
  async recordExport(facts) {
    const url = process.env.APP_DATABASE_URL ?? urlOf(installationHere())
    if (url === undefined) throw new Error('An export is recorded in the log first: set APP_DATABASE_URL.')
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    try {
      const committed = await commitWrite(pool, {
        tenant_id: null,
        events: [],
        audit: auditOf(
          { now: () => new Date() },
          {
            ...facts,
            action: 'audit.export',
            actor: { id: 'system:cli', roles: [] },
            // Who was at the machine: a name, so that only its commitment stands in the log for ever.
            personal: { os_user: userInfo().username },
          },
        ),
      })
      if (!committed.ok) throw new Error(english(committed.failure.message))
    } finally {
      await pool.end()
    }
  },
}

function urlOf(installation: Installation | undefined): string | undefined {
  return installation && databaseUrl(installation, 'app')
}
