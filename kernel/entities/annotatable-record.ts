import { lentRoles } from '../access/lent-roles.ts'
import { fail, type Result } from '../actions/failure.ts'
import { recordDenial } from '../actions/record-denial.ts'
import { visibleRequest } from '../actions/visible-requests.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import { ANNOTATE } from '../notes/annotate.ts'
import type { EntityRef } from './entity-ref.ts'
import { mayHearOf } from './may-hear-of.ts'
import { type KnownRecord, knownRecord } from './visible-entity.ts'

/**
 * A record that this person knows and may write beside.
 *
 * @returns 404 as {@link knownRecord}; 403 `lent_to_read`, recorded, where a lent role alone shows it to them
 */
export async function annotatableRecord(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  ref: EntityRef,
): Promise<Result<KnownRecord>> {
  const known = await knownRecord(kernel, principal, origin, ref)
  if (!known.ok || (await mayAnnotate(kernel, principal, ref))) return known
  const code = 'lent_to_read'
  const resource = `/v1/entities/${ref.kind}/${ref.id}`
  await recordDenial(kernel, principal, origin, { action: ANNOTATE, movesMoney: false, code, resource })
  return fail({
    kind: 'forbidden',
    code,
    message: say`This record is shown to you by a role that is lent for reading: nothing is written beside it.`,
  })
}

/** Whether who knows of a record may write notes and attach files beside it: a role that is lent is for reading alone. */
export async function mayAnnotate(kernel: Kernel, principal: Principal, ref: EntityRef): Promise<boolean> {
  const lent = lentRoles(kernel)
  const own = { ...principal, roles: principal.roles.filter((role) => !lent.has(role)) }
  if (!kernel.access.mayEver(own, ANNOTATE)) return false
  if (own.roles.length === principal.roles.length) return true
  if (ref.kind === 'request') return (await visibleRequest(kernel, own, ref.id)) !== undefined
  return mayHearOf(kernel, own, ref)
}
