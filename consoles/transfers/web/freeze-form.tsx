import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Field } from '@countersign/ui/field.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import type { ComponentProps } from 'react'
import { parts, text } from './fields.ts'

const openHits = (entity: Entity) => parts(entity.data, 'hits').filter(({ state }) => state === 'open')

/** Of a party with one open hit that is what it is frozen for, unless somebody says otherwise; of several one chooses. */
export const freezeForm: ActionForm = {
  prefill: (entity) => {
    const [only, ...more] = openHits(entity)
    const id = only && more.length === 0 ? text(only, 'id') : null
    return id === null ? {} : { input: { hit_id: id }, reason: 'sanctions_match' }
  },
  Fields: HitField,
}

function HitField({ entity, input, errors, onChange }: ComponentProps<NonNullable<ActionForm['Fields']>>) {
  const t = useText()
  const hits = openHits(entity)
  if (hits.length === 0) return null
  return (
    <Field label={t('transfers.freeze.hit')} error={errors.hit_id}>
      {(props) => (
        <Select
          {...props}
          value={typeof input.hit_id === 'string' ? input.hit_id : ''}
          onChange={({ target: { value } }) => onChange(value === '' ? {} : { hit_id: value })}
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
