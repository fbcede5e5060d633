import { type Failure, fail, ok, type Result } from '@countersign/kernel/actions/failure.ts'
import { recordDenial } from '@countersign/kernel/actions/record-denial.ts'
import { openNote } from '@countersign/kernel/actions/seal-input.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { notFound } from '@countersign/kernel/entities/not-found.ts'
import { cursorParameter, encodeCursor, limitParameter } from '@countersign/kernel/http/cursor.ts'
import { type Asked, type Reply, type Route, route } from '@countersign/kernel/http/route.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import type { Sealed } from '@countersign/kernel/personal-data/sealing.ts'
import { z } from 'zod'
import { configOnDoor } from './config-entity.ts'
import { type Config, isFinancialConfig, loadConfig } from './config-record.ts'
import { CONFIG_NOTE, FINANCIAL_CONFIG } from './financial-config.ts'

const LIST_DEFAULT = 50
const params = z.object({ key: entityId })
type AskedOfKey = Asked<z.output<typeof params>>

/** P-08: one key, and how it came to have its value. What is financial is neither listed nor read. */
export function configRoutes(kernel: Kernel): Route[] {
  const { pool } = kernel
  const ofKey = async (
    { params: { key }, principal, origin, request }: AskedOfKey,
    found: (config: Config) => Promise<Result<Reply>>,
  ): Promise<Result<Reply>> => {
    const config = await loadConfig(pool, key)
    if (config) return found(config)
    if (!(await isFinancialConfig(pool, key))) return fail(notFound({ kind: 'config', id: key }))
    await recordDenial(kernel, principal, origin, {
      ...{ action: 'platform.read_config', movesMoney: false, code: FINANCIAL_CONFIG.code, breach: true },
      resource: request.url.split('?')[0] ?? '',
    })
    return fail(FINANCIAL)
  }
  return [
    route({
      method: 'GET',
      url: '/api/ops/system-config/:key',
      summary: 'One key, with what it may hold',
      access: { permission: 'platform:read' },
      params,
      handle: (call) =>
        ofKey(call, async (config) =>
          ok({ body: { success: true, data: configOnDoor(config), note: CONFIG_NOTE } }),
        ),
    }),
    route({
      method: 'GET',
      url: '/api/ops/system-config/:key/history',
      summary: 'Every value that a key has had, who set it and why; newest first',
      access: { permission: 'platform:read' },
      params,
      query: z.strictObject({
        cursor: cursorParameter(z.strictObject({ version: z.int32() })).optional(),
        limit: limitParameter(LIST_DEFAULT),
      }),
      handle: (call) =>
        ofKey(call, async ({ config_key: key }) => {
          const { cursor, limit } = call.query
          const { rows } = await pool.query<Row>({
            name: 'platform-config-history',
            text: `SELECT h.id, h.config_id, h.config_key, h.version, h.old_value, h.new_value, h.schema_version, h.rolled_back_to,
                          h.changed_by, h.change_reason AS reason_code, kernel.rfc3339(h.changed_at) AS changed_at, h.request_id,
                          v.reason_note
                     FROM platform.config_history h
                     LEFT JOIN kernel.action_request q USING (request_id)
                     LEFT JOIN kernel.action_revision v ON (v.request_id, v.revision) = (q.request_id, q.revision)
                    WHERE h.config_key = $1 AND ($2::integer IS NULL OR h.version < $2)
                    ORDER BY h.version DESC LIMIT $3`,
            values: [key, cursor?.version ?? null, limit + 1],
          })
          const page = rows.slice(0, limit)
          const last = page.at(-1)
          const versions = await Promise.all(
            page.map(async ({ reason_note, ...row }) => ({
              ...row,
              change_reason:
                (await openNote(kernel.sealer, reason_note, { kind: 'config', id: key })) ?? row.reason_code,
            })),
          )
          return ok({
            body: {
              ...{ success: true, data: versions, note: CONFIG_NOTE },
              next_cursor: rows.length > limit && last ? encodeCursor({ version: last.version }) : null,
            },
          })
        }),
    }),
  ]
}

const FINANCIAL: Failure = { kind: 'forbidden', ...FINANCIAL_CONFIG, extra: { note: CONFIG_NOTE } }

type Row = {
  readonly version: number
  readonly reason_code: string
  readonly reason_note: Sealed | null
} & Readonly<Record<string, Json>>
