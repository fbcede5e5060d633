import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { auditOf, originFacts } from './audit-parts.ts'
import { commitWrite } from './commit-write.ts'

/** Names of unknown members that a security event repeats; anything else could be a text of the caller's. */
const MEMBER_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
const MEMBERS_NAMED_MAX = 16

/**
 * Every denial is recorded. One to a role on the platform's side, at what moves money or belongs to a console of the
 * money side, one of what nobody may reach for, and one of a guarded console to whoever has no business there is a security event of severity HIGH, with the resource concerned.
 */
export async function recordDenial(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  denied: {
    /** The action or permission that was asked for, or the door's name. */
    readonly action: string
    readonly movesMoney: boolean
    readonly code: string
    readonly resource?: string
    /** True for what nobody may reach for, whoever asks. */
    readonly breach?: boolean | undefined
  },
): Promise<void> {
  const { access } = kernel
  const breach =
    denied.breach === true ||
    (access.isGuarded(denied.action) && !access.mayEver(principal, denied.action)) ||
    ((denied.movesMoney || access.isFinancial(denied.action)) && access.standsOn('platform', principal.roles))
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
  if (!committed.ok) throw new Error(`a denial could not be recorded: ${english(committed.failure.message)}`)
}

/** What is stored of a request is not what was asked for: nobody agrees to it, and somebody has to find out why. */
export async function recordAltered(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  record: { readonly type: string; readonly request_id: string },
  why: string,
): Promise<void> {
  const committed = await commitWrite(kernel.pool, {
    tenant_id: null,
    events: [],
    audit: auditOf(kernel, {
      kind: 'security',
      eventSubType: 'REQUEST_ALTERED',
      severity: 'CRITICAL',
      actor: { id: principal.id, roles: principal.roles },
      action: `${record.type}:decide`,
      outcome: 'refused',
      detail: { why, affected_resource: `request/${record.request_id}` },
      ...originFacts(origin),
    }),
  })
  if (!committed.ok)
    throw new Error(`a security event could not be recorded: ${english(committed.failure.message)}`)
}

/**
 * A request that came with members nobody asked for (`state`, `quorum`: mass assignment) is refused as a whole, and is a
 * security event. Does nothing where there are none.
 */
export async function recordUnknownMembers(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  action: string,
  issues: readonly { readonly code?: string; readonly keys?: readonly string[] }[],
): Promise<void> {
  const members = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? (issue.keys ?? []) : []))
  if (members.length === 0) return
  const committed = await commitWrite(kernel.pool, {
    tenant_id: null,
    events: [],
    audit: auditOf(kernel, {
      kind: 'security',
      eventSubType: 'UNKNOWN_MEMBERS',
      severity: 'LOW',
      actor: { id: principal.id, roles: principal.roles },
      action,
      outcome: 'refused',
      detail: {
        members: members
          .slice(0, MEMBERS_NAMED_MAX)
          .map((name) => (MEMBER_NAME.test(name) ? name : '(not a name)')),
      },
      ...originFacts(origin),
    }),
  })
  if (!committed.ok)
    throw new Error(`a security event could not be recorded: ${english(committed.failure.message)}`)
}
