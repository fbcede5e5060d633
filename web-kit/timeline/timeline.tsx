import type { TimelineEntry, TimelineNote } from '@countersign/sdk/wire/timeline.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useClient } from '../client-context.tsx'
import { EntityLink } from '../entity-link.tsx'
import { isolate, useLanguage, useText } from '../messages.ts'
import { MoneyText } from '../money-text.tsx'
import { NoteText } from '../notes/note-text.tsx'
import { numberFormat } from '../number-format.ts'
import { OwnDirection } from '../own-direction.tsx'
import { ProblemNotice } from '../problem-notice.tsx'
import { actionsQuery, timelineQuery } from '../queries.ts'
import { causeWords } from '../request/cause-words.ts'
import { readable } from '../request/preview-value.tsx'
import { publishedCode, reasonWords, titledReason } from '../request/reason-words.ts'
import { isSystem } from '../request/request-state.ts'
import { scoreText } from '../score-text.ts'
import { ClockTime } from '../time.tsx'
import { Postings } from './postings.tsx'
import { type Running, runningBalances } from './running-balance.ts'
import styles from './timeline.module.css'

/** Everything that happened to an entity, in one order: upstream events, postings, what operators did and why. */
export function Timeline({
  of,
  me,
  sources,
  known,
  named = NONE,
  onCorrect,
}: {
  of: EntityRef
  me: string
  /** Kinds of records that are called by their titles; the others by their ids. */
  named?: ReadonlySet<string> | undefined
  /** A note of one's own is to be corrected; null where nothing is written beside the record. */
  onCorrect: ((note: TimelineNote) => void) | null
  /** What the sources of events are called: message id by source. */
  sources: Record<string, string>
  /** What is linked beside the timeline already. */
  known: EntityRef[]
}) {
  const t = useText()
  const client = useClient()
  const query = useInfiniteQuery(timelineQuery(client, of))
  if (query.isPending) return <Skeleton lines={6} label={t('timeline.loading')} />
  if (query.isError) return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
  const entries = oldestFirst(query.data.pages.flatMap((page) => page.entries))
  if (entries.length === 0) return <p className={styles.empty}>{t('timeline.empty')}</p>
  const balances = runningBalances(entries)
  return (
    <>
      {query.hasNextPage ? (
        <Button size="small" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('timeline.older')}
        </Button>
      ) : null}
      <ol className={styles.timeline}>
        {entries.map((entry, at) => (
          <Entry
            key={`${entry.position} ${entry.type}`}
            entry={entry}
            me={me}
            source={sources[entry.source]}
            named={named}
            known={[of, ...(entry.about === undefined ? [] : [entry.about]), ...known]}
            running={balances[at] ?? []}
            onCorrect={onCorrect}
          />
        ))}
      </ol>
    </>
  )
}

const NONE: ReadonlySet<string> = new Set()
/** What the console says of itself. */
const OWN_SOURCES: ReadonlySet<string> = new Set(['kernel', 'countersign'])

