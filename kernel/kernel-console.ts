import { readFileSync } from 'node:fs'
import { disableAccount } from './access/disable-account.ts'
import { enableAccount } from './access/enable-account.ts'
import { grantRole } from './access/grant-role.ts'
import { kernelRoles } from './access/kernel-roles.ts'
import { personEntity } from './access/person-entity.ts'
import { revokeRole } from './access/revoke-role.ts'
import { requestEntity } from './actions/request-entity.ts'
import { resolveOutcome } from './actions/resolve-outcome.ts'
import { acknowledgeAlert } from './alerts/acknowledge-alert.ts'
import { alertEntity } from './alerts/alert-entity.ts'
import { changeRoster } from './alerts/change-roster.ts'
import { escalateAlert } from './alerts/escalate-alert.ts'
import { kernelAlertKinds } from './alerts/kernel-alert-kinds.ts'
import { pagedTitle } from './alerts/paged-title.ts'
import { rosterEntity } from './alerts/roster-entity.ts'
import { silenceAlert } from './alerts/silence-alert.ts'
import { approvalPolicyEntity } from './approvals/approval-policy-entity.ts'
import { changeApprovalPolicy } from './approvals/change-approval-policy.ts'
import { reviewBreakGlass } from './approvals/review-break-glass.ts'
import { auditLogEntity } from './audit/audit-log-entity.ts'
import { recoverAuditLog } from './audit/recover-audit-log.ts'
import { rotateAuditKey } from './audit/rotate-audit-key.ts'
import { pauseUpstream } from './connectors/pause-upstream.ts'
import { resumeUpstream } from './connectors/resume-upstream.ts'
import { upstreamEntity } from './connectors/upstream-entity.ts'
import type { ConsoleDeclaration } from './console.ts'
import { deadLetterEntity } from './dead-letters/dead-letter-entity.ts'
import { discardDeadLetter } from './dead-letters/discard-dead-letter.ts'
import { replayDeadLetter } from './dead-letters/replay-dead-letter.ts'
import { evidenceEntity } from './evidence/evidence-entity.ts'
import { holdEvidence } from './evidence/hold-evidence.ts'
import { releaseEvidence } from './evidence/release-evidence.ts'
import { kernelMigrations } from './migration-source.ts'
import { kernelProjections } from './projections/kernel-projections.ts'
import { projectionEntity } from './projections/projection-entity.ts'
import { retryProjection } from './projections/retry-projection.ts'
import { skipEvent } from './projections/skip-event.ts'
import { assignItem } from './queues/assign-item.ts'
import { claimItem } from './queues/claim-item.ts'
import { deleteView } from './queues/delete-view.ts'
import { operatorEntity } from './queues/operator-entity.ts'
import { releaseItem } from './queues/release-item.ts'
import { saveView } from './queues/save-view.ts'
import { viewEntity } from './queues/saved-view.ts'
import { setAbsence } from './queues/set-absence.ts'
import { setWorkload } from './queues/set-workload.ts'
import { shareView } from './queues/share-view.ts'
import { snoozeItem } from './queues/snooze-item.ts'
import { wakeItem } from './queues/wake-item.ts'
import { workItemEntity } from './queues/work-item.ts'

