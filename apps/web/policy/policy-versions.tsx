import { Button } from '@countersign/ui/button.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { formatList } from '@countersign/web-kit/format-list.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { policyVersionsQuery } from '@countersign/web-kit/queries.ts'
import { ChangeTable } from '@countersign/web-kit/request/preview-value.tsx'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import styles from './policy.module.css'

/** Who changed the rules, when, who agreed, and what that changed. */
export function PolicyVersions({ console, version }: { console: string; version: string }) {
  const t = useText()
  const language = useLanguage()
  const client = useClient()
  const list = useInfiniteQuery(policyVersionsQuery(client, console, version))
  const versions = list.data?.pages.flatMap((page) => page.versions) ?? []
  return (
    <section aria-label={t('policy.versions')}>
      <SectionHeading>{t('policy.versions')}</SectionHeading>
      {list.isPending ? <Skeleton lines={4} label={t('policy.versions.loading')} /> : null}
      {list.isError && list.data === undefined ? (
        <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {list.data !== undefined && versions.length === 0 ? (
        <p className={styles.hint}>{t('policy.versions.none')}</p>
      ) : null}
      <ol className={styles.versions}>
        {versions.map(({ revision, at, by, agreed, request_id, changes }) => (
          <li key={revision}>
            <p>
              <strong>{t('policy.version', { revision })}</strong> <AbsoluteTime at={at} />
              {by === null ? null : <> · {t('policy.version.asked', { name: by.name })}</>}
              {agreed.length === 0
                ? null
                : ` · ${t('policy.version.agreed', {
                    names: formatList(
                      agreed.map(({ name }) => name),
                      language,
                    ),
                  })}`}
              {request_id === null ? null : (
                <>
                  {' · '}
                  <Link to={paths.request(request_id)}>{t('policy.version.request')}</Link>
                </>
              )}
            </p>
            {changes.length === 0 ? (
              <p className={styles.hint}>{t('policy.version.same')}</p>
            ) : (
              <ChangeTable changes={changes} />
            )}
          </li>
        ))}
      </ol>
      {list.hasNextPage ? (
        <Button size="small" onClick={() => void list.fetchNextPage()}>
          {t('policy.versions.more')}
        </Button>
      ) : null}
    </section>
  )
}
