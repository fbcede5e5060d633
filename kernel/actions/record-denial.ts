import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { auditOf, originFacts } from './audit-parts.ts'
import { commitWrite } from './commit-write.ts'

/** Sides of static separation of duties, by console. */
const PLATFORM = /^platform\//

/**
 * Every denial is recorded. One to a platform role on a financial resource is a security event of severity HIGH, with
 * the resource concerned.
 */
export async function recordDenial(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  denied: {
    readonly action: string
    readonly movesMoney: boolean
    readonly code: string
    readonly resource?: string
  },
): Promise<void> {
  const breach = denied.movesMoney && principal.roles.some((role) => PLATFORM.test(role))
  const committed = await commitWrite(kernel.pool, {
    tenant_id: null,
    events: [],
    audit: auditOf(kernel, {
      kind: breach ? 'security' : 'denial',
      ...(breach ? { eventSubType: 'UNAUTHORIZED_ACCESS_ATTEMPT', severity: 'HIGH' as const } : {}),
      actor: { id: principal.id, roles: principal.roles },
      action: denied.action,
      outcome: 'denied',
      detail: {
        code: denied.code,
        ...(denied.resource === undefined ? {} : { affected_resource: denied.resource }),
      },
      ...originFacts(origin),
    }),
  })
  if (!committed.ok) throw new Error(`a denial could not be recorded: ${committed.failure.message}`)
}
