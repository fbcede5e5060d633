import { type Failure, fail, ok, type Result } from '../actions/failure.ts'
import { openEmergencyOn } from '../actions/open-request.ts'
import { type Found, readTarget } from '../actions/read-target.ts'
import { recordAltered } from '../actions/record-denial.ts'
import type { RequestRecord } from '../actions/request-record.ts'
import { decidedOtherwise, digestFault } from '../actions/revision-fault.ts'
import { openInput } from '../actions/seal-input.ts'
import { stalePreview } from '../actions/stale-preview.ts'
import { bulkFault } from '../bulk/bulk-fault.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { say, type Text } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { driftAllowed } from './drift.ts'
import { notReadAnew, shownDigest } from './shown-digest.ts'
import { type Asked, driftSince, freshlyShown, shownAsAsked } from './shown-evidence.ts'
import { voidSignatures } from './void-signatures.ts'
import type { Deciding } from './write-decision.ts'

/** What somebody who agrees is shown, sealed with their signature; and the record it is about, where it is one. */
export type Agreed = { readonly evidence: Json; readonly found: Found | undefined }

/**
 * Read fresh and decided on again: nobody signs what has changed, would be refused, or is not what was asked for.
 *
 * @param shown of what the approver read (`preview_digest` of the request), where they say it: nothing else is sealed
 */
export async function agreeToRecord(
  kernel: Kernel,
  deciding: Deciding,
  asked: Asked,
  shown: string | undefined,
): Promise<Result<Agreed>> {
  const { record, action, revision } = asked
  const target = { kind: record.target_kind, id: record.target_id }
  const stored = await digestFault(kernel, action, record)
  // What is not as it was signed may not be openable either.
  const input = stored
    ? revision.input
    : await openInput(kernel.sealer, action.inputSchema, revision.input, target)
  const reading = await readTarget(kernel, action, target, input, record.requested_by)
  if (!reading.ok) return reading
  const found = reading.value
  const context = {
    now: kernel.now(),
    reason: { code: revision.reason_code },
    actor: { id: record.requested_by, roles: record.requested_roles },
  }
  const moved = found.version !== revision.target_version
  const decided = stored ? undefined : await decidedOtherwise(kernel, action, record, found.state)
  // It holds by another request, on which others are to decide: to void the signatures on this one would say nothing of that.
  const emergency =
    decided && 'refused' in decided ? await openEmergencyOn(kernel, action, target) : undefined
  if (emergency !== undefined) return fail(emergencyInForce(emergency))
  // A record that has moved may well lead to another effect than the one that was asked for, or to none.
  if (moved && decided) return fail(await voidSignatures(kernel, deciding, asked, found, undefined))
  // What the record's version does not tell, such as a party frozen meanwhile: nobody signs what would be refused.
  if (decided && 'refused' in decided) return fail({ kind: 'conflict', ...decided.refused })
  const fault = stored ?? decided?.otherwise
  if (fault) return fail(await altered(kernel, deciding, record, fault))
  const preview = action.preview(found.state, input, context)
  const drift = moved ? driftSince(revision, preview) : []
  if (moved && !driftAllowed(drift, revision)) {
    return fail(await voidSignatures(kernel, deciding, asked, found, drift))
  }
  const now = shownDigest(revision.digest, found.version, preview)
  if (shown !== undefined && shown !== now) return fail(stalePreview(now, preview))
  const evidence = freshlyShown(asked, found, preview, drift, context.now)
  return ok({ evidence, found })
}

/** Of what somebody came to agree to: the same is in force, or about to be, before anybody has agreed to it. */
export function emergencyInForce(id: string): Failure {
  return {
    kind: 'conflict',
    code: 'emergency_in_force',
    message: say`This holds already as an emergency, which is lifted unless others agree to it. Agree to that request, or have somebody else do so.`,
    extra: { emergency: { id, link: `/v1/requests/${id}` } },
  }
}

/**
 * Of a request over many records: the list that is signed is the list that is stored. Each record is looked at when its
 * own turn comes, so that one that has changed does not keep the others waiting.
 *
 * @param shown named by nobody here: 400
 */
export async function agreeToList(
  kernel: Kernel,
  deciding: Deciding,
  asked: Asked,
  shown: string | undefined,
): Promise<Result<Agreed>> {
  const unread = notReadAnew(shown)
  if (unread) return fail(unread)
  const { record, action } = asked
  const fault = (await digestFault(kernel, action, record)) ?? (await bulkFault(kernel, record))
  if (fault) return fail(await altered(kernel, deciding, record, fault))
  return ok({ evidence: shownAsAsked(asked), found: undefined })
}

async function altered(
  kernel: Kernel,
  { principal, origin }: Deciding,
  record: RequestRecord,
  fault: Text,
): Promise<Failure> {
  await recordAltered(kernel, principal, origin, record, english(fault))
  return {
    kind: 'conflict',
    code: 'request_altered',
    message: say`This request cannot be agreed to: ${fault}. It has to be asked for again.`,
  }
}
