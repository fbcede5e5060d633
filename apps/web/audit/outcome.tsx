import type { AuditEntry } from '@countersign/sdk/wire/audit.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import type { Tone } from '@countersign/ui/tone.ts'
import { type Translate, useText } from '@countersign/web-kit/messages.ts'
import { requestStates } from '@countersign/web-kit/request/request-state.ts'

const TONES: Record<string, Tone> = {
  denied: 'danger',
  refused: 'danger',
  reject: 'danger',
  rejected: 'danger',
  failed: 'danger',
  failure: 'danger',
  error: 'danger',
  stale: 'danger',
  outcome_unknown: 'danger',
  executed: 'settled',
}

/** What came of it, as requests are worded everywhere. A log is of the past, so nothing in it waits for a person. */
export function Outcome({ entry }: { entry: AuditEntry }) {
  const t = useText()
  return <Badge tone={TONES[entry.outcome] ?? 'neutral'}>{outcomeWords(entry, t)}</Badge>
}

const WORDS: Record<string, string> = {
  pending: 'request.transition.start',
  approve: 'audit.outcome.approve',
  reject: 'request.state.rejected',
  ok: 'audit.outcome.ok',
  success: 'audit.outcome.ok',
  agreed: 'audit.outcome.approve',
  allowed: 'audit.outcome.allowed',
  counted: 'audit.outcome.counted',
  lapsed: 'audit.outcome.lapsed',
  now_a_machine: 'audit.outcome.machine',
  now_a_person: 'audit.outcome.person',
  nobody_reached: 'audit.outcome.nobodyReached',
  not_confirmed_by_the_provider: 'audit.outcome.unconfirmed',
  nothing_to_lift: 'audit.outcome.nothingToLift',
  paged: 'audit.outcome.paged',
  refused: 'audit.outcome.refused',
  signed_in: 'audit.outcome.signedIn',
  signed_out: 'audit.outcome.signedOut',
  signed_out_at_the_provider: 'audit.outcome.signedOutAtProvider',
  void: 'audit.outcome.void',
}

/** The log's own word is on the entry, in its canonical form and in exports. */
export function outcomeWords({ outcome }: Pick<AuditEntry, 'outcome'>, t: Translate): string {
  const known = WORDS[outcome] ?? (isState(outcome) ? requestStates[outcome].label : undefined)
  return known === undefined ? outcome.replaceAll('_', ' ') : t(known)
}

function isState(outcome: string): outcome is keyof typeof requestStates {
  return outcome in requestStates
}
