import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import type { BoundEntity } from '../console.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import type { EntityRef } from './entity-ref.ts'

/**
 * Before a sensitive record is shown: where that cannot be recorded, nothing is shown. One insert that waits for no other
 * reader; nothing else is locked, so that any number may read at once.
 */
export async function recordRead(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  entity: BoundEntity,
  { kind, id }: EntityRef,
  tenantId: string | undefined,
): Promise<void> {
  if (!entity.sensitive) return
  const committed = await commitWrite(kernel.pool, {
    tenant_id: tenantId ?? null,
    events: [],
    audit: auditOf(kernel, {
      kind: 'read',
      actor: { id: principal.id, roles: principal.roles },
      action: 'kernel.read_record',
      target: { kind, id },
      outcome: 'allowed',
      ...(tenantId === undefined ? {} : { tenantId }),
      ...originFacts(origin),
    }),
  })
  if (!committed.ok) throw new Error(`a read could not be recorded: ${english(committed.failure.message)}`)
}
