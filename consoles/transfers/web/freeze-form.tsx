import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Field } from '@countersign/ui/field.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { formatInstant } from '@countersign/web-kit/duration.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { zone, zoneName } from '@countersign/web-kit/preferences.ts'
import { parts, text } from '@countersign/web-kit/record/fields.ts'
import { scoreText } from '@countersign/web-kit/score-text.ts'
import { useStoredValue } from '@countersign/web-kit/stored-value.ts'
import type { ComponentProps } from 'react'

/** Two of one list and one score are told apart by when they were raised. */
const alike = (one: Record<string, unknown>, hits: readonly Record<string, unknown>[]) =>
  text(one, 'raised_at') !== null &&
  hits.some((other) => other !== one && other.list === one.list && other.score === one.score)

const hitsIn = (entity: Entity, states: readonly string[]) =>
  parts(entity.data, 'hits').filter(({ state }) => states.includes(String(state)))

/** The hit that somebody came from is what it is frozen for, unless they say otherwise; nobody else is taken to have found a match. */
export const freezeForm: ActionForm = {
  prefill: (entity, _me, from) => {
    const id = hitsIn(entity, ['open'])
      .map((one) => text(one, 'id'))
      .find((hit) => from?.kind === 'hit' && hit === from.id)
    return id == null ? {} : { input: { hit_id: id }, reason: 'sanctions_match' }
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
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const hits = hitsIn(entity, states)
  const clock = (one: Record<string, unknown>) =>
    formatInstant(text(one, 'raised_at') ?? '', language, timeZone)
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
                {[text(one, 'listed_name'), text(one, 'list'), scoreText(Number(one.score), language)]
                  .filter((part) => part !== null)
                  .join(' · ')}
                {alike(one, hits) ? ` · ${clock(one)}` : ''}
              </option>
            )
          })}
        </Select>
      )}
    </Field>
  )
}
