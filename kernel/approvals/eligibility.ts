import { forbidden } from '../access/forbidden.ts'
import { fail, ok, type Result } from '../actions/failure.ts'
import type { RequestRecord } from '../actions/request-record.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'

/** A role, or an account let in again, by the requester's word counts only after this long. */
const EMPOWERED_BY_REQUESTER_H = 24

/** The roles under which this person may sign; or why not. */
export async function eligibility(
  kernel: Kernel,
  principal: Principal,
  record: RequestRecord,
): Promise<Result<readonly string[]>> {
  const { revision } = record
  const decision = kernel.access.decide(principal, `${record.type}:decide`, {
    type: 'ActionRequest',
    id: record.request_id,
    requestedBy: record.requested_by,
    requesterKind: record.requester_kind,
  })
  if (principal.id === record.requested_by || principal.id === revision?.created_by) {
    return fail({
      kind: 'forbidden',
      code: 'own_request',
      message: say`You asked for this yourself. Somebody else has to decide on it.`,
    })
  }
  if (!decision.allowed) return fail(forbidden(kernel, `${record.type}:decide`))
  const roles = principal.roles.filter((role) => revision?.eligible_roles.includes(role))
  if (roles.length === 0) {
    return fail({
      kind: 'forbidden',
      code: 'not_eligible',
      message: say`This is decided by ${revision?.eligible_roles.join(' or ') ?? ''}.`,
      extra: { required_roles: revision?.eligible_roles },
    })
  }
  const accounts = await kernel.pool.query<{ own: boolean; about: boolean; decided: boolean }>(
    `SELECT accounts && $2 AS own, $4 = ANY (accounts) AS about, accounts && $3 AND NOT $1 = ANY ($3) AS decided
       FROM kernel.accounts_of($1) AS accounts`,
    [
      principal.id,
      [record.requested_by, ...(revision ? [revision.created_by] : [])],
      record.approvals.map(({ person_id }) => person_id),
      record.target_kind === 'person' ? record.target_id : null,
    ],
  )
  if (accounts.rows[0]?.own) {
    return fail({
      kind: 'forbidden',
      code: 'own_request',
      message: say`This was asked for with another account of yours. Somebody else has to decide on it.`,
    })
  }
  if (accounts.rows[0]?.about) {
    return fail({
      kind: 'forbidden',
      code: 'own_roles',
      message: say`This is about you, or about another account of yours. Somebody else has to decide on it.`,
    })
  }
  if (accounts.rows[0]?.decided) {
    return fail({
      kind: 'conflict',
      code: 'already_decided',
      message: say`You have decided on this revision already, with another account of yours.`,
    })
  }
  const empowered = await kernel.pool.query<{ was: boolean }>(
    `SELECT kernel.was_empowered_by($1, $2, $3, clock_timestamp() - make_interval(hours => $4)) AS was`,
    [principal.id, revision?.eligible_roles ?? [], record.requested_by, EMPOWERED_BY_REQUESTER_H],
  )
  if (empowered.rows[0]?.was) {
    return fail({
      kind: 'forbidden',
      code: 'granted_by_requester',
      message: say`The requester gave you this role, or your account back, within the last ${EMPOWERED_BY_REQUESTER_H} hours, or agreed to it.`,
    })
  }
  return ok(roles)
}
