import type { PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import type { BulkProgress as Progress, RowState } from '@countersign/sdk/wire/bulk.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { backAt } from '../action-sheet/drafts.ts'
import { useClient } from '../client-context.tsx'
import { EntityLink } from '../entity-link.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { paths } from '../paths.ts'
import { describeProblem, ProblemNotice } from '../problem-notice.tsx'
import { actionsQuery, requestRowsQuery } from '../queries.ts'
import { causeWords } from '../request/cause-words.ts'
import { plainInput } from '../request/plain-input.ts'
import { StateBadge } from '../request/state-badge.tsx'
import { SectionHeading } from '../section-heading.tsx'
import styles from './bulk.module.css'
import { BulkSheet } from './bulk-sheet.tsx'
import { leftTargets } from './left-targets.ts'
import { failedCount, failedRows } from './request-rows.ts'
import { endedRows, rowStates } from './row-state.ts'
import { UndoMany } from './undo-many.tsx'

/**
 * What became of each record of a request over many, as it happens; what came to nothing asked for again, and what was
 * done taken back.
 */
export function BulkProgress({ request, progress }: { request: PendingRequest; progress: Progress }) {
  const t = useText()
  const client = useClient()
  const me = useMe()
  const [state, setState] = useState<RowState | undefined>(undefined)
  const place = `request:${request.id}/rows`
  const [again, setAgain] = useState(() => leftTargets(backAt(me.person.id, place)))
  const askAgain = useMutation({
    mutationFn: () => failedRows(client, request.id),
    onSuccess: (failed) => setAgain(failed.map(({ target }) => ({ kind: target.kind, id: target.id }))),
  })
  const rows = useInfiniteQuery(requestRowsQuery(client, request.id, state))
  const { data: actions } = useQuery(actionsQuery(client))
  const action = actions?.find(({ type }) => type === request.type)
  const ended = endedRows(progress)
  const listed = rows.data?.pages.flatMap((page) => page.rows) ?? []
  const failed = failedCount(progress)
  // Before it is agreed to nothing has become of any of them.
  const begun = request.state !== 'pending'
  const mayAsk = action?.bulk === true && request.requested_by.id === me.person.id
  return (
    <section>
      <SectionHeading>{t(begun ? 'bulk.progress' : 'bulk.rows')}</SectionHeading>
      {begun ? (
        <>
          <progress
            className={styles.bar}
            data-failed={failed > 0 || undefined}
            value={ended}
            max={progress.count}
            aria-label={t('bulk.progressText', { ended, count: progress.count })}
          />
          <p className={styles.muted} role="status">
            {t('bulk.progressText', { ended, count: progress.count })}
          </p>
        </>
      ) : null}
      <fieldset className={styles.states} aria-label={t('bulk.filter')}>
        <Button size="small" aria-pressed={state === undefined} onClick={() => setState(undefined)}>
          {t('bulk.all')} {progress.count}
        </Button>
        {(Object.entries(progress.counts) as [RowState, number][]).map(([of, count]) => (
          <Button key={of} size="small" aria-pressed={state === of} onClick={() => setState(of)}>
            {t(rowStates[of].label)} {count}
          </Button>
        ))}
      </fieldset>
      {rows.isPending ? (
        <Skeleton lines={4} label={t('bulk.rowsLoading')} />
      ) : rows.isError ? (
        <ProblemNotice error={rows.error} onRetry={() => void rows.refetch()} />
      ) : listed.length === 0 ? (
        <p className={styles.muted}>{t('bulk.noRows')}</p>
      ) : (
        <ul className={styles.rows} aria-label={t('bulk.rows')}>
          {listed.map((row) => (
            <li key={row.position} className={styles.row}>
              <span className={styles.name}>
                <EntityLink to={row.target}>
                  {row.target.title === undefined ? undefined : <MoneyText>{row.target.title}</MoneyText>}
                </EntityLink>
              </span>
              <StateBadge state={row.state} states={rowStates} />
              {row.request === undefined ? null : (
                <Link to={paths.request(row.request)}>{t('bulk.row.request')}</Link>
              )}
              {row.undone_by === undefined ? null : (
                <Link to={paths.request(row.undone_by)}>{t('bulk.row.undone')}</Link>
              )}
              {row.why === undefined || row.state === 'executed' ? null : (
                <span className={styles.why}>{causeWords(row.why, t)}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      <div className={styles.foot}>
        {rows.hasNextPage ? (
          <Button size="small" onClick={() => void rows.fetchNextPage()}>
            {t('bulk.moreRows')}
          </Button>
        ) : null}
        {mayAsk && failed > 0 ? (
          <Button variant="primary" busy={askAgain.isPending} onClick={() => askAgain.mutate()}>
            {t('bulk.askAgain', { count: failed })}
          </Button>
        ) : null}
        <UndoMany request={request} />
      </div>
      {askAgain.isError ? <Banner tone="danger">{describeProblem(askAgain.error, t).detail}</Banner> : null}
      {again !== undefined && action !== undefined ? (
        <BulkSheet
          action={action}
          place={place}
          targets={again}
          undoes={request.undoes}
          prefilled={{
            input: plainInput(request.input),
            reason: request.reason?.code ?? '',
            note: request.reason?.note ?? '',
          }}
          onClose={() => setAgain(undefined)}
        />
      ) : null}
    </section>
  )
}
