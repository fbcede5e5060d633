import { type AlertKind, defineAlertKind } from './alert-kind.ts'

const QUARTER_HOUR_S = 900
const HOUR_S = 3_600
const FIVE_MINUTES_S = 300

/** What can call for a person in any console. */
export const kernelAlertKinds: readonly AlertKind[] = [
  defineAlertKind({
    name: 'kernel.approval_expiring',
    severity: 'medium',
    title: 'A request for {action} expires unanswered at {expires_at}',
    page: { to: 'roles' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'approval-expiring',
  }),
  defineAlertKind({
    name: 'kernel.queue_late',
    severity: 'medium',
    title: 'Items of the queue {queue} are past their time',
    page: { to: 'roster' },
    escalateAfterS: HOUR_S,
    runbook: 'queue-late',
  }),
  defineAlertKind({
    name: 'kernel.outcome_unknown',
    severity: 'high',
    title: 'Nobody knows whether {action} has happened',
    page: { to: 'roster' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'outcome-unknown',
  }),
  defineAlertKind({
    name: 'kernel.audit_halted',
    severity: 'critical',
    title: 'The audit log is halted ({code}): the console is read-only',
    page: { to: 'roster' },
    escalateAfterS: FIVE_MINUTES_S,
    runbook: 'audit-halted',
  }),
  defineAlertKind({
    name: 'kernel.audit_unwitnessed',
    severity: 'high',
    title: 'Entries of the audit log have not been signed and witnessed',
    page: { to: 'roster' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'audit-unwitnessed',
  }),
  defineAlertKind({
    name: 'kernel.upstream_failing',
    severity: 'high',
    title: 'The upstream {upstream} has been failing',
    page: { to: 'roster' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'upstream-failing',
  }),
  defineAlertKind({
    name: 'kernel.projection_left_out',
    severity: 'medium',
    title: 'The projection {projection} has left out an event: what it shows is not all there is',
    page: { to: 'roster' },
    escalateAfterS: HOUR_S,
    runbook: 'projection-left-out',
  }),
  defineAlertKind({
    name: 'kernel.projection_stopped',
    severity: 'high',
    title: 'The projection {projection} stands still: what it shows gets older',
    page: { to: 'roster' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'projection-stopped',
  }),
  defineAlertKind({
    name: 'kernel.dead_letters',
    severity: 'medium',
    title: 'Events of {source} could not be understood',
    page: { to: 'roster' },
    escalateAfterS: HOUR_S,
    runbook: 'dead-letters',
  }),
  defineAlertKind({
    name: 'kernel.security_event',
    severity: 'high',
    title: 'Security event {event} ({severity})',
    page: { to: 'permission', permission: 'audit:read' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'security-event',
  }),
  defineAlertKind({
    name: 'kernel.alert_undelivered',
    severity: 'medium',
    title: 'An alert could not be delivered by {channel} ({error})',
    page: { to: 'nobody' },
    escalateAfterS: HOUR_S,
    runbook: 'alert-undelivered',
  }),
  defineAlertKind({
    name: 'kernel.condition_unreadable',
    severity: 'high',
    title: 'Whether {condition} calls for a person cannot be found out',
    page: { to: 'roster' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'condition-unreadable',
  }),
]
