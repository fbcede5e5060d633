import { readFileSync } from 'node:fs'
import { changeRole } from './access/change-role.ts'
import { disableAccount } from './access/disable-account.ts'
import { enableAccount } from './access/enable-account.ts'
import { endSession } from './access/end-session.ts'
import { grantRole } from './access/grant-role.ts'
import { kernelRoles } from './access/kernel-roles.ts'
import { lendRole } from './access/lend-role.ts'
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
import { readCatalogues } from './languages/read-catalogues.ts'
import { say } from './languages/say.ts'
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
import { revealRequest } from './reveal/reveal-request.ts'

/** What every console shares, declared like a console of its own. */
export const kernelConsole: ConsoleDeclaration<unknown> = {
  name: 'kernel',
  title: say`Countersign`,
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
    lendRole,
    revokeRole,
    changeRole,
    endSession,
    disableAccount,
    enableAccount,
    changeApprovalPolicy,
    resolveOutcome,
    revealRequest,
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
    'kernel.action_request.requested': (_, action) => say`${action}: asked for`,
    'kernel.action_request.edited': (_, action) => say`${action}: asked for anew`,
    'kernel.action_request.approved': (_, action) => say`${action}: agreed`,
    'kernel.action_request.signatures_voided': (_, action) =>
      say`${action}: the record has changed too much, the signatures are void`,
    'kernel.action_request.rejected': (_, action) => say`${action}: rejected`,
    'kernel.action_request.cancelled': (_, action) => say`${action}: cancelled`,
    'kernel.action_request.withdrawn': (_, action) => say`${action}: taken back before its time`,
    'kernel.action_request.expired': (_, action) => say`${action}: expired without an answer`,
    'kernel.action_request.authorized': (_, action) => say`${action}: authorised`,
    'kernel.action_request.executed': (_, action) => say`${action}: done`,
    'kernel.action_request.failed': (_, action) => say`${action}: failed`,
    'kernel.action_request.stale': (_, action) => say`${action}: not carried out, something had changed`,
    'kernel.action_request.outcome_unknown': (_, action) =>
      say`${action}: outcome unknown, a person must look`,
    'kernel.action_request.emergency_agreed': (_, action) => say`${action}: the emergency was agreed to`,
    'kernel.action_request.emergency_rejected': (_, action) =>
      say`${action}: the emergency was rejected, and is lifted`,
    'kernel.action_request.emergency_lapsed': (_, action) =>
      say`${action}: the emergency lapsed unanswered, and is lifted`,
    'kernel.action_request.emergency_taken_back': (_, action) =>
      say`${action}: the emergency is over, it was taken back`,
    'kernel.action_request.emergency_renewed': (_, action) => say`${action}: the emergency was renewed`,
    'kernel.action_request.break_glass_reviewed': say`Break-glass reviewed`,
    'kernel.action_request.outcome_resolved': say`Outcome resolved by people`,
    'kernel.request_reveal.granted': say`Personal data of a request opened`,
    'kernel.person.role_granted': say`Role granted`,
    'kernel.person.role_revoked': say`Role taken away`,
    'kernel.person.session_ended': say`Session ended`,
    'kernel.person.disabled': say`Account disabled`,
    'kernel.person.enabled': say`Account enabled`,
    'kernel.work_item.claimed': say`Taken up`,
    'kernel.work_item.released': say`Put back`,
    'kernel.work_item.assigned': say`Assigned`,
    'kernel.work_item.snoozed': say`Snoozed`,
    'kernel.work_item.woken': say`Shown again`,
    'kernel.operator.absence_set': say`Said when they are away`,
    'kernel.operator.workload_set': say`Skills and capacity set`,
    'kernel.view.saved': say`View saved`,
    'kernel.view.shared': say`View shared`,
    'kernel.view.unshared': say`View no longer shared`,
    'kernel.view.deleted': say`View deleted`,
    'kernel.approval_policy.changed': say`Approval rules changed`,
    'kernel.alert.raised': say`Alert raised`,
    'kernel.alert.paged': pagedTitle,
    'kernel.alert.acknowledged': say`Acknowledged`,
    'kernel.alert.silenced': say`Silenced for a while`,
    'kernel.alert.escalated': say`Escalated: the next one is told`,
    'kernel.alert.resolved': say`Over`,
    'kernel.upstream.paused': say`Paused: nothing more is sent to it`,
    'kernel.upstream.resumed': say`Resumed: what has waited is sent`,
    'kernel.dead_letter.replay_requested': say`Read once more`,
    'kernel.dead_letter.discarded': say`Discarded`,
    'kernel.projection.retry_requested': say`Tried again`,
    'kernel.projection.event_skipped': say`An event was skipped`,
    'kernel.roster.changed': say`Changed who is on call`,
    'kernel.audit_log.fork_declared': say`Entries of the audit log declared lost`,
    'kernel.note.written': say`Note`,
    'kernel.note.corrected': say`Correction of a note`,
    'kernel.evidence.attached': say`Evidence attached`,
    'kernel.evidence.scanned': say`Evidence scanned again`,
    'kernel.evidence.held': say`Evidence held beyond its term`,
    'kernel.evidence.hold_released': say`Hold on evidence released`,
    'kernel.evidence.removed': say`Evidence removed at the end of its term`,
    'kernel.mentions.added': say`Mentioned in a note`,
    'kernel.audit_log.key_changed': say`Key of the audit log changed`,
  },
  texts: readCatalogues(new URL('.', import.meta.url)),
  migrations: kernelMigrations,
}
