import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { RadioGroup } from '@countersign/ui/radio-group.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { MoneyText } from '@countersign/web-kit/money-text.tsx'
import { parts, text } from '@countersign/web-kit/record/fields.ts'

/** To which account the difference is posted. */
export const writeOffForm: ActionForm = { Fields: WriteOffFields }

function WriteOffFields({
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
  const language = useLanguage()
  const choices = parts(entity.data, 'write_off_accounts').flatMap((one) => {
    const [value, title] = [text(one, 'code'), text(one, 'title')]
    return value === null || title === null ? [] : [{ value, label: begun(title, language) }]
  })
  // Whoever came here by a link is told before anything is filled in.
  return (
    <>
      <BarredWriteOff entity={entity} />
      <RadioGroup
        label={t('transfers.writeOff.account')}
        value={text(input, 'account') ?? ''}
        choices={choices}
        onChange={(account) => onChange({ ...input, account })}
      />
      {errors.account === undefined ? null : <p role="alert">{errors.account}</p>}
    </>
  )
}

/** Why it cannot be written off, where that is so whatever is filled in. */
export function BarredWriteOff({ entity }: { entity: Entity }) {
  const barred = entity.affordances.find(({ action }) => action === 'transfers.write_off_exception')
  if (barred?.allowed !== false || !barred.reason) return null
  return (
    <p>
      <MoneyText>{barred.reason}</MoneyText>
    </p>
  )
}

/** Within a sentence it begins small. */
function begun(title: string, language: string): string {
  return title.charAt(0).toLocaleUpperCase(language) + title.slice(1)
}
