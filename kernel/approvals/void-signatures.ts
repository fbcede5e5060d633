import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import type { Failure } from '../actions/failure.ts'
import type { Found } from '../actions/read-target.ts'
import { requestEvent } from '../actions/request-events.ts'
import type { Kernel } from '../kernel.ts'
import { type Said, say } from '../languages/say.ts'
import type { Drift } from './drift.ts'
import type { Asked } from './shown-evidence.ts'
import type { Deciding } from './write-decision.ts'

/**
 * The record has moved further than the rule allows: what was signed is not what would happen. The signatures given so
 * far are void from now on, though the record may come back to where it was.
 *
 * @param drift what its preview says otherwise; undefined where there is none to compare
 * @returns the refusal of whoever came to sign; `moved` where the request itself has moved meanwhile
 */
export async function voidSignatures(
  kernel: Kernel,
  { principal, origin }: Deciding,
  { record, action, revision }: Asked,
  found: Found,
  drift: readonly Drift[] | undefined,
): Promise<Failure> {
  const signed = record.approvals.filter(({ decision }) => decision === 'approve')
  const standing = signed.filter((approval) => !approval.void).length
  if (standing > 0) {
    const target = { kind: record.target_kind, id: record.target_id }
    const committed = await commitWrite(kernel.pool, {
      tenant_id: record.tenant_id,
      expect: {
        request_id: record.request_id,
        transitions: record.transitions,
        approvals: record.approvals.length,
      },
      voiding: {
        revision: revision.revision,
        person_id: principal.id,
        roles: principal.roles,
        found_version: found.version,
        drift: drift ?? [],
      },
      events: [
        requestEvent('signatures_voided', record.request_id, action, target, principal.id, origin, {
          signatures: standing,
          requested_version: revision.target_version,
          current_version: found.version,
        }),
      ],
      audit: auditOf(kernel, {
        kind: 'approval',
        actor: { id: principal.id, roles: principal.roles },
        action: record.type,
        target,
        outcome: 'void',
        actionRequestId: record.request_id,
        detail: {
          signatures: standing,
          requested_version: revision.target_version,
          current_version: found.version,
        },
        ...originFacts(origin),
        ...(record.tenant_id === null ? {} : { tenantId: record.tenant_id }),
      }),
    })
    if (!committed.ok) return committed.failure
  }
  return {
    kind: 'conflict',
    code: 'target_changed',
    message: changedSentence(record.target_kind, revision.target_version ?? '', found.version, signed.length),
    extra: {
      requested_version: revision.target_version,
      current_version: found.version,
      voided_approvals: signed.length,
      ...(drift ? { drift } : {}),
    },
  }
}

function changedSentence(kind: string, was: string, is: string, signatures: number): Said {
  switch (signatures) {
    case 0:
      return say`The ${kind} has changed since this was asked for (version ${was}, now ${is}). It has to be asked for again.`
    case 1:
      return say`The ${kind} has changed since this was asked for (version ${was}, now ${is}). The signature on it is void. It has to be asked for again.`
    default:
      return say`The ${kind} has changed since this was asked for (version ${was}, now ${is}). The ${signatures} signatures on it are void. It has to be asked for again.`
  }
}
