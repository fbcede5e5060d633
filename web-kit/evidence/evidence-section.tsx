import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { useClient } from '../client-context.tsx'
import { useText } from '../messages.ts'
import { ProblemNotice } from '../problem-notice.tsx'
import { evidenceQuery } from '../queries.ts'
import { SectionHeading } from '../section-heading.tsx'
import { AttachForm } from './attach-form.tsx'
import styles from './evidence.module.css'
import { EvidenceItem } from './evidence-item.tsx'

/** The files attached to a record, and where another is. */
export function EvidenceSection({ of }: { of: EntityRef }) {
  const t = useText()
  const id = useId()
  const query = useInfiniteQuery(evidenceQuery(useClient(), of))
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div id={id}>
        <SectionHeading>{t('evidence.title')}</SectionHeading>
      </div>
      {query.isPending ? <Skeleton lines={2} label={t('evidence.loading')} /> : null}
      {query.data === undefined && query.isError ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : null}
      {query.data === undefined ? null : (
        <>
          <EvidenceList of={of} pages={query.data.pages} />
          {query.hasNextPage ? (
            <Button size="small" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('evidence.more')}
            </Button>
          ) : null}
          {query.data.pages[0]?.may_annotate ? (
            <AttachForm of={of} accepts={query.data.pages[0].accepts} />
          ) : null}
        </>
      )}
    </section>
  )
}

function EvidenceList({ of, pages }: { of: EntityRef; pages: { evidence: EvidencePageItem[] }[] }) {
  const t = useText()
  const evidence = pages.flatMap((page) => page.evidence)
  if (evidence.length === 0) return <p className={styles.aside}>{t('evidence.empty')}</p>
  return (
    <ul className={styles.list} aria-label={t('evidence.list')}>
      {evidence.map((one) => (
        <EvidenceItem key={one.id} of={of} evidence={one} />
      ))}
    </ul>
  )
}

type EvidencePageItem = Parameters<typeof EvidenceItem>[0]['evidence']
