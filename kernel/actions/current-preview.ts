import type { Kernel } from '../kernel.ts'
import type { PreviewBody } from './define-action.ts'
import { readTarget } from './read-target.ts'
import type { RequestRecord } from './request-record.ts'

/** What one line of a preview said when it was asked for, and says now. */
export type Drift = { readonly label: string; readonly was: string | null; readonly now: string | null }

/** The preview of a pending request computed afresh, with what has changed since it was asked for. */
export async function currentPreview(
  kernel: Kernel,
  record: RequestRecord,
): Promise<{
  current_preview: PreviewBody | null
  drift: readonly Drift[]
  target_changed?: boolean
  /** Why it could not be asked for any more, as the action's own rules say now. */
  refused?: { code: string; message: string }
  unreadable?: string
}> {
  const { revision } = record
  const action = kernel.actions.get(record.type)
  // Each record of many is looked at when its turn comes.
  if (!revision || !action || record.bulk) return { current_preview: null, drift: [] }
  const reading = await readTarget(kernel, action, { kind: record.target_kind, id: record.target_id })
  if (!reading.ok) return { current_preview: null, drift: [], unreadable: reading.failure.message }
  const context = {
    now: kernel.now(),
    reason: { code: revision.reason_code },
    actor: { id: record.requested_by, roles: record.requested_roles },
  }
  const decided = action.decide(reading.value.state, revision.input, context)
  if (decided.decision === 'refuse') {
    const { code, message } = decided
    return { current_preview: null, drift: [], target_changed: true, refused: { code, message } }
  }
  const preview = action.preview(reading.value.state, revision.input, context)
  const then = (revision.evidence as unknown as { preview: PreviewBody }).preview
  return {
    current_preview: preview,
    drift: driftBetween(then, preview),
    target_changed: reading.value.version !== revision.target_version,
  }
}

export function driftBetween(then: PreviewBody, now: PreviewBody): Drift[] {
  const text = (change: PreviewBody['changes'][number] | undefined) =>
    change ? [change.before, change.after].filter((value) => value !== undefined).join(' → ') : null
  const labels = [...new Set([...then.changes, ...now.changes].map(({ label }) => label))]
  const drift = labels.map((label) => ({
    label,
    was: text(then.changes.find((change) => change.label === label)),
    now: text(now.changes.find((change) => change.label === label)),
  }))
  const effects =
    then.effects.join('\n') === now.effects.join('\n')
      ? []
      : [{ label: 'What it does', was: then.effects.join(' '), now: now.effects.join(' ') }]
  return [...drift.filter((line) => line.was !== line.now), ...effects]
}
