import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import type { Failure } from './failure.ts'
import { loadRequest, REQUEST_ID, type RequestRecord } from './request-record.ts'

type Seeing = {
  readonly kernel: Pick<Kernel, 'access' | 'actions'>
  readonly principal: Pick<Principal, 'id' | 'kind' | 'roles'>
}

/** The types of request that this person may see: those they may ask for or decide on; the auditor sees all. */
export function visibleTypes(kernel: Seeing['kernel'], principal: Seeing['principal']): string[] {
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

/**
 * The one rule of who knows of a request: whoever reads it, finds it on a timeline or hears that it has moved. Who asked
 * for it always may.
 */
export function maySeeRequest(
  kernel: Seeing['kernel'],
  principal: Seeing['principal'],
  request: Pick<RequestRecord, 'type' | 'requested_by'>,
): boolean {
  return (
    request.requested_by === principal.id ||
    visibleTypes(kernel, principal).includes(request.type) ||
    // Of an action that is declared no more: what was done stays for those who read the log.
    (!kernel.actions.has(request.type) && kernel.access.mayEver(principal, 'audit:read'))
  )
}

/**
 * SQL over `kernel.action_request q`: of a request on what only some know of (somebody's saved view, another request) those alone know, and
 * whoever asked for it. The parameters hold the person, their roles and the types that they may see.
 */
export function targetKnownTo(at: {
  readonly person: string
  readonly roles: string
  readonly types: string
}): string {
  const { person, roles, types } = at
  return `(q.requested_by = ${person} OR CASE
      WHEN q.target_kind = 'view' THEN EXISTS (
        SELECT FROM kernel.saved_view v
         WHERE v.view_id = q.target_id
           AND (v.owner = ${person} OR v.shared AND (v.roles = '{}' OR v.roles && ${roles})))
      WHEN q.target_kind = 'request' AND q.target_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN EXISTS (
        SELECT FROM kernel.action_request o
         WHERE o.request_id = q.target_id::uuid AND (o.requested_by = ${person} OR o.type = ANY (${types})))
      ELSE true END)`
}

/** As it is answered of one that is not there, and of one that this person may not know of. */
export function noSuchRequest(requestId: string): Failure {
  return { kind: 'not_found', code: 'not_found', message: say`There is no request "${requestId}".` }
}

/** The request where this person may see it; who asked for it always may. */
export async function visibleRequest(
  kernel: Kernel,
  principal: Principal,
  requestId: string,
): Promise<RequestRecord | undefined> {
  const record = REQUEST_ID.test(requestId) ? await loadRequest(kernel.pool, requestId) : undefined
  if (!record || !maySeeRequest(kernel, principal, record)) return undefined
  const { rowCount } = await kernel.pool.query({
    name: 'request-of-known-target',
    text: `SELECT FROM kernel.action_request q
            WHERE q.request_id = $1 AND ${targetKnownTo({ person: '$2', roles: '$3::text[]', types: '$4::text[]' })}`,
    values: [record.request_id, principal.id, [...principal.roles], visibleTypes(kernel, principal)],
  })
  return rowCount === 1 ? record : undefined
}
