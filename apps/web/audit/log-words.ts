import type { AuditEntry } from '@countersign/sdk/wire/audit.ts'
import type { Translate } from '@countersign/web-kit/messages.ts'

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

const EVENTS: Record<string, string> = {
  ACCOUNTS_JOINED: 'audit.event.accountsJoined',
  AUTHENTICATION_REFUSED: 'audit.event.authenticationRefused',
  EMERGENCY_LAPSED: 'audit.event.emergencyLapsed',
  EMERGENCY_NOT_LIFTED: 'audit.event.emergencyNotLifted',
  IDENTITY_CLAIMED_BY_HEADER: 'audit.event.headerIdentity',
  LOGOUT_TOKEN_REFUSED: 'audit.event.logoutTokenRefused',
  MALWARE_IN_EVIDENCE: 'audit.event.malware',
  REFUSALS_COUNTED: 'audit.event.refusalsCounted',
  REQUEST_ALTERED: 'audit.event.requestAltered',
  ROLES_IN_CONFLICT: 'audit.event.rolesInConflict',
  SUBJECT_KIND_CHANGED: 'audit.event.subjectKind',
  UNAUTHORIZED_ACCESS_ATTEMPT: 'audit.event.noPermission',
  UNKNOWN_MEMBERS: 'audit.event.unknownMembers',
}

/** `Security · roles in conflict`: of what kind an entry is. What is of a newer version than this is shown as the log has it. */
export function kindWords(
  { kind, event_sub_type: event }: Pick<AuditEntry, 'kind' | 'event_sub_type'>,
  t: Translate,
): string {
  const words = [worded(kind, entryKinds, t), event == null ? '' : worded(event, EVENTS, t)]
  return words.filter(Boolean).join(' · ')
}

/** A word of the log by its message, else as it is. */
export function worded(word: string, messages: Record<string, string>, t: Translate): string {
  const known = messages[word]
  return known === undefined ? word : t(known)
}
