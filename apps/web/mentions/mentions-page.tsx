import type { Mention } from '@countersign/sdk/wire/notes.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { mentionsQuery } from '@countersign/web-kit/queries.ts'
import { RelativeTime } from '@countersign/web-kit/time.tsx'
import { useIntent } from '@countersign/web-kit/use-intent.ts'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { PageTabs } from '../shell/page-tabs.tsx'
import type { UrlSearch } from '../url-search.ts'
import styles from './mentions-page.module.css'

const route = getRouteApi('/signed-in/mentions')

/** Where colleagues have mentioned me: what they wrote, on which record, and whether I have read it. */
export function MentionsPage() {
  const t = useText()
  const me = useMe()
  const search = route.useSearch() as UrlSearch
  const state = search.state === 'all' ? 'all' : 'unread'
  const reads = me.permissions.includes('kernel:read')
  const query = useInfiniteQuery({ ...mentionsQuery(useClient(), state), enabled: reads })
  if (!reads) {
    return <Notice page title={t('problem.forbidden')} actions={<Link to="/">{t('notFound.home')}</Link>} />
  }
  return (
    <div className={styles.page}>
      <title>{t('page.title', { page: t('mentions.title') })}</title>
      <h1 className={styles.title}>{t('mentions.title')}</h1>
      <PageTabs
        label={t('mentions.which')}
        path={paths.mentions}
        by="state"
        tabs={[
          { name: 'unread', label: t('mentions.unread') },
          { name: 'all', label: t('mentions.all') },
        ]}
        current={state}
      />
      {query.isPending ? <Skeleton lines={6} label={t('mentions.loading')} /> : null}
      {query.data === undefined && query.isError ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : null}
      {query.data === undefined ? null : (
        <MentionList state={state} mentions={query.data.pages.flatMap((page) => page.mentions)} />
      )}
      {query.hasNextPage ? (
        <Button size="small" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('mentions.more')}
        </Button>
      ) : null}
    </div>
  )
}

const EMPTY = { unread: 'mentions.empty.unread', all: 'mentions.empty.all' }

function MentionList({ state, mentions }: { state: 'unread' | 'all'; mentions: Mention[] }) {
  const t = useText()
  if (mentions.length === 0) return <Notice title={t(EMPTY[state])}>{t('mentions.empty.detail')}</Notice>
  return (
    <ul className={styles.list} aria-label={t('mentions.list')}>
      {mentions.map((mention) => (
        <MentionItem key={mention.id} mention={mention} />
      ))}
    </ul>
  )
}

function MentionItem({ mention }: { mention: Mention }) {
  const t = useText()
  const client = useClient()
  const queries = useQueryClient()
  const { state, send } = useIntent<string, { id: string }>(
    (note, key) => client.readMention(note, key),
    () => void queries.invalidateQueries({ queryKey: ['mentions'] }),
  )
  return (
    <li className={styles.item}>
      <p className={styles.line}>
        <span>
          <bdi>{t('mentions.by', { name: mention.author.name })}</bdi> <EntityLink to={mention.entity} />
        </span>
        <span className={styles.aside}>
          <RelativeTime at={mention.at} />
        </span>
      </p>
      <p className={mention.text === null ? styles.aside : styles.text} dir="auto">
        {mention.text ?? t('mentions.withheld')}
      </p>
      {mention.read_at === null ? (
        <Button size="small" busy={state.phase === 'sending'} onClick={() => send(mention.id)}>
          {t('mentions.read')}
        </Button>
      ) : (
        <span className={styles.aside}>
          {t('mentions.readAt')} <RelativeTime at={mention.read_at} />
        </span>
      )}
      {state.phase === 'refused' || state.phase === 'undecided' ? (
        <p className={styles.problem} role="alert">
          {t('mentions.notMarked')}
        </p>
      ) : null}
    </li>
  )
}
