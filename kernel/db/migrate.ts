import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import pg from 'pg'
import { type DeclaredAction, declareActions } from '../actions/declare-actions.ts'
import { type DeclaredQueue, declareQueues } from '../queues/declare-queues.ts'
import { RESERVED_ID_CONSTRAINT, remedyOfReservedIds } from './reserved-ids.ts'
import { scramVerifier } from './scram-verifier.ts'

/** One at a time over the whole server: two deployments starting together must not both migrate. */
const MIGRATION_LOCK = 0x636f756e // 'coun'
export const OWNER = 'countersign_owner'

/** The roles that log in to serve the product, by the word the configuration uses for each. */
export const LOGIN_ROLES = {
  app: 'countersign_app',
  dispatcher: 'countersign_dispatcher',
  sequencer: 'countersign_sequencer',
  signer: 'countersign_signer',
  auditor: 'countersign_auditor',
} as const
export type LoginRole = keyof typeof LOGIN_ROLES

/** A module's SQL: `migrations/NNNN_name.sql` run once, in order; `**​/*.routine.sql` re-created when changed. */
export type MigrationSource = {
  readonly module: string
  readonly directory: string
  /** Roles that the module declares: the database knows them, to keep separation of duties by itself. */
  readonly roles?: readonly {
    readonly role: string
    readonly side?: string
    readonly breaksGlass?: true
    readonly keepsOne?: true
    readonly lent?: { readonly to: string; readonly maxHours: number }
  }[]
  /** Queues that the module declares: the database reckons what is due in them. */
  readonly queues?: readonly DeclaredQueue[]
  /** Actions that the module declares: the database holds what carries them out to it. */
  readonly actions?: readonly DeclaredAction[]
}

export type MigrationReport = { readonly applied: string[]; readonly routines: string[] }

/**
 * Brings the database up to this version: forward only, under an advisory lock, one transaction a file.
 *
 * @param databaseUrl a login that may create roles and own schemas (`DATABASE_URL`)
 * @param sources in dependency order: kernel first
 * @param secrets passwords to set for the login roles; roles left out keep theirs
 * @throws Error naming the file when an applied migration's text has changed, or when its SQL fails; and where the
 *   login roles may make objects of their own in this database and this login cannot withdraw that
 */
export async function migrate(
  databaseUrl: string,
  sources: readonly MigrationSource[],
  secrets: Partial<Record<LoginRole, string>> = {},
): Promise<MigrationReport> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'countersign-migrate' })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    await becomeOwner(client)
    const report = await applyAll(client, sources)
    await declareRoles(client, sources)
    await client.query(`SET ROLE ${OWNER}`)
    await declareQueues(
      client,
      sources.flatMap((source) => source.queues ?? []),
    )
    await declareActions(
      client,
      sources.flatMap((source) => source.actions ?? []),
    )
    await client.query('RESET ROLE')
    await withholdOwnObjects(client)
    for (const [role, secret] of Object.entries(secrets)) {
      const name = LOGIN_ROLES[role as LoginRole]
      const verifier = pg.escapeLiteral(scramVerifier(secret))
      await client.query(`ALTER ROLE ${pg.escapeIdentifier(name)} PASSWORD ${verifier}`)
    }
    return report
  } finally {
    await client.end()
  }
}

/**
 * What `migrate` has yet to do, as `module/name`, in order; empty when the database is at this version. Any role
 * of the product may ask.
 */
export async function pendingMigrations(
  database: Pick<pg.ClientBase, 'query'>,
  sources: readonly MigrationSource[],
): Promise<string[]> {
  const made = await database.query<{ made: boolean }>(
    "SELECT to_regclass('migration.applied') IS NOT NULL AS made",
  )
  const checksums = made.rows[0]?.made ? await appliedChecksums(database) : new Map<string, string>()
  return sources.flatMap((source) => {
    const files = migrationFiles(source).filter(({ name }) => !checksums.has(`${source.module}/${name}`))
    const routines = routineFiles(source).filter(
      ({ name, path }) => checksums.get(`${source.module}/${name}`) !== checksum(readFileSync(path, 'utf8')),
    )
    return [...files, ...routines].map(({ name }) => `${source.module}/${name}`)
  })
}

