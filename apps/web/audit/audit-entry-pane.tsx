import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import type { AuditEntry } from '@countersign/sdk/wire/audit.ts'
import { Button } from '@countersign/ui/button.tsx'
import { CopyButton } from '@countersign/ui/copy-button.tsx'
import { Facts } from '@countersign/ui/facts.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { commaList } from '@countersign/web-kit/format-list.ts'
import { type Translate, useText } from '@countersign/web-kit/messages.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { actionsQuery, auditEntryQuery } from '@countersign/web-kit/queries.ts'
import { reasonWords, titledReason } from '@countersign/web-kit/request/reason-words.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { actionWords } from './action-words.ts'
import { actorWords } from './actor-words.ts'
import styles from './audit-page.module.css'
import { InclusionCheck } from './inclusion-check.tsx'
import { entrySeverities, kindWords, worded } from './log-words.ts'
import { Outcome, outcomeWords } from './outcome.tsx'
import { targetWords } from './target-words.ts'

/** One entry in full, and its proof. */
export function AuditEntryPane({
  id,
  door,
  onClose,
  onFilter,
}: {
  id: string
  /** Of the console whose own part of the log it is in; undefined: it can be proved. */
  door?: string | undefined
  onClose: () => void
  onFilter: (key: 'actor' | 'action' | 'target', value: string) => void
}) {
  const t = useText()
  const client = useClient()
  const query = useQuery(auditEntryQuery(client, id, door))
  const declared = useQuery(actionsQuery(client)).data ?? []
  const close = (
    <Button size="small" variant="quiet" keys="Escape" onClick={onClose}>
      {t('audit.close')}
    </Button>
  )
  if (query.isPending) {
    return (
      <div className={styles.pane}>
        {close}
        <Skeleton lines={8} label={t('audit.loading')} />
      </div>
    )
  }
  if (query.data === undefined) {
    return (
      <div className={styles.pane}>
        {close}
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      </div>
    )
  }
  const entry = query.data
  return (
    <article className={styles.pane} aria-label={entry.id}>
      <header className={styles.entryHead}>
        <h2 className={styles.entryTitle}>{actionWords(entry, declared, t)}</h2>
        <Outcome entry={entry} />
        <span className={styles.closing}>{close}</span>
      </header>
      <Facts
        facts={[
          {
            label: t('audit.fact.action'),
            value: (
              <>
                {actionWords(entry, declared, t)} <code>{entry.action ?? entry.kind}</code>
              </>
            ),
          },
          { label: t('audit.fact.at'), value: <AbsoluteTime at={entry.at} /> },
          { label: t('audit.fact.actor'), value: <Actor entry={entry} onFilter={onFilter} /> },
          {
            label: t('audit.fact.target'),
            value:
              entry.target === null ? null : (
                <Filtered onFilter={() => onFilter('target', targetText(entry))}>
                  {targetWords(entry.target, t)}{' '}
                  <EntityLink to={entry.target}>{entry.target.title}</EntityLink>
                </Filtered>
              ),
          },
          { label: t('audit.fact.reason'), value: reasonText(entry, declared, t) },
          {
            label: t('audit.fact.kind'),
            value: kindWords(entry, t),
          },
          {
            label: t('audit.fact.severity'),
            value: entry.severity == null ? null : worded(entry.severity, entrySeverities, t),
          },
          { label: t('audit.fact.transition'), value: transitionText(entry, t) },
          {
            label: t('audit.fact.actionRequest'),
            value:
              entry.action_request_id === undefined ? null : (
                <EntityLink to={{ kind: 'request', id: entry.action_request_id }} />
              ),
          },
          {
            label: t('audit.fact.detail'),
            value: entry.detail === undefined ? null : <Detail entry={entry} />,
          },
          { label: t('audit.fact.address'), value: entry.ip_address },
          { label: t('audit.fact.agent'), value: entry.user_agent },
          {
            label: t('audit.fact.request'),
            value: entry.request_id ? <code>{entry.request_id}</code> : null,
          },
          {
            label: t('audit.fact.id'),
            value: (
              <>
                <code>{entry.id}</code>
                <CopyButton value={entry.id} label={t('copy.id')} doneLabel={t('copy.done')} />
              </>
            ),
          },
        ]}
      />
      {door === undefined ? (
        <InclusionCheck entry={entry} />
      ) : (
        <p className={styles.muted}>{t('audit.own.proof')}</p>
      )}
    </article>
  )
}

function Actor({ entry, onFilter }: { entry: AuditEntry; onFilter: (key: 'actor', value: string) => void }) {
  const t = useText()
  if (entry.actor === null) return t('audit.nobody')
  const { id, roles = [] } = entry.actor
  return (
    <Filtered onFilter={() => onFilter('actor', id)}>
      {actorWords(entry, t)} <code>{id}</code> <span className={styles.roles}>{commaList(roles, t)}</span>
    </Filtered>
  )
}

function Filtered({ children, onFilter }: { children: ReactNode; onFilter: () => void }) {
  const t = useText()
  return (
    <span className={styles.filtered}>
      {children}
      <Button size="small" variant="quiet" onClick={onFilter}>
        {t('audit.only')}
      </Button>
    </span>
  )
}

function transitionText({ transition }: AuditEntry, t: Translate): string | null {
  if (transition === undefined) return null
  const to = outcomeWords({ outcome: transition.to }, t)
  return transition.from === null ? to : `${outcomeWords({ outcome: transition.from }, t)} → ${to}`
}

/** What else the entry holds, as the log has it. */
function Detail({ entry }: { entry: AuditEntry }) {
  const members = Object.entries(entry.detail ?? {})
  if (members.length === 0) return null
  return members.map(([name, value]) => (
    <div key={name}>
      <code>
        {name} {typeof value === 'string' ? value : JSON.stringify(value)}
      </code>
    </div>
  ))
}

function targetText({ target }: AuditEntry): string {
  return target === null ? '' : `${target.kind}:${target.id}`
}

/** What stands in the place of a reason where somebody decided on a request. */
const DECIDED: Record<string, string> = {
  approve: 'audit.decided.approve',
  reject: 'audit.decided.reject',
  // A door asked for none.
  unspecified: 'timeline.detail.noReason',
}

function reasonText(
  { action, reason }: AuditEntry,
  declared: ActionDeclaration[],
  t: Translate,
): string | null {
  if (reason === null) return null
  if (typeof reason === 'string') return worded(reason, DECIDED, t)
  const decided = DECIDED[reason.code]
  const words = decided === undefined ? reasonWords(titledReason(reason.code, declared, action)) : t(decided)
  return reason.note ? `${words} · ${reason.note}` : words
}
