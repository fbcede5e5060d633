/** How each kind of security event reads: message ids by the log’s word. */
export const securityEvents: Readonly<Record<string, string>> = {
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
