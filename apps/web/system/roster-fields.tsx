import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { Select, TextInput } from '@countersign/ui/text-input.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { rostersQuery } from '@countersign/web-kit/queries.ts'
import { useQuery } from '@tanstack/react-query'
import { dayName, type RosterEntry, type RosterHours, rosterEntries, WEEKDAYS } from './roster-entries.ts'
import styles from './system.module.css'

/** The roster as it stands, to be changed. */
export const changeRosterForm: ActionForm = {
  prefill: (entity) => ({ input: { entries: rosterEntries(entity.data.entries) } }),
  Fields: RosterFields,
}

const ENDS = [
  ['from', 'system.roster.from'],
  ['to', 'system.roster.to'],
] as const

const ZONES = Intl.supportedValuesOf('timeZone')
const OFFICE_HOURS: RosterHours = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }

function RosterFields({
  entity,
  input,
  errors,
  onChange,
}: {
  entity: Entity
  input: Record<string, unknown>
  errors: Record<string, string>
  onChange: (input: Record<string, unknown>) => void
}) {
  const t = useText()
  const rosters = useQuery(rostersQuery(useClient()))
  const people = rosters.data?.find((one) => one.console === entity.id)?.people ?? []
  const entries = rosterEntries(input.entries)
  const put = (next: RosterEntry[]) => onChange({ ...input, entries: next })
  const change = (at: number, part: Partial<RosterEntry>) =>
    put(entries.map((entry, index) => (index === at ? { ...entry, ...part } : entry)))
  const add = () =>
    put([
      ...entries,
      {
        person: '',
        order: Math.max(0, ...entries.map(({ order }) => order)) + 1,
        zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        hours: [OFFICE_HOURS],
      },
    ])
  return (
    <div className={styles.entries}>
      {errors.entries === undefined ? null : (
        <p className={styles.error} role="alert">
          {errors.entries}
        </p>
      )}
      {entries.map((entry, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an entry has no name but its place while it is being written
        <fieldset key={at} className={styles.entry}>
          <legend>{t('system.roster.entry', { number: at + 1 })}</legend>
          <EntryFields entry={entry} people={people} onChange={(part) => change(at, part)} />
          <Button
            size="small"
            variant="quiet"
            onClick={() => put(entries.filter((_, index) => index !== at))}
          >
            {t('system.roster.remove')}
          </Button>
        </fieldset>
      ))}
      <datalist id="roster-zones">
        {ZONES.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <Button size="small" onClick={add}>
        {t('system.roster.add')}
      </Button>
    </div>
  )
}

function EntryFields({
  entry,
  people,
  onChange,
}: {
  entry: RosterEntry
  people: string[]
  onChange: (part: Partial<RosterEntry>) => void
}) {
  const t = useText()
  const changeHours = (at: number, part: Partial<RosterHours>) =>
    onChange({ hours: entry.hours.map((span, index) => (index === at ? { ...span, ...part } : span)) })
  // Somebody who has lost their role is still shown, so that it can be seen what is wrong.
  const choices = people.includes(entry.person) || entry.person === '' ? people : [entry.person, ...people]
  return (
    <>
      <Field label={t('system.roster.person')} required>
        {(control) => (
          <Select
            {...control}
            value={entry.person}
            onChange={(event) => onChange({ person: event.currentTarget.value })}
          >
            <option value="">{t('system.roster.choose')}</option>
            {choices.map((person) => (
              <option key={person} value={person}>
                {person}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t('system.roster.order')} hint={t('system.roster.orderHint')} required>
        {(control) => (
          <TextInput
            {...control}
            type="number"
            min={1}
            max={50}
            value={entry.order}
            onChange={(event) => onChange({ order: Number(event.currentTarget.value) })}
          />
        )}
      </Field>
      <Field label={t('system.roster.zone')} required>
        {(control) => (
          <TextInput
            {...control}
            list="roster-zones"
            value={entry.zone}
            onChange={(event) => onChange({ zone: event.currentTarget.value })}
          />
        )}
      </Field>
      {entry.hours.map((span, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: hours have no name but their place
        <HoursFields key={at} span={span} onChange={(part) => changeHours(at, part)}>
          {entry.hours.length > 1 ? (
            <Button
              size="small"
              variant="quiet"
              onClick={() => onChange({ hours: entry.hours.filter((_, index) => index !== at) })}
            >
              {t('system.roster.removeHours')}
            </Button>
          ) : null}
        </HoursFields>
      ))}
      <Button
        size="small"
        variant="quiet"
        onClick={() => onChange({ hours: [...entry.hours, OFFICE_HOURS] })}
      >
        {t('system.roster.addHours')}
      </Button>
    </>
  )
}

function HoursFields({
  span,
  onChange,
  children,
}: {
  span: RosterHours
  onChange: (part: Partial<RosterHours>) => void
  children: React.ReactNode
}) {
  const t = useText()
  const language = useLanguage()
  return (
    <div className={styles.hours}>
      <fieldset className={styles.days}>
        <legend>{t('system.roster.days')}</legend>
        {WEEKDAYS.map((day) => (
          <label key={day}>
            <input
              type="checkbox"
              checked={span.days.includes(day)}
              onChange={(event) =>
                onChange({
                  days: WEEKDAYS.filter((one) =>
                    one === day ? event.currentTarget.checked : span.days.includes(one),
                  ),
                })
              }
            />
            {dayName(day, language)}
          </label>
        ))}
      </fieldset>
      {ENDS.map(([end, label]) => (
        <Field key={end} label={t(label)} required>
          {(control) => (
            <TextInput
              {...control}
              type="time"
              value={span[end]}
              onChange={(event) => onChange({ [end]: event.currentTarget.value })}
            />
          )}
        </Field>
      ))}
      {children}
    </div>
  )
}
