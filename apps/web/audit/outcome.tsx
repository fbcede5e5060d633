import type { AuditEntry } from '@countersign/sdk/wire.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import type { Tone } from '@countersign/ui/tone.ts'

const TONES: Record<string, Tone> = {
  denied: 'danger',
  refused: 'danger',
  rejected: 'danger',
  failed: 'danger',
  failure: 'danger',
  error: 'danger',
  outcome_unknown: 'danger',
  pending: 'attention',
  executed: 'settled',
}

/** The outcome of an audit entry, in the log's own word: the log is quoted, not translated. */
export function Outcome({ entry }: { entry: AuditEntry }) {
  return <Badge tone={TONES[entry.outcome] ?? 'neutral'}>{entry.outcome.replaceAll('_', ' ')}</Badge>
}
