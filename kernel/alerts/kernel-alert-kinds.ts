import { say } from '../languages/say.ts'
import { type AlertKind, defineAlertKind } from './alert-kind.ts'

const QUARTER_HOUR_S = 900
const HOUR_S = 3_600
const FIVE_MINUTES_S = 300

/** What can call for a person in any console. */
export const kernelAlertKinds: readonly AlertKind[] = [
  defineAlertKind({
    name: 'kernel.approval_expiring',
    severity: 'medium',
    title: (fact) => say`A request for ${fact('action')} expires unanswered at ${fact('expires_at')}`,
    page: { to: 'roles' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'approval-expiring',
  }),
  defineAlertKind({
    name: 'kernel.schedule_suspended',
    severity: 'medium',
    title: (fact) => say`${fact('action')} was not carried out at its time: ${fact('why')}`,
    page: { to: 'requester' },
    escalateAfterS: HOUR_S,
    runbook: 'schedule-suspended',
  }),
  defineAlertKind({
    name: 'kernel.emergency_in_force',
    severity: 'critical',
    title: (fact) => say`${fact('action')} is in force as an emergency, and nobody has agreed to it yet`,
    page: { to: 'roles' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'emergency-in-force',
  }),
  defineAlertKind({
    name: 'kernel.break_glass_used',
    severity: 'critical',
    title: (fact) => say`${fact('by')} broke the glass: ${fact('action')} was carried out without approval`,
    page: { to: 'permission', permission: 'kernel.review_break_glass' },
    escalateAfterS: HOUR_S,
    runbook: 'break-glass-used',
  }),
  defineAlertKind({
    name: 'kernel.queue_late',
    severity: 'medium',
    title: (fact) => say`Items of the queue ${fact('queue')} are past their time`,
    page: { to: 'roster' },
    escalateAfterS: HOUR_S,
    runbook: 'queue-late',
  }),
  defineAlertKind({
    name: 'kernel.outcome_unknown',
    severity: 'high',
    title: (fact) => say`Nobody knows whether ${fact('action')} has happened`,
    page: { to: 'roster' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'outcome-unknown',
  }),
  defineAlertKind({
    name: 'kernel.audit_halted',
    severity: 'critical',
    title: (fact) => say`The audit log is halted (${fact('code')}): the console is read-only`,
    page: { to: 'roster' },
    escalateAfterS: FIVE_MINUTES_S,
    runbook: 'audit-halted',
  }),
  defineAlertKind({
    name: 'kernel.audit_unwitnessed',
    severity: 'high',
    title: () => say`Entries of the audit log have not been signed and witnessed`,
    page: { to: 'roster' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'audit-unwitnessed',
  }),
  defineAlertKind({
    name: 'kernel.upstream_failing',
    severity: 'high',
    title: (fact) => say`The upstream ${fact('upstream')} has been failing`,
    page: { to: 'roster' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'upstream-failing',
  }),
  defineAlertKind({
    name: 'kernel.upstream_paused',
    severity: 'medium',
    title: (fact) =>
      say`The upstream ${fact('upstream')} is paused: nothing is sent to it but what stops harm`,
    page: { to: 'roster' },
    escalateAfterS: HOUR_S,
    runbook: 'upstream-paused',
  }),
  defineAlertKind({
    name: 'kernel.clock_skewed',
    severity: 'high',
    title: (fact) => say`The clock of ${fact('clock')} is ${fact('seconds')} s from the database’s`,
    page: { to: 'roster' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'clock-skewed',
  }),
  defineAlertKind({
    name: 'kernel.projection_left_out',
    severity: 'medium',
    title: (fact) =>
      say`The projection ${fact('projection')} has left out an event: what it shows is not all there is`,
    page: { to: 'roster' },
    escalateAfterS: HOUR_S,
    runbook: 'projection-left-out',
  }),
  defineAlertKind({
    name: 'kernel.projection_stopped',
    severity: 'high',
    title: (fact) => say`The projection ${fact('projection')} stands still: what it shows gets older`,
    page: { to: 'roster' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'projection-stopped',
  }),
  defineAlertKind({
    name: 'kernel.dead_letters',
    severity: 'medium',
    title: (fact) => say`Events of ${fact('source')} could not be understood`,
    page: { to: 'roster' },
    escalateAfterS: HOUR_S,
    runbook: 'dead-letters',
  }),
  defineAlertKind({
    name: 'kernel.security_event',
    severity: 'high',
    title: (fact) => say`Security event ${fact('event')} (${fact('severity')})`,
    page: { to: 'permission', permission: 'audit:read' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'security-event',
  }),
  defineAlertKind({
    name: 'kernel.key_unreadable',
    severity: 'high',
    title: (fact) =>
      say`The key of personal data of ${fact('subject_kind')} ${fact('subject_id')} cannot be read`,
    page: { to: 'roster' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'key-unreadable',
  }),
  defineAlertKind({
    name: 'kernel.alert_undelivered',
    severity: 'medium',
    title: (fact) => say`An alert could not be delivered by ${fact('channel')} (${fact('error')})`,
    page: { to: 'nobody' },
    escalateAfterS: HOUR_S,
    runbook: 'alert-undelivered',
  }),
  defineAlertKind({
    name: 'kernel.condition_unreadable',
    severity: 'high',
    title: (fact) => say`Whether ${fact('condition')} calls for a person cannot be found out`,
    page: { to: 'roster' },
    escalateAfterS: QUARTER_HOUR_S,
    runbook: 'condition-unreadable',
  }),
]
