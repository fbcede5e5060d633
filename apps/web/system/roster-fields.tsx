import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { PersonRef } from '@countersign/sdk/wire/values.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { Select, TextInput } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { calledOf, usePeopleOf } from '@countersign/web-kit/people-of-console.ts'
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
  const { people } = usePeopleOf(entity.id)
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
      {errors.entries === undefined ||
      Object.keys(errors).some((place) => place.startsWith('entries.')) ? null : (
        <p className={styles.error} role="alert">
          {errors.entries}
        </p>
      )}
      {entries.map((entry, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an entry has no name but its place while it is being written
        <fieldset key={at} className={styles.entry}>
          <legend>{t('system.roster.entry', { number: at + 1 })}</legend>
          <EntryFields
            entry={entry}
            people={people}
            errorOf={(place) => errors[`entries.${at}.${place}`]}
            onChange={(part) => change(at, part)}
          />
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
  errorOf,
  onChange,
}: {
  entry: RosterEntry
  people: readonly PersonRef[]
  /** What is wrong with one of its members: `person`, `hours.0.days`. */
  errorOf: (place: string) => string | undefined
  onChange: (part: Partial<RosterEntry>) => void
}) {
  const t = useText()
  const changeHours = (at: number, part: Partial<RosterHours>) =>
    onChange({ hours: entry.hours.map((span, index) => (index === at ? { ...span, ...part } : span)) })
  // Somebody who has lost their role is still shown, so that it can be seen what is wrong.
  const ids = people.map(({ id }) => id)
  const choices = ids.includes(entry.person) || entry.person === '' ? ids : [entry.person, ...ids]
  return (
    <>
      <Field label={t('system.roster.person')} error={errorOf('person')} required>
        {(control) => (
          <Select
            {...control}
            value={entry.person}
            onChange={(event) => onChange({ person: event.currentTarget.value })}
          >
            <option value="">{t('system.roster.choose')}</option>
            {choices.map((person) => (
              <option key={person} value={person}>
                {calledOf(people, person)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field
        label={t('system.roster.order')}
        hint={t('system.roster.orderHint')}
        error={errorOf('order')}
        required
      >
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
      <Field label={t('system.roster.zone')} error={errorOf('zone')} required>
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
        <HoursFields
          // biome-ignore lint/suspicious/noArrayIndexKey: hours have no name but their place
          key={at}
          span={span}
          errorOf={(place) => errorOf(`hours.${at}.${place}`)}
          onChange={(part) => changeHours(at, part)}
        >
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
  errorOf,
  onChange,
  children,
}: {
  span: RosterHours
  errorOf: (place: string) => string | undefined
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
        {errorOf('days') === undefined ? null : (
          <p className={styles.error} role="alert">
            {errorOf('days')}
          </p>
        )}
      </fieldset>
      {ENDS.map(([end, label]) => (
        <Field key={end} label={t(label)} error={errorOf(end)} required>
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