/** What every console shares, declared like a console of its own. */
export const kernelConsole: ConsoleDeclaration<unknown> = {
  name: 'kernel',
  title: 'Countersign',
  roles: kernelRoles,
  readPermissions: ['access:read'],
  policies: { 'standing.cedar': readFileSync(new URL('./access/standing.cedar', import.meta.url), 'utf8') },
  entities: [
    workItemEntity,
    approvalPolicyEntity,
    requestEntity,
    auditLogEntity,
    personEntity,
    evidenceEntity,
    alertEntity,
    rosterEntity,
    operatorEntity,
    viewEntity,
    upstreamEntity,
    deadLetterEntity,
    projectionEntity,
  ],
  actions: [
    claimItem,
    releaseItem,
    assignItem,
    snoozeItem,
    wakeItem,
    setAbsence,
    setWorkload,
    saveView,
    shareView,
    deleteView,
    grantRole,
    revokeRole,
    disableAccount,
    enableAccount,
    changeApprovalPolicy,
    resolveOutcome,
    reviewBreakGlass,
    recoverAuditLog,
    rotateAuditKey,
    holdEvidence,
    releaseEvidence,
    acknowledgeAlert,
    silenceAlert,
    escalateAlert,
    changeRoster,
    pauseUpstream,
    resumeUpstream,
    replayDeadLetter,
    discardDeadLetter,
    retryProjection,
    skipEvent,
  ],
  queues: [],
  projections: kernelProjections,
  ingest: [],
  alerts: kernelAlertKinds,
  eventTitles: {
    'kernel.action_request.requested': '{action}: asked for',
    'kernel.action_request.edited': '{action}: asked for anew',
    'kernel.action_request.approved': '{action}: agreed',
    'kernel.action_request.signatures_voided':
      '{action}: the record has changed too much, the signatures are void',
    'kernel.action_request.rejected': '{action}: rejected',
    'kernel.action_request.cancelled': '{action}: withdrawn',
    'kernel.action_request.withdrawn': '{action}: withdrawn before it was due',
    'kernel.action_request.expired': '{action}: expired without an answer',
    'kernel.action_request.authorized': '{action}: authorised',
    'kernel.action_request.executed': '{action}: done',
    'kernel.action_request.failed': '{action}: failed',
    'kernel.action_request.stale': '{action}: not carried out, something had changed',
    'kernel.action_request.outcome_unknown': '{action}: outcome unknown, a person must look',
    'kernel.action_request.emergency_agreed': '{action}: the emergency was agreed to',
    'kernel.action_request.emergency_rejected': '{action}: the emergency was rejected, and is lifted',
    'kernel.action_request.emergency_lapsed': '{action}: the emergency lapsed unanswered, and is lifted',
    'kernel.action_request.emergency_renewed': '{action}: the emergency was renewed',
    'kernel.action_request.break_glass_reviewed': 'Break-glass reviewed',
    'kernel.action_request.outcome_resolved': 'Outcome resolved by people',
    'kernel.person.role_granted': 'Role granted',
    'kernel.person.role_revoked': 'Role taken away',
    'kernel.person.disabled': 'Account disabled',
    'kernel.person.enabled': 'Account enabled',
    'kernel.work_item.claimed': 'Taken up',
    'kernel.work_item.released': 'Put back',
    'kernel.work_item.assigned': 'Assigned',
    'kernel.work_item.snoozed': 'Snoozed',
    'kernel.work_item.woken': 'Shown again',
    'kernel.operator.absence_set': 'Said when they are away',
    'kernel.operator.workload_set': 'Skills and capacity set',
    'kernel.view.saved': 'View saved',
    'kernel.view.shared': 'View shared',
    'kernel.view.unshared': 'View no longer shared',
    'kernel.view.deleted': 'View deleted',
    'kernel.approval_policy.changed': 'Approval rules changed',
    'kernel.alert.raised': 'Alert raised',
    'kernel.alert.paged': pagedTitle,
    'kernel.alert.acknowledged': 'Acknowledged',
    'kernel.alert.silenced': 'Silenced for a while',
    'kernel.alert.escalated': 'Escalated: the next one is told',
    'kernel.alert.resolved': 'Over',
    'kernel.upstream.paused': 'Paused: nothing more is sent to it',
    'kernel.upstream.resumed': 'Resumed: what has waited is sent',
    'kernel.dead_letter.replay_requested': 'Read once more',
    'kernel.dead_letter.discarded': 'Discarded',
    'kernel.projection.retry_requested': 'Tried again',
    'kernel.projection.event_skipped': 'An event was skipped',
    'kernel.roster.changed': 'Changed who is on call',
    'kernel.audit_log.fork_declared': 'Entries of the audit log declared lost',
    'kernel.note.written': 'Note',
    'kernel.note.corrected': 'Correction of a note',
    'kernel.evidence.attached': 'Evidence attached',
    'kernel.evidence.scanned': 'Evidence scanned again',
    'kernel.evidence.held': 'Evidence held beyond its term',
    'kernel.evidence.hold_released': 'Hold on evidence released',
    'kernel.evidence.removed': 'Evidence removed at the end of its term',
    'kernel.mentions.added': 'Mentioned in a note',
    'kernel.audit_log.key_changed': 'Key of the audit log changed',
  },
  migrations: kernelMigrations,
}