/** Everything is owned by a role that never logs in, so that no running process can alter the schema. */
async function becomeOwner(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ database: string; login: string }>(
    'SELECT current_database() AS database, current_user AS login',
  )
  const { database = '', login = '' } = rows[0] ?? {}
  const exists = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [OWNER])
  if (exists.rowCount === 0) {
    // Several databases of one server may be migrated at once (tests do); the loser finds the role made.
    await client.query(
      `DO $$ BEGIN CREATE ROLE ${OWNER} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    )
  }
  await client.query(`GRANT ${OWNER} TO ${pg.escapeIdentifier(login)}`)
  await client.query(`GRANT CREATE, CONNECT ON DATABASE ${pg.escapeIdentifier(database)} TO ${OWNER}`)
  await client.query(`
    CREATE SCHEMA IF NOT EXISTS migration AUTHORIZATION ${OWNER};
    CREATE TABLE IF NOT EXISTS migration.applied (
      module text NOT NULL, name text NOT NULL, checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (module, name));
    ALTER TABLE migration.applied OWNER TO ${OWNER};
    GRANT USAGE ON SCHEMA migration TO PUBLIC;
    GRANT SELECT ON migration.applied TO PUBLIC`)
}

/**
 * Nobody who serves the product makes tables, types or functions, temporary ones neither: a new database lets everyone,
 * and one of PostgreSQL 14 or before lets everyone into `public` as well. Asked for at every migration, as a restored or
 * copied database comes without what was withdrawn.
 */
async function withholdOwnObjects(client: pg.Client): Promise<void> {
  await client.query(`
    DO $$ BEGIN
      EXECUTE format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC', current_database());
      IF to_regnamespace('public') IS NOT NULL THEN REVOKE CREATE ON SCHEMA public FROM PUBLIC; END IF;
    EXCEPTION WHEN insufficient_privilege THEN
      NULL; -- Whether it matters is found out below.
    END $$`)
  const [left] = await rightsToOwnObjects(client)
  if (left) {
    throw new Error(
      `${left.role} has ${left.what} (${left.database}), by which it could make objects of its own, and this login cannot ` +
        `withdraw it. ${withdrawalOf(left)}`,
    )
  }
}

export type OwnObjectRight = { readonly role: string; readonly database: string; readonly what: string }

/** The rights to make objects of one's own that the login roles hold in this database. Any role of the product may ask. */
export async function rightsToOwnObjects(
  database: Pick<pg.ClientBase, 'query'>,
): Promise<readonly OwnObjectRight[]> {
  const { rows } = await database.query<OwnObjectRight>(
    `SELECT role, current_database() AS database, what
       FROM unnest($1::text[]) AS role,
            LATERAL (VALUES ('TEMPORARY ON DATABASE', has_database_privilege(role, current_database(), 'TEMPORARY')),
                            ('CREATE ON DATABASE', has_database_privilege(role, current_database(), 'CREATE')),
                            ('CREATE ON SCHEMA public',
                             coalesce(has_schema_privilege(role, to_regnamespace('public'), 'CREATE'), false))
                    ) AS may (what, allowed)
      WHERE allowed`,
    [Object.values(LOGIN_ROLES)],
  )
  return rows
}

/** What withdraws it, for whoever may. */
export function withdrawalOf({ database }: Pick<OwnObjectRight, 'database'>): string {
  return (
    `As the owner of the database: REVOKE TEMPORARY, CREATE ON DATABASE ${pg.escapeIdentifier(database)} FROM PUBLIC; ` +
    'REVOKE CREATE ON SCHEMA public FROM PUBLIC.'
  )
}

async function declareRoles(client: pg.Client, sources: readonly MigrationSource[]): Promise<void> {
  const roles = sources.flatMap((source) => source.roles ?? [])
  if (roles.length === 0) return
  await client.query(
    `INSERT INTO kernel.role (role, console, side, breaks_glass, keeps_one, lent_to, lent_max_hours)
     SELECT role, split_part(role, '/', 1), side, breaks_glass, keeps_one, lent_to, lent_max_hours
       FROM unnest($1::text[], $2::text[], $3::boolean[], $4::boolean[], $5::text[], $6::integer[])
         AS declared (role, side, breaks_glass, keeps_one, lent_to, lent_max_hours)
     ON CONFLICT (role) DO UPDATE
        SET side = excluded.side, breaks_glass = excluded.breaks_glass, keeps_one = excluded.keeps_one,
            lent_to = excluded.lent_to, lent_max_hours = excluded.lent_max_hours`,
    [
      roles.map(({ role }) => role),
      roles.map(({ side }) => side ?? null),
      roles.map(({ breaksGlass }) => breaksGlass ?? false),
      roles.map(({ keepsOne }) => keepsOne ?? false),
      roles.map(({ lent }) => lent?.to ?? null),
      roles.map(({ lent }) => lent?.maxHours ?? null),
    ],
  )
}

async function applyAll(client: pg.Client, sources: readonly MigrationSource[]): Promise<MigrationReport> {
  const checksums = await appliedChecksums(client)
  const report: { applied: string[]; routines: string[] } = { applied: [], routines: [] }
  for (const source of sources) {
    for (const { name, path } of migrationFiles(source)) {
      const sql = readFileSync(path, 'utf8')
      const before = checksums.get(`${source.module}/${name}`)
      if (before === undefined) {
        await applyFile(client, source.module, name, sql)
        report.applied.push(`${source.module}/${name}`)
      } else if (before !== checksum(sql)) {
        throw new Error(
          `${source.module}/${name} was applied with another text. Migrations are forward-only: ` +
            'restore the file and put the change in a new one.',
        )
      }
    }
    for (const { name, path } of routineFiles(source)) {
      const sql = readFileSync(path, 'utf8')
      if (checksums.get(`${source.module}/${name}`) === checksum(sql)) continue
      await applyFile(client, source.module, name, sql)
      report.routines.push(`${source.module}/${name}`)
    }
  }
  return report
}

async function appliedChecksums(database: Pick<pg.ClientBase, 'query'>): Promise<Map<string, string>> {
  const { rows } = await database.query<{ module: string; name: string; checksum: string }>(
    'SELECT module, name, checksum FROM migration.applied',
  )
  return new Map(rows.map((row) => [`${row.module}/${row.name}`, row.checksum]))
}

async function applyFile(client: pg.Client, module: string, name: string, sql: string): Promise<void> {
  try {
    await client.query('BEGIN')
    // Roles can be made only by the login itself; everything else is made as the owner.
    if (name !== '0001_foundation.sql') await client.query(`SET LOCAL ROLE ${OWNER}`)
    await client.query(sql)
    if (name === '0001_foundation.sql') await handOver(client)
    await client.query(
      `INSERT INTO migration.applied (module, name, checksum) VALUES ($1, $2, $3)
       ON CONFLICT (module, name) DO UPDATE SET checksum = excluded.checksum, applied_at = now()`,
      [module, name, checksum(sql)],
    )
    await client.query('COMMIT')
  } catch (cause) {
    await client.query('ROLLBACK')
    const detail = cause as pg.DatabaseError
    const remedy = detail.constraint === RESERVED_ID_CONSTRAINT ? await remedyOfReservedIds(client) : ''
    throw new Error(
      `Migration ${module}/${name} failed: ${detail.message}${detail.where ? ` (${detail.where})` : ''}${remedy && `. ${remedy}`}`,
      { cause },
    )
  }
}

async function handOver(client: pg.Client): Promise<void> {
  await client.query(`
    ALTER SCHEMA kernel OWNER TO ${OWNER};
    ALTER FUNCTION kernel.refuse_change() OWNER TO ${OWNER};
    ALTER FUNCTION kernel.visible_tenant(text) OWNER TO ${OWNER};
    ALTER PROCEDURE kernel.make_append_only(regclass) OWNER TO ${OWNER};
    ALTER PROCEDURE kernel.scope_by_tenant(regclass) OWNER TO ${OWNER}`)
}

function migrationFiles({ directory }: MigrationSource): { name: string; path: string }[] {
  const folder = join(directory, 'migrations')
  // A console that keeps nothing of its own has none.
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({ name, path: join(folder, name) }))
}

function routineFiles({ directory }: MigrationSource): { name: string; path: string }[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.routine.sql') && !name.includes('node_modules'))
    .sort()
    .map((name) => ({ name: relative(directory, join(directory, name)), path: join(directory, name) }))
}

function checksum(sql: string): string {
  return createHash('sha256').update(sql).digest('hex')
}
