import type { TimelineNote } from '@countersign/sdk/wire/timeline.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useClient } from '../client-context.tsx'
import { EvidenceSection } from '../evidence/evidence-section.tsx'
import { useText } from '../messages.ts'
import { NoteComposer } from '../notes/note-composer.tsx'
import { timelineQuery } from '../queries.ts'
import { SectionHeading } from '../section-heading.tsx'
import { ZoneNote } from '../time.tsx'
import { Timeline } from '../timeline/timeline.tsx'

/** What happened to a record, where one writes beside it, and the files attached to it. */
export function RecordHistory({
  of,
  me,
  sources,
  known,
  named,
}: {
  of: EntityRef
  me: string
  /** What the sources of events are called: message id by source. */
  sources: Record<string, string>
  /** What is linked beside it already. */
  known: EntityRef[]
  /** Kinds of records that are called by their titles. */
  named?: ReadonlySet<string> | undefined
}) {
  const t = useText()
  const history = useInfiniteQuery(timelineQuery(useClient(), of))
  const mayAnnotate = history.data?.pages[0]?.may_annotate
  const [correcting, setCorrecting] = useState<TimelineNote | null>(null)
  return (
    <>
      <section aria-label={t('timeline.title')}>
        <SectionHeading aside={<ZoneNote />}>{t('timeline.title')}</SectionHeading>
        <Timeline
          of={of}
          me={me}
          sources={sources}
          known={known}
          named={named}
          onCorrect={mayAnnotate ? setCorrecting : null}
        />
      </section>
      {mayAnnotate === undefined ? null : (
        <NoteComposer
          of={of}
          allowed={mayAnnotate}
          correcting={correcting}
          onCorrected={() => setCorrecting(null)}
        />
      )}
      <EvidenceSection of={of} />
    </>
  )
}
