import { Field } from '@countersign/ui/field.tsx'
import { Select, TextInput } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { isolate, useText } from '@countersign/web-kit/messages.ts'
import { part, text } from '@countersign/web-kit/record/fields.ts'
import type { ComponentProps } from 'react'
import styles from './records.module.css'

const TYPES: Record<string, string> = {
  checking: 'transfers.form.checking',
  savings: 'transfers.form.savings',
}

/** What of the receiver's account was wrong; what the transfer has stands beside each. */
export function SendAgainFields({
  entity,
  input,
  errors,
  onChange,
}: ComponentProps<NonNullable<ActionForm['Fields']>>) {
  const t = useText()
  const receiver = part(entity.data, 'receiver')
  const ach = text(entity.data, 'rail') === 'ach'
  const now = (field: string) => {
    const value = text(receiver, field)
    return value === null
      ? t('transfers.form.nowUnknown')
      : t('transfers.form.now', { value: isolate(value) })
  }
  const nowType = () => {
    const type = TYPES[text(receiver, 'account_type') ?? '']
    return type === undefined ? t('transfers.form.nowUnknown') : t('transfers.form.now', { value: t(type) })
  }
  // The server refuses them there: nothing was wrong with the account.
  if (part(entity.data, 'return').correctable !== true) return null
  const set = (field: string, value: string) => onChange({ ...input, [field]: value || undefined })
  return (
    <>
      <p className={styles.muted}>{t('transfers.form.corrections')}</p>
      <Field label={t('transfers.form.account')} hint={now('account')} error={errors.account}>
        {(control) => (
          <TextInput
            {...control}
            dir="ltr"
            maxLength={34}
            autoComplete="off"
            value={String(input.account ?? '')}
            onChange={(event) => set('account', event.target.value)}
          />
        )}
      </Field>
      <Field label={t('transfers.form.bank')} hint={now('routing_number')} error={errors.routing_number}>
        {(control) => (
          <TextInput
            {...control}
            dir="ltr"
            maxLength={11}
            autoComplete="off"
            value={String(input.routing_number ?? '')}
            onChange={(event) => set('routing_number', event.target.value.toUpperCase())}
          />
        )}
      </Field>
      {ach ? (
        <Field label={t('transfers.form.accountType')} hint={nowType()} error={errors.account_type}>
          {(control) => (
            <Select
              {...control}
              value={String(input.account_type ?? '')}
              onChange={(event) => set('account_type', event.target.value)}
            >
              <option value="">{t('transfers.form.unchanged')}</option>
              <option value="checking">{t('transfers.form.checking')}</option>
              <option value="savings">{t('transfers.form.savings')}</option>
            </Select>
          )}
        </Field>
      ) : null}
      <Field label={t('transfers.form.name')} hint={now('name')} error={errors.name}>
        {(control) => (
          <TextInput
            {...control}
            maxLength={70}
            autoComplete="off"
            value={String(input.name ?? '')}
            onChange={(event) => set('name', event.target.value)}
          />
        )}
      </Field>
    </>
  )
}
