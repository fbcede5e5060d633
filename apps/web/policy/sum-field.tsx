import type { PolicySum } from '@countersign/sdk/wire/policy.ts'
import { Field } from '@countersign/ui/field.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { SUM_PER } from '@countersign/web-kit/policy/rule-text.ts'
import { LengthField } from './length-field.tsx'
import { MoneyField } from './money-field.tsx'

const WINDOW_DEFAULT_S = 86_400
const PERS = ['requester', 'target', 'everybody'] as const

/** A limit over everything that is asked for in a rolling window; how it is added up is asked once there is one. */
export function SumField({
  value,
  errorOf,
  onChange,
}: {
  value: PolicySum | undefined
  errorOf: (path: string) => string | undefined
  onChange: (value: PolicySum | undefined) => void
}) {
  const t = useText()
  return (
    <>
      <MoneyField
        label={t('policy.rule.sumOver')}
        hint={t('policy.rule.sumHint')}
        value={value?.limit}
        error={errorOf('sum_over.limit')}
        onChange={(limit) =>
          onChange(limit && { within_s: WINDOW_DEFAULT_S, per: 'requester', ...value, limit })
        }
      />
      {value === undefined ? null : (
        <>
          <LengthField
            label={t('policy.rule.sumWithin')}
            seconds={value.within_s}
            error={errorOf('sum_over.within_s')}
            required
            onChange={(seconds) => onChange({ ...value, within_s: seconds ?? 0 })}
          />
          <Field label={t('policy.rule.sumPer')} error={errorOf('sum_over.per')} required>
            {(control) => (
              <Select
                {...control}
                value={value.per}
                onChange={(event) => {
                  const per = PERS.find((one) => one === event.currentTarget.value)
                  if (per !== undefined) onChange({ ...value, per })
                }}
              >
                {PERS.map((per) => (
                  <option key={per} value={per}>
                    {t(SUM_PER[per])}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </>
      )}
    </>
  )
}