function Entry({
  entry,
  me,
  source,
  named,
  known,
  running,
  onCorrect,
}: {
  entry: TimelineEntry
  me: string
  named: ReadonlySet<string>
  source: string | undefined
  known: EntityRef[]
  running: Running[]
  onCorrect: ((note: TimelineNote) => void) | null
}) {
  const t = useText()
  const from =
    source === undefined
      ? OWN_SOURCES.has(entry.source)
        ? t('request.system')
        : readable(entry.source)
      : t(source)
  const who =
    entry.actor == null || isSystem(entry.actor.id)
      ? from
      : entry.actor.id === me
        ? t('timeline.you')
        : entry.actor.name
  const links = entry.links.filter(
    // Evidence has no page of its own: it stands in the list below.
    (link) => link.kind !== 'evidence' && !known.some((one) => one.kind === link.kind && one.id === link.id),
  )
  // The first that an event names is its own; others are what it takes back, or is a part of.
  const own = entry.links.find(({ kind }) => kind === 'request')?.id
  return (
    <li className={styles.entry}>
      <span className={styles.at}>
        <ClockTime at={entry.at} />
      </span>
      <span
        className={styles.who}
        data-person={(entry.actor != null && !isSystem(entry.actor.id)) || undefined}
      >
        {who}
      </span>
      <div className={styles.what}>
        <span title={entry.type}>
          {entry.about === undefined ? null : (
            <>
              <EntityLink to={entry.about} />
              {t('sign.colon')}
            </>
          )}
          <OwnDirection text={entry.summary}>
            <MoneyText>{entry.summary}</MoneyText>
          </OwnDirection>
          <Progress detail={entry.detail} />
        </span>
        <Detail detail={entry.detail} />
        {entry.note === undefined ? null : (
          <NoteText note={entry.note} onCorrect={entry.actor?.id === me ? onCorrect : null} />
        )}
        {entry.evidence === undefined ? null : (
          <p className={styles.detail}>
            <bdi>{entry.evidence.name}</bdi>
          </p>
        )}
        {entry.postings !== undefined && entry.postings.length > 0 ? (
          <Postings lines={entry.postings} running={running} />
        ) : null}
        {links.length === 0 ? null : (
          <p className={styles.links}>
            {links.map((link) => (
              <EntityLink key={`${link.kind} ${link.id}`} to={link}>
                {link.kind === 'request'
                  ? t(link.id === own ? 'request.open' : 'timeline.relatedRequest')
                  : named.has(link.kind)
                    ? link.title
                    : undefined}
              </EntityLink>
            ))}
          </p>
        )}
      </div>
    </li>
  )
}

/** How far along a request is with a decision: `(1 of 2)`. */
function Progress({ detail }: { detail: TimelineEntry['detail'] }) {
  const t = useText()
  const { given, required } = detail ?? {}
  if (given == null || required == null || Number(required) === 0) return null
  return (
    <span className={styles.progress}>
      {' '}
      ({t('request.approvalsOf', { given: String(given), required: String(required) })})
    </span>
  )
}

const LABELS: Record<string, string> = {
  reason_code: 'timeline.detail.reason',
  code: 'timeline.detail.code',
  reference: 'timeline.detail.reference',
  score: 'timeline.detail.score',
}

/** The code that stands where a door asked for no reason. */
const NOT_ASKED = 'unspecified'

/** The few members of an event that say something its sentence does not. */
function Detail({ detail }: { detail: TimelineEntry['detail'] }) {
  const t = useText()
  const language = useLanguage()
  const declared = useQuery(actionsQuery(useClient())).data ?? []
  // The same code has other words at another action.
  const action = typeof detail?.action === 'string' ? detail.action : null
  const shown = Object.entries(detail ?? {}).flatMap(([key, value]) => {
    if (key === 'description' && value !== null) return [String(value)]
    if (value === null) return []
    const text = String(value)
    const label = LABELS[key]
    // A cause of our own is said in words; a code that the world outside knows is called one.
    if (key === 'why' || (key === 'code' && publishedCode(text) === undefined)) return [causeWords(text, t)]
    if (label === undefined) return []
    if (key === 'reason_code') {
      if (text === NOT_ASKED) return [t('timeline.detail.noReason')]
      const reason = titledReason(text, declared, action)
      return [`${t(label)} ${isolate(reasonWords(reason))}`]
    }
    const shown =
      typeof value !== 'number'
        ? readable(text)
        : key === 'score'
          ? scoreText(value, language)
          : numberFormat(language).format(value)
    return [`${t(label)} ${isolate(shown)}`]
  })
  return shown.length === 0 ? null : <p className={styles.detail}>{shown.join(' · ')}</p>
}

function oldestFirst(entries: TimelineEntry[]): TimelineEntry[] {
  return entries.toSorted((a, b) => a.at.localeCompare(b.at) || Number(a.position) - Number(b.position))
}
