import { useText } from '@countersign/web-kit/messages.ts'
import { paths, refPath } from '@countersign/web-kit/paths.ts'
import { Link } from '@tanstack/react-router'
import { consoleOfKind, consoles } from '../consoles.ts'
import styles from './system.module.css'

type Facts = Record<string, unknown>

/** Texts by the headings of docs/guide/alerts.md; a console's own alerts have theirs with its entry. */
const TEXTS: Record<string, string> = {
  'approval-expiring': 'runbook.approval-expiring',
  'schedule-suspended': 'runbook.schedule-suspended',
  'emergency-in-force': 'runbook.emergency-in-force',
  'break-glass-used': 'runbook.break-glass-used',
  'queue-late': 'runbook.queue-late',
  'outcome-unknown': 'runbook.outcome-unknown',
  'audit-halted': 'runbook.audit-halted',
  'audit-unwitnessed': 'runbook.audit-unwitnessed',
  'no-worker': 'runbook.no-worker',
  'job-stuck': 'runbook.job-stuck',
  'job-failing': 'runbook.job-failing',
  'upstream-failing': 'runbook.upstream-failing',
  'upstream-paused': 'runbook.upstream-paused',
  'clock-skewed': 'runbook.clock-skewed',
  'projection-left-out': 'runbook.projection-left-out',
  'projection-stopped': 'runbook.projection-stopped',
  'dead-letters': 'runbook.dead-letters',
  'security-event': 'runbook.security-event',
  'key-unreadable': 'runbook.key-unreadable',
  'alert-undelivered': 'runbook.alert-undelivered',
  'condition-unreadable': 'runbook.condition-unreadable',
  undeclared: 'runbook.undeclared',
}

/** What to do about an alert, in two or three sentences, and the way to what it is about. */
export function AlertRunbook({ runbook, facts }: { runbook: string; facts: Facts }) {
  const t = useText()
  const known =
    TEXTS[runbook] ?? consoles.map((one) => one.runbooks?.[runbook]).find((one) => one !== undefined)
  const place = placeOf(runbook, facts)
  return (
    <div className={styles.runbook}>
      {known === undefined ? <code>{runbook}</code> : <p>{t(known)}</p>}
      {place === undefined ? null : <Link to={place.to}>{t(place.label)}</Link>}
    </div>
  )
}

/** Where what the alert is about is seen to. */
function placeOf(runbook: string, facts: Facts): { to: string; label: string } | undefined {
  const fact = (name: string) => (typeof facts[name] === 'string' ? facts[name] : undefined)
  const [subjectKind, subject] = [fact('subject_kind'), fact('subject_id')]
  if (subjectKind === 'request' && subject !== undefined) {
    return { to: refPath({ kind: 'request', id: subject }), label: 'runbook.open.request' }
  }
  if (runbook.startsWith('audit-') || runbook === 'security-event') {
    return { to: paths.audit, label: 'runbook.open.audit' }
  }
  if (runbook === 'no-worker' || runbook.startsWith('job-')) {
    return { to: paths.jobs, label: 'runbook.open.jobs' }
  }
  if (runbook === 'dead-letters') return { to: paths.deadLetters, label: 'runbook.open.deadLetters' }
  const [queue, upstream, projection] = [fact('queue'), fact('upstream'), fact('projection')]
  if (queue !== undefined) return { to: paths.queue(queue), label: 'runbook.open.queue' }
  if (upstream !== undefined) {
    return { to: paths.entity({ kind: 'upstream', id: upstream }), label: 'runbook.open.upstream' }
  }
  if (projection !== undefined) {
    return { to: paths.entity({ kind: 'projection', id: projection }), label: 'runbook.open.projection' }
  }
  if (subjectKind !== undefined && subject !== undefined && consoleOfKind(subjectKind) !== undefined) {
    return { to: refPath({ kind: subjectKind, id: subject }), label: 'runbook.open.record' }
  }
  return undefined
}
