import type { PreviewBody } from '../actions/define-action.ts'
import { freshlyRead } from '../actions/evidence.ts'
import { type Found, readTarget } from '../actions/read-target.ts'
import type { RequestRecord, RevisionRecord } from '../actions/request-record.ts'
import { openInput } from '../actions/seal-input.ts'
import type { BoundAction } from '../console.ts'
import type { Kernel } from '../kernel.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { type Drift, driftBetween } from './drift.ts'

/** What a decision is about, with the action that it is of. */
export type Asked = {
  readonly record: RequestRecord
  readonly action: BoundAction
  readonly revision: RevisionRecord
}

/** What the record's preview said otherwise when this was asked for. */
export function driftSince(revision: RevisionRecord, preview: PreviewBody): Drift[] {
  const { preview: then } = revision.evidence
  return then === undefined ? [] : driftBetween(then, preview)
}

/** Shown from a reading made for this decision. */
export function freshlyShown(
  { action, revision }: Asked,
  found: Found,
  preview: PreviewBody,
  drift: readonly Drift[],
  now: Date,
): Record<string, Json> {
  return {
    preview,
    target_version: found.version,
    ...freshlyRead(action, now),
    policy_version: revision.policy_version,
    ...(drift.length > 0 ? { drift } : {}),
  }
}

/**
 * Nothing was read for this decision: what was shown is what the requester had been shown, as old as it then was.
 *
 * @param sources in place of those that were read then
 */
export function shownAsAsked({ revision }: Pick<Asked, 'revision'>, sources?: Json): Record<string, Json> {
  const then = revision.evidence
  return {
    preview: then.preview ?? null,
    target_version: revision.target_version,
    read_at: then.read_at ?? null,
    stale: true,
    sources: sources ?? then.sources ?? [],
    policy_version: revision.policy_version,
  }
}

/**
 * What whoever rejects a request is shown: the record as it is now. A rejection waits for no source, so one that cannot
 * be read is sealed as such.
 */
export async function shownToRejecter(kernel: Kernel, asked: Asked): Promise<Record<string, Json>> {
  const { record, action, revision } = asked
  if (record.bulk) return shownAsAsked(asked)
  const target = { kind: record.target_kind, id: record.target_id }
  const input = await openInput(kernel.sealer, action.inputSchema, revision.input, target)
  const reading = await readTarget(kernel, action, target, input, record.requested_by)
  if (!reading.ok) {
    const { kind, code, extra } = reading.failure
    const names = extra?.source === undefined ? action.connectors : [String(extra.source)]
    const status = kind === 'not_found' ? 'missing' : 'unreadable'
    return shownAsAsked(
      asked,
      names.map((name) => ({ name, status, code, read_at: null })),
    )
  }
  const now = kernel.now()
  const context = {
    now,
    reason: { code: revision.reason_code },
    actor: { id: record.requested_by, roles: record.requested_roles },
  }
  const decided = action.decide(reading.value.state, input, context)
  if (decided.decision === 'refuse') {
    return {
      preview: null,
      refused: { code: decided.code, message: decided.message },
      target_version: reading.value.version,
      ...freshlyRead(action, now),
      policy_version: revision.policy_version,
    }
  }
  const preview = action.preview(reading.value.state, input, context)
  return freshlyShown(asked, reading.value, preview, driftSince(revision, preview), now)
}
