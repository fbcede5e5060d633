import { RadioGroup } from '@countersign/ui/radio-group.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { text } from './fields.ts'

const ACCOUNTS = ['bank_charges', 'rounding', 'unexplained'] as const
const TITLES = {
  bank_charges: 'transfers.writeOff.bank_charges',
  rounding: 'transfers.writeOff.rounding',
  unexplained: 'transfers.writeOff.unexplained',
} as const

/** To which account the difference is posted. */
export const writeOffForm: ActionForm = { Fields: WriteOffFields }

function WriteOffFields({
  input,
  errors,
  onChange,
}: {
  input: Record<string, unknown>
  errors: Record<string, string>
  onChange: (input: Record<string, unknown>) => void
}) {
  const t = useText()
  return (
    <>
      <RadioGroup
        label={t('transfers.writeOff.account')}
        value={text(input, 'account') ?? ''}
        choices={ACCOUNTS.map((value) => ({ value: value as string, label: t(TITLES[value]) }))}
        onChange={(account) => onChange({ ...input, account })}
      />
      {errors.account === undefined ? null : <p role="alert">{errors.account}</p>}
    </>
  )
}
