import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import styles from './system.module.css'

const BECAME: Record<string, string> = {
  event: 'system.deadLetter.became.event',
  duplicate: 'system.deadLetter.became.duplicate',
  nothing: 'system.deadLetter.became.nothing',
}

/** What a source sent and nobody understood: why, how often, and its shape without its values. */
export const deadLetterView: RecordView = {
  name: 'system.kind.deadLetter',
  headedBy: 'title',
  states: {
    waiting: { label: 'system.deadLetter.state.waiting', tone: 'attention' },
    replaying: { label: 'system.deadLetter.state.replaying', tone: 'neutral' },
    replayed: { label: 'system.deadLetter.state.replayed', tone: 'settled' },
    discarded: { label: 'system.deadLetter.state.discarded', tone: 'neutral' },
  },
  Body: DeadLetterFacts,
}

function DeadLetterFacts({ entity: { data } }: { entity: Entity }) {
  const t = useText()
  const became = BECAME[String(data.became)]
  return (
    <>
      <Facts
        facts={[
          { label: t('system.deadLetter.error'), value: String(data.error), wide: true },
          { label: t('system.deadLetters.waiting'), value: counted(data.waiting) },
          { label: t('system.deadLetters.replayed'), value: counted(data.replayed) },
          { label: t('system.deadLetters.discarded'), value: counted(data.discarded) },
          {
            label: t('system.deadLetter.times'),
            value: t('system.deadLetter.timesCount', { count: Number(data.times) }),
          },
          { label: t('system.deadLetter.since'), value: <AbsoluteTime at={String(data.first_at)} /> },
          { label: t('system.deadLetter.last'), value: <AbsoluteTime at={String(data.last_at)} /> },
          {
            label: t('system.deadLetter.tried'),
            value: data.tried === 0 ? null : t('system.deadLetter.timesCount', { count: Number(data.tried) }),
          },
          { label: t('system.deadLetter.became'), value: became === undefined ? null : t(became) },
        ]}
      />
      {data.shape === undefined ? null : (
        <figure>
          <figcaption className={styles.hint}>
            {t(data.single === true ? 'system.deadLetter.shape' : 'system.deadLetter.shapeNewest')}
          </figcaption>
          <pre className={styles.shape} dir="ltr">
            {JSON.stringify(data.shape, null, 2)}
          </pre>
        </figure>
      )}
    </>
  )
}

const counted = (value: unknown) => (value === 0 ? null : String(value))
