import type { RosterSummary } from '@countersign/sdk/wire/alerts.ts'
import { commaList } from '@countersign/web-kit/format-list.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { calledOf } from '@countersign/web-kit/people-of-console.ts'
import { Deadline } from '@countersign/web-kit/time.tsx'

/** Who on a roster is on call now; where nobody is, whose hours begin next. */
export function OnCallNow({ roster }: { roster: RosterSummary }) {
  const t = useText()
  const { entries, on_call, next_on_call, people } = roster
  if (entries.length === 0) return <>{t('system.roster.empty')}</>
  if (on_call.length > 0) {
    const names = on_call.map((person) => calledOf(people, person))
    return <>{t('system.roster.now', { people: commaList(names, t) })}</>
  }
  return (
    <>
      {t('system.roster.nobodyNow')}
      {next_on_call === null ? null : (
        <>
          {' '}
          {t('system.roster.next', { person: calledOf(people, next_on_call.person) })}{' '}
          <Deadline at={next_on_call.at} />.
        </>
      )}
    </>
  )
}
