import { Field } from '@countersign/ui/field.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { formatInstant } from '@countersign/web-kit/duration.ts'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { zone, zoneName } from '@countersign/web-kit/preferences.ts'
import { useStoredValue } from '@countersign/web-kit/stored-value.ts'
import type { ComponentProps } from 'react'
import { openSessions } from './person-roles.ts'

/** One of the sessions that go on, told by when it began and was last used; it begins with the only one. */
export const endSessionForm: ActionForm = {
  prefill: (entity) => {
    const [only, ...others] = openSessions(entity)
    return only !== undefined && others.length === 0 ? { input: { session: only.id } } : {}
  },
  Fields: SessionFields,
}

function SessionFields({
  entity,
  input,
  errors,
  onChange,
}: ComponentProps<NonNullable<ActionForm['Fields']>>) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const own = useMe().session.id
  return (
    <Field label={t('people.session')} error={errors.session} required>
      {(control) => (
        <Select
          {...control}
          value={typeof input.session === 'string' ? input.session : ''}
          onChange={(event) => onChange({ ...input, session: event.currentTarget.value })}
        >
          <option value="">{t('people.chooseSession')}</option>
          {openSessions(entity).map(({ id, created_at, last_seen_at }) => (
            <option key={id} value={id}>
              {t(id === own ? 'people.ownSession' : 'people.oneSession', {
                began: formatInstant(created_at, language, timeZone),
                used: formatInstant(last_seen_at, language, timeZone),
              })}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}
