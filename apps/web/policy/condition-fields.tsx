import type { PolicyRule } from '@countersign/sdk/wire/policy.ts'
import { Field } from '@countersign/ui/field.tsx'
import { Select, TextInput } from '@countersign/ui/text-input.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { MoneyField } from './money-field.tsx'
import { SumField } from './sum-field.tsx'

type When = NonNullable<PolicyRule['when']>

/** When a rule holds; an empty field asks for nothing. */
export function ConditionFields({
  when,
  requesters,
  errorOf,
  onChange,
}: {
  when: When
  /** Roles that may ask for the action. */
  requesters: string[]
  errorOf: (path: string) => string | undefined
  onChange: (when: When) => void
}) {
  const t = useText()
  const asked = when.requester_role
  // A role that may not ask is still shown, so that it can be seen what is wrong.
  const roles = asked === undefined || requesters.includes(asked) ? requesters : [asked, ...requesters]
  const put = <Member extends keyof When>(member: Member, value: When[Member] | undefined) => {
    const { [member]: _, ...rest } = when
    onChange(value === undefined ? rest : { ...rest, [member]: value })
  }
  return (
    <>
      <MoneyField
        label={t('policy.rule.amountOver')}
        hint={t('policy.rule.amountHint')}
        value={when.amount_over}
        error={errorOf('amount_over')}
        onChange={(value) => put('amount_over', value)}
      />
      <SumField value={when.sum_over} errorOf={errorOf} onChange={(value) => put('sum_over', value)} />
      <Field label={t('policy.rule.countOver')} hint={t('policy.rule.anyHint')} error={errorOf('count_over')}>
        {(control) => (
          <TextInput
            {...control}
            type="number"
            min={0}
            value={when.count_over ?? ''}
            onChange={(event) => {
              const text = event.currentTarget.value
              put('count_over', text === '' ? undefined : Number(text))
            }}
          />
        )}
      </Field>
      <Field label={t('policy.rule.scope')} hint={t('policy.rule.anyHint')} error={errorOf('scope')}>
        {(control) => (
          <TextInput
            {...control}
            value={when.scope ?? ''}
            onChange={(event) => put('scope', event.currentTarget.value || undefined)}
          />
        )}
      </Field>
      <Field label={t('policy.rule.requesterRole')} error={errorOf('requester_role')}>
        {(control) => (
          <Select
            {...control}
            value={when.requester_role ?? ''}
            onChange={(event) => put('requester_role', event.currentTarget.value || undefined)}
          >
            <option value="">{t('policy.rule.anyRole')}</option>
            {roles.map((role) => (
              <option key={role} value={role}>
                {role}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </>
  )
}
