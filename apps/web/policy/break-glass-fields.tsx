import { Button } from '@countersign/ui/button.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { usePeopleOf } from '@countersign/web-kit/people-of-console.ts'
import styles from './policy.module.css'

/** Who may carry out a critical action of the console alone. */
export function BreakGlassFields({
  console,
  people,
  error,
  onChange,
}: {
  console: string
  people: string[]
  error: string | undefined
  onChange: (people: string[]) => void
}) {
  const t = useText()
  const { people: known, called } = usePeopleOf(console)
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
            {known
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
