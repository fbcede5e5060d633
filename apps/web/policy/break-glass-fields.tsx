import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import { formatList } from '@countersign/web-kit/format-list.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { usePeopleOf } from '@countersign/web-kit/people-of-console.ts'
import styles from './policy.module.css'
import { policyRecord } from './policy-record.ts'

/** Who may carry out a critical action of the console alone. */
export function BreakGlassFields({
  entity,
  people,
  error,
  onChange,
}: {
  entity: Entity
  people: string[]
  error: string | undefined
  onChange: (people: string[]) => void
}) {
  const t = useText()
  const language = useLanguage()
  const { superRoles, superPeople } = policyRecord(entity)
  const { called } = usePeopleOf(entity.id)
  const able = (person: string) => superPeople.some(({ id }) => id === person)
  return (
    <div>
      <Field label={t('policy.breakGlass')} hint={t('policy.breakGlass.hint')} error={error}>
        {(control) => (
          <Select
            {...control}
            value=""
            onChange={(event) => {
              if (event.currentTarget.value !== '') onChange([...people, event.currentTarget.value])
            }}
          >
            <option value="">{t('policy.breakGlass.add')}</option>
            {superPeople
              .filter(({ id }) => !people.includes(id))
              .map(({ id }) => (
                <option key={id} value={id}>
                  {called(id)}
                </option>
              ))}
          </Select>
        )}
      </Field>
      <ul className={styles.people}>
        {people.map((person) => (
          <li key={person}>
            {called(person)}{' '}
            {able(person) || superRoles.length === 0 ? null : (
              <span className={styles.error}>
                {t('policy.breakGlass.noRole', {
                  roles: formatList(superRoles, language, 'disjunction'),
                })}{' '}
              </span>
            )}
            <Button
              size="small"
              variant="quiet"
              onClick={() => onChange(people.filter((one) => one !== person))}
            >
              {t('policy.breakGlass.remove', { person: called(person) })}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  )
}
