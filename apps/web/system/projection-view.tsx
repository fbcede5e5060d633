import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { ProjectionData } from '@countersign/sdk/wire/projections.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { DayTime, RelativeTime } from '@countersign/web-kit/time.tsx'
import { Link } from '@tanstack/react-router'
import { Behind } from './behind.tsx'
import { projectionData } from './projection-data.ts'
import { projectionStates } from './projection-states.ts'
import styles from './system.module.css'

/** A projection as people see to it: tried again, or led past the event that stops it. */
export const projectionView: RecordView = {
  name: 'system.kind.projection',
  headedBy: 'title',
  states: projectionStates,
  Body: ProjectionFacts,
}

function ProjectionFacts({ entity }: { entity: Entity }) {
  const t = useText()
  const data = projectionData(entity)
  const { behind_ms, position, failing, stopped_at, failures, retry_at } = data
  return (
    <>
      <Facts
        facts={[
          { label: t('system.projection.behind'), value: <Behind ms={behind_ms} /> },
          { label: t('system.projection.position'), value: String(position) },
          { label: t('system.projection.error'), value: failing },
          {
            label: t('system.projection.stoppedAt'),
            value: stopped_at && t('system.projection.event', { ...stopped_at }),
          },
          {
            label: t('system.projection.concerns'),
            value: stopped_at && stopped_at.refs.length > 0 ? <Refs refs={stopped_at.refs} /> : null,
          },
          { label: t('system.projection.failures'), value: failing === null ? null : String(failures) },
          { label: t('system.projection.retryAt'), value: retry_at && <RelativeTime at={retry_at} /> },
        ]}
      />
      {data.left_out.length === 0 ? null : <LeftOut data={data} />}
    </>
  )
}

function Refs({ refs }: { refs: readonly string[] }) {
  return (
    <ul className={styles.rosters}>
      {refs.map((ref) => {
        const slash = ref.indexOf('/')
        return (
          <li key={ref}>
            <EntityLink to={{ kind: ref.slice(0, slash), id: ref.slice(slash + 1) }} />
          </li>
        )
      })}
    </ul>
  )
}

function LeftOut({ data: { left_out, left_out_count } }: { data: ProjectionData }) {
  const t = useText()
  return (
    <section aria-label={t('system.projection.leftOut')}>
      <SectionHeading>{t('system.projection.leftOut')}</SectionHeading>
      {left_out_count > left_out.length ? (
        <p className={styles.hint}>{t('system.projection.leftOut.newest', { count: left_out_count })}</p>
      ) : null}
      <ul className={styles.rosters}>
        {left_out.map(({ position, type, why, at, skipped_by }) => (
          <li key={position}>
            <strong>{t('system.projection.event', { type: type ?? '', position })}</strong>{' '}
            <DayTime at={at} />
            {t('sign.colon')}
            {why}{' '}
            {skipped_by === null ? null : (
              <Link to={paths.request(skipped_by)}>{t('system.projection.leftOut.request')}</Link>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
