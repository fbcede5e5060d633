import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'

/** A key that operations may see, in the columns of its contract; times are RFC 3339. */
export type Config = {
  readonly id: string
  readonly config_key: string
  readonly config_value: Json
  readonly category: string
  readonly is_financial: false
  readonly version: number
  readonly description: string
  /** Null: as it was delivered. */
  readonly updated_by: string | null
  readonly created_at: string
  readonly updated_at: string
}

export type ConfigVersion = { readonly value: Json; readonly schema_version: number }

/** `changed_by` null: as it was delivered. */
export type RecentVersion = {
  readonly version: number
  readonly value: Json
  readonly changed_by: string | null
  readonly changed_at: string
  /** What that person is called now. */
  readonly changed_by_name: string | null
}

/** Versions that a page shows; the rest are in its history. */
const RECENT_MAX = 20

const COLUMNS = `id, config_key, config_value, category, is_financial, version, description, updated_by,
                 kernel.rfc3339(created_at) AS created_at, kernel.rfc3339(updated_at) AS updated_at`

export type ConfigQuery = {
  readonly category?: string | undefined
  /** How the key begins. */
  readonly key?: string | undefined
  readonly after?: { readonly category: string; readonly key: string } | undefined
  readonly limit: number
}

/** By category and key. Row security leaves out what is financial; it is left out here as well. */
export async function listConfigs(pool: Kernel['pool'], query: ConfigQuery): Promise<readonly Config[]> {
  const { rows } = await pool.query<Config>({
    name: 'platform-configs',
    text: `SELECT ${COLUMNS} FROM platform.system_config
            WHERE is_financial = false AND ($1::text IS NULL OR category = $1)
              AND ($2::text IS NULL OR starts_with(config_key, $2))
              AND ($3::text IS NULL OR (category, config_key) > ($3, $4))
            ORDER BY category, config_key LIMIT $5`,
    values: [
      ...[query.category ?? null, query.key ?? null, query.after?.category ?? null],
      ...[query.after?.key ?? null, query.limit],
    ],
  })
  return rows
}

/** Undefined where there is no such key, or it is financial. */
export async function loadConfig(pool: Kernel['pool'], key: string): Promise<Config | undefined> {
  const { rows } = await pool.query<Config>({
    name: 'platform-config',
    text: `SELECT ${COLUMNS} FROM platform.system_config WHERE is_financial = false AND config_key = $1`,
    values: [key],
  })
  return rows[0]
}

export async function loadVersion(
  pool: Kernel['pool'],
  key: string,
  version: number,
): Promise<ConfigVersion | undefined> {
  const { rows } = await pool.query<ConfigVersion>({
    name: 'platform-config-version',
    text: `SELECT new_value AS value, schema_version FROM platform.config_history WHERE config_key = $1 AND version = $2`,
    values: [key, version],
  })
  return rows[0]
}

/** What was set lately, newest first. */
export async function recentVersions(pool: Kernel['pool'], key: string): Promise<readonly RecentVersion[]> {
  const { rows } = await pool.query<RecentVersion>({
    name: 'platform-config-recent',
    text: `SELECT h.version, h.new_value AS value, h.changed_by, kernel.rfc3339(h.changed_at) AS changed_at,
                  p.display_name AS changed_by_name
             FROM platform.config_history h LEFT JOIN kernel.person p ON p.person_id = h.changed_by
            WHERE h.config_key = $1 ORDER BY h.version DESC LIMIT ${RECENT_MAX}`,
    values: [key],
  })
  return rows
}

/** Whether there is such a key that operations may not see. */
export async function isFinancialConfig(pool: Kernel['pool'], key: string): Promise<boolean> {
  const { rows } = await pool.query<{ financial: boolean }>({
    name: 'platform-config-financial',
    text: 'SELECT platform.is_financial_config($1) AS financial',
    values: [key],
  })
  return rows[0]?.financial === true
}
