import type { Me } from '@countersign/sdk/wire/me.ts'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { AUDIT_LOG, paths, refPath } from '@countersign/web-kit/paths.ts'
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
  const place = placeOf(runbook, facts, useMe())
  return (
    <div className={styles.runbook}>
      {known === undefined ? <code>{runbook}</code> : <p>{t(known)}</p>}
      {place === undefined ? null : (
        <Link to={place.to} search={place.search}>
          {t(place.label)}
        </Link>
      )}
    </div>
  )
}

/** Where what the alert is about is seen to. */
function placeOf(
  runbook: string,
  facts: Facts,
  me: Pick<Me, 'permissions' | 'consoles'>,
): { to: string; search?: Record<string, string>; label: string } | undefined {
  const fact = (name: string) => (typeof facts[name] === 'string' ? facts[name] : undefined)
  const [subjectKind, subject] = [fact('subject_kind'), fact('subject_id')]
  if (subjectKind === 'request' && subject !== undefined) {
    return { to: refPath({ kind: 'request', id: subject }), label: 'runbook.open.request' }
  }
  if (runbook.startsWith('audit-') || runbook === 'security-event') {
    const to = logOf(me)
    const entry = fact('entry')
    if (to === undefined) return undefined
    return { to, ...(entry === undefined ? {} : { search: { open: entry } }), label: 'runbook.open.audit' }
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

/** The log as far as this person reads it: all of it, or what is of a console that they enter. */
function logOf({ permissions, consoles: entered }: Pick<Me, 'permissions' | 'consoles'>): string | undefined {
  if (permissions.includes('audit:read')) return paths.audit
  const own = consoles.find(
    ({ name, auditLog }) => auditLog !== undefined && entered.some((mine) => mine.name === name),
  )
  return own && paths.own(own.name, AUDIT_LOG)
}
