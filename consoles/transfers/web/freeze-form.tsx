import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Field } from '@countersign/ui/field.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import type { ComponentProps } from 'react'
import { parts, text } from './fields.ts'

const hitsIn = (entity: Entity, states: readonly string[]) =>
  parts(entity.data, 'hits').filter(({ state }) => states.includes(String(state)))

/** Of a party with one open hit that is what it is frozen for, unless somebody says otherwise; of several one chooses. */
export const freezeForm: ActionForm = {
  prefill: (entity) => {
    const [only, ...more] = hitsIn(entity, ['open'])
    const id = only && more.length === 0 ? text(only, 'id') : null
    return id === null ? {} : { input: { hit_id: id }, reason: 'sanctions_match' }
  },
  Fields: (props) => <HitField {...props} member="hit_id" states={['open']} label="transfers.freeze.hit" />,
}

/** Which of its hits was none, where that is why it is freed; nothing is taken for granted. */
export const unfreezeForm: ActionForm = {
  Fields: (props) => (
    <HitField
      {...props}
      member="override_hit_id"
      states={['true_match', 'open']}
      label="transfers.unfreeze.hit"
    />
  ),
}

function HitField({
  entity,
  input,
  errors,
  onChange,
  member,
  states,
  label,
}: ComponentProps<NonNullable<ActionForm['Fields']>> & {
  member: string
  states: readonly string[]
  /** Message id. */
  label: 'transfers.freeze.hit' | 'transfers.unfreeze.hit'
}) {
  const t = useText()
  const hits = hitsIn(entity, states)
  if (hits.length === 0) return null
  const chosen = input[member]
  return (
    <Field label={t(label)} error={errors[member]}>
      {(props) => (
        <Select
          {...props}
          value={typeof chosen === 'string' ? chosen : ''}
          onChange={({ target: { value } }) => onChange(value === '' ? {} : { [member]: value })}
        >
          <option value="">{t('transfers.freeze.noHit')}</option>
          {hits.map((one) => {
            const id = text(one, 'id') ?? ''
            return (
              <option key={id} value={id}>
                {`${text(one, 'list')} · ${Number(one.score).toFixed(2)} · ${id}`}
              </option>
            )
          })}
        </Select>
      )}
    </Field>
  )
}
