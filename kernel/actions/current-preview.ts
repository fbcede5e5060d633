import { type Drift, driftAllowed } from '../approvals/drift.ts'
import { shownDigest } from '../approvals/shown-digest.ts'
import { driftSince } from '../approvals/shown-evidence.ts'
import type { Kernel } from '../kernel.ts'
import type { Text } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { PreviewBody } from './define-action.ts'
import type { Failure, FieldError } from './failure.ts'
import { pointingToEmergency } from './open-request.ts'
import { readTarget } from './read-target.ts'
import type { RequestRecord, RevisionRecord } from './request-record.ts'
import { noLongerFits } from './revision-fault.ts'
import { openInput } from './seal-input.ts'

/** The preview of a pending request computed afresh, with what has changed since it was asked for. */
export async function currentPreview(
  kernel: Kernel,
  record: RequestRecord,
): Promise<{
  current_preview: PreviewBody | null
  /** Of what is shown with this: an approval that carries it is for exactly that. */
  preview_digest?: string
  drift: readonly Drift[]
  target_changed?: boolean
  /** Whether the rule allows what has moved; what it does not allow voids the signatures. */
  drift_allowed?: boolean
  /** Why it could not be asked for any more, as the action's own rules say now; and the emergency by which it holds already. */
  refused?: { code: string; message: Text; emergency?: unknown }
  unreadable?: Text
}> {
  const { revision } = record
  const action = kernel.actions.get(record.type)
  // Each record of many is looked at when its turn comes.
  if (!revision || !action || record.bulk) return { current_preview: null, drift: [] }
  const target = { kind: record.target_kind, id: record.target_id }
  const input = await openInput(kernel.sealer, action.inputSchema, revision.input, target)
  const reading = await readTarget(kernel, action, target, input, record.requested_by)
  if (!reading.ok) return { current_preview: null, drift: [], unreadable: reading.failure.message }
  const context = {
    now: kernel.now(),
    reason: { code: revision.reason_code },
    actor: { id: record.requested_by, roles: record.requested_roles },
  }
  const decided = action.decide(reading.value.state, input, context)
  if (decided.decision === 'refuse') {
    const wrong = decided.fields ?? []
    const refusal: Failure = {
      kind: 'conflict',
      ...(wrong.length === 0 ? { code: decided.code, message: decided.message } : noLongerFits(wrong)),
    }
    const { code, message, extra } = await pointingToEmergency(kernel, action, target, refusal)
    const drift = wrong.map((one) => driftOfField(revision, input, one))
    const shown = { current_preview: null, drift, target_changed: true }
    // Of what holds by an emergency there is nothing to be asked for again: that is what others decide on.
    return extra?.emergency === undefined
      ? { ...shown, drift_allowed: false, refused: { code, message } }
      : { ...shown, refused: { code, message, emergency: extra.emergency } }
  }
  const preview = action.preview(reading.value.state, input, context)
  const drift = driftSince(revision, preview)
  const changed = reading.value.version !== revision.target_version
  return {
    current_preview: preview,
    preview_digest: shownDigest(revision.digest, reading.value.version, preview),
    drift,
    target_changed: changed,
    ...(changed ? { drift_allowed: driftAllowed(drift, revision) } : {}),
  }
}

/** What was asked for of a member that is refused by now, as the preview then had it, and why it is refused. */
function driftOfField(revision: RevisionRecord, input: Json, { field, message }: FieldError): Drift {
  const asked = field.startsWith('input.') ? memberOf(input, field.slice('input.'.length)) : undefined
  const line = revision.evidence.preview?.changes.find(({ to }) => to !== undefined && to.id === asked)
  return line?.after === undefined
    ? { label: field, was: null, now: message }
    : { label: line.label, was: line.after, now: message }
}

function memberOf(input: Json, name: string): Json | undefined {
  return (input as { readonly [member: string]: Json | undefined } | null)?.[name]
}
