import { recordsOf } from '../bulk/bulk-rows.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { auditOf } from './audit-parts.ts'
import { commitWrite } from './commit-write.ts'
import type { DispatcherOptions } from './dispatcher.ts'
import { requestEvent } from './request-events.ts'
import { loadRequest } from './request-record.ts'
import { DISPATCHER, DISPATCHER_ORIGIN } from './settle-effect.ts'

const EXPIRY_BATCH = 100

/** Pending requests whose time is over, by the database's clock, are moved to expired. @returns how many were due */
export async function expireLapsed(
  kernel: Kernel,
  options: Pick<DispatcherOptions, 'holder' | 'report'>,
): Promise<number> {
  const { rows } = await kernel.pool.query<{ request_id: string }>(
    `SELECT q.request_id
       FROM kernel.action_request q JOIN kernel.action_revision v USING (request_id, revision)
      WHERE q.state = 'pending' AND v.expires_at < clock_timestamp()
      ORDER BY q.created_at LIMIT $1`,
    [EXPIRY_BATCH],
  )
  for (const { request_id } of rows) {
    const record = await loadRequest(kernel.pool, request_id)
    if (!record?.revision || record.state !== 'pending') continue
    const target = { kind: record.target_kind, id: record.target_id }
    const committed = await commitWrite(
      kernel.pool,
      {
        tenant_id: record.tenant_id,
        expect: { request_id, transitions: record.transitions, approvals: record.approvals.length },
        transitions: [
          {
            step: record.transitions + 1,
            revision: record.revision.revision,
            from_state: 'pending',
            to_state: 'expired',
            actor_id: DISPATCHER,
          },
        ],
        events: [
          requestEvent(
            'expired',
            request_id,
            { name: record.type },
            target,
            DISPATCHER,
            DISPATCHER_ORIGIN,
            {},
            await recordsOf(kernel.pool, record),
          ),
        ],
        audit: auditOf(kernel, {
          kind: 'action',
          actor: { id: DISPATCHER, roles: [] },
          action: record.type,
          target,
          outcome: 'expired',
          actionRequestId: request_id,
          transition: { from: 'pending', to: 'expired', revision: record.revision.revision },
          detail: { holder: options.holder },
          ...(record.tenant_id === null ? {} : { tenantId: record.tenant_id }),
        }),
      },
      'kernel.commit_outcome',
    )
    if (committed.ok) kernel.observeMove({ action: record.type, state: 'expired' })
    else options.report({ level: 'warn', message: english(committed.failure.message), requestId: request_id })
  }
  return rows.length
}
