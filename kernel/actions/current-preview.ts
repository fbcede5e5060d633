import { type Drift, driftAllowed } from '../approvals/drift.ts'
import { shownDigest } from '../approvals/shown-digest.ts'
import { driftSince } from '../approvals/shown-evidence.ts'
import type { Kernel } from '../kernel.ts'
import type { Text } from '../languages/say.ts'
import type { PreviewBody } from './define-action.ts'
import type { Failure } from './failure.ts'
import { pointingToEmergency } from './open-request.ts'
import { readTarget } from './read-target.ts'
import type { RequestRecord } from './request-record.ts'
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
  const reading = await readTarget(kernel, action, target, revision.input)
  if (!reading.ok) return { current_preview: null, drift: [], unreadable: reading.failure.message }
  const context = {
    now: kernel.now(),
    reason: { code: revision.reason_code },
    actor: { id: record.requested_by, roles: record.requested_roles },
  }
  const input = await openInput(kernel.sealer, action.inputSchema, revision.input, target)
  const decided = action.decide(reading.value.state, input, context)
  if (decided.decision === 'refuse') {
    const refusal: Failure = { kind: 'conflict', code: decided.code, message: decided.message }
    const { code, message, extra } = await pointingToEmergency(kernel, action, target, refusal)
    const shown = { current_preview: null, drift: [], target_changed: true }
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
