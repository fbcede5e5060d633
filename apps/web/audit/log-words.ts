import type { AuditEntry } from '@countersign/sdk/wire/audit.ts'
import type { Translate } from '@countersign/web-kit/messages.ts'
import { securityEvents } from '@countersign/web-kit/security-event.ts'

/** How each kind of entry reads. */
export const entryKinds: Record<string, string> = {
  action: 'audit.kind.action',
  approval: 'audit.kind.approval',
  denial: 'audit.kind.denial',
  export: 'audit.kind.export',
  read: 'audit.kind.read',
  reveal: 'audit.kind.reveal',
  security: 'audit.kind.security',
  sign_in: 'audit.kind.signIn',
  sign_in_failed: 'audit.kind.signInFailed',
  sign_out: 'audit.kind.signOut',
  system: 'audit.kind.system',
}

/** How the severity of a security event reads. */
export const entrySeverities: Record<string, string> = {
  LOW: 'system.severity.low',
  MEDIUM: 'system.severity.medium',
  HIGH: 'system.severity.high',
  CRITICAL: 'system.severity.critical',
}

/** `Security · roles in conflict`: of what kind an entry is. What is of a newer version than this is shown as the log has it. */
export function kindWords(
  { kind, event_sub_type: event }: Pick<AuditEntry, 'kind' | 'event_sub_type'>,
  t: Translate,
): string {
  const words = [worded(kind, entryKinds, t), event == null ? '' : worded(event, securityEvents, t)]
  return words.filter(Boolean).join(' · ')
}

/** A word of the log by its message, else as it is. */
export function worded(word: string, messages: Readonly<Record<string, string>>, t: Translate): string {
  const known = messages[word]
  return known === undefined ? word : t(known)
}
