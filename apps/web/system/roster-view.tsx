import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { usePeopleOf } from '@countersign/web-kit/people-of-console.ts'
import { rostersQuery } from '@countersign/web-kit/queries.ts'
import { RevisionBadge } from '@countersign/web-kit/revision-badge.tsx'
import { useQuery } from '@tanstack/react-query'
import { OnCallNow } from './on-call-now.tsx'
import { hoursText, rosterEntries } from './roster-entries.ts'
import styles from './system.module.css'

/** Who is on call for a console, in the order in which they are told. */
export const rosterView: RecordView = {
  name: 'system.kind.roster',
  headedBy: 'title',
  states: {},
  State: RosterState,
  Body: RosterBody,
}

function RosterState({ entity }: { entity: Entity }) {
  return <RevisionBadge entity={entity} unset={useText()('system.roster.state.nobody')} />
}

function RosterBody({ entity }: { entity: Entity }) {
  const t = useText()
  const roster = useQuery(rostersQuery(useClient())).data?.find((one) => one.console === entity.id)
  return (
    <>
      {roster === undefined || roster.entries.length === 0 ? null : (
        <p>
          {t('system.rosters')}
          {t('sign.colon')}
          <OnCallNow roster={roster} />
        </p>
      )}
      <RosterTable entity={entity} />
    </>
  )
}

function RosterTable({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const { called } = usePeopleOf(entity.id)
  const entries = rosterEntries(entity.data.entries).toSorted((a, b) => a.order - b.order)
  if (entries.length === 0) return <p className={styles.hint}>{t('system.roster.empty')}</p>
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{t('system.roster.order')}</th>
          <th scope="col">{t('system.roster.person')}</th>
          <th scope="col">{t('system.roster.hours')}</th>
          <th scope="col">{t('system.roster.zone')}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={`${entry.order} ${entry.person}`}>
            <td>{entry.order}</td>
            <td>{called(entry.person)}</td>
            <td>{hoursText(entry.hours, language, t)}</td>
            <td>{entry.zone}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
