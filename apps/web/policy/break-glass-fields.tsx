import { Button } from '@countersign/ui/button.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { rostersQuery } from '@countersign/web-kit/queries.ts'
import { useQuery } from '@tanstack/react-query'
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
  const rosters = useQuery(rostersQuery(useClient()))
  const known = rosters.data?.find((one) => one.console === console)?.people ?? []
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
              .filter((person) => !people.includes(person))
              .map((person) => (
                <option key={person} value={person}>
                  {person}
                </option>
              ))}
          </Select>
        )}
      </Field>
      <ul className={styles.people}>
        {people.map((person) => (
          <li key={person}>
            {person}{' '}
            <Button
              size="small"
              variant="quiet"
              onClick={() => onChange(people.filter((one) => one !== person))}
            >
              {t('policy.breakGlass.remove', { person })}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  )
}
