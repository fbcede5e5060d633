import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { loadRequest, REQUEST_ID, type RequestRecord } from './request-record.ts'

/** The types of request that this person may see: those they may ask for or decide on; the auditor sees all. */
export function visibleTypes(kernel: Kernel, principal: Principal): string[] {
  const auditor = kernel.access.mayEver(principal, 'audit:read')
  return [...kernel.actions.values()]
    .filter(
      ({ name }) =>
        auditor ||
        kernel.access.mayEver(principal, name) ||
        kernel.access.mayEver(principal, `${name}:decide`),
    )
    .map(({ name }) => name)
}

/** The request where this person may see it; who asked for it always may. */
export async function visibleRequest(
  kernel: Kernel,
  principal: Principal,
  requestId: string,
): Promise<RequestRecord | undefined> {
  const record = REQUEST_ID.test(requestId) ? await loadRequest(kernel.pool, requestId) : undefined
  const sees =
    record?.requested_by === principal.id || visibleTypes(kernel, principal).includes(record?.type ?? '')
  return sees ? record : undefined
}
