import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import type { Json } from '../personal-data/canonical-json.ts'

/** Before anything is shown: where that cannot be recorded, nothing is. */
export async function recordReveal(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  shown: {
    readonly action: string
    readonly target: EntityRef
    readonly tenantId: string | undefined
    readonly detail: Readonly<Record<string, Json>>
  },
): Promise<void> {
  const { action, target, tenantId, detail } = shown
  const committed = await commitWrite(kernel.pool, {
    tenant_id: tenantId ?? null,
    events: [],
    audit: auditOf(kernel, {
      kind: 'reveal',
      actor: { id: principal.id, roles: principal.roles },
      action,
      target: { kind: target.kind, id: target.id },
      outcome: 'allowed',
      detail,
      ...(tenantId === undefined ? {} : { tenantId }),
      ...originFacts(origin),
    }),
  })
  if (!committed.ok) throw new Error(`a reveal could not be recorded: ${english(committed.failure.message)}`)
}
