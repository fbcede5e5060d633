import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Field } from '@countersign/ui/field.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { isMoney } from '@countersign/web-kit/money.tsx'
import { useEffect } from 'react'
import { allotted, choosePartners, chosenPartners, type Share, useChosenPartners } from './chosen-partners.ts'
import { parts, text } from './fields.ts'
import { lineOf } from './line-partners.ts'
import styles from './partner-table.module.css'
import { PartnerTable } from './partner-table.tsx'

/** What was chosen on the page, how much of the line each gets, and the way to choose others. */
export const assignExceptionForm: ActionForm = {
  prefill: (entity) => {
    const line = lineOf(entity)
    const shares = line === null ? [] : allotted(line, chosenPartners(entity.id))
    return {
      input: { parts: shares },
      reason: shares.length > 1 ? 'booked_together' : 'same_payment',
    }
  },
  Fields: AssignFields,
  asked: (entity) => choosePartners(entity.id, []),
}

function AssignFields({
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
  const line = lineOf(entity)
  const chosen = useChosenPartners(entity.id)
  const shares = sharesIn(input)
  const ids = chosen.map(({ id }) => id).join()
  const stands = shares.map(({ id }) => id).join()
  // What is chosen decides whom it goes to; what was typed before for others goes with them. Taking back a taking back begins
  // with whom it was assigned to, and nothing is chosen then.
  useEffect(() => {
    if (line === null || ids === stands || (ids === '' && chosen.length === 0 && stands !== '')) return
    const next = allotted(line, chosen)
    if (next.map(({ id }) => id).join() !== stands) onChange({ ...input, parts: next })
  })
  return (
    <>
      <PartnerTable entity={entity} inSheet />
      {errors.parts === undefined ? null : <p role="alert">{errors.parts}</p>}
      <div className={styles.shares}>
        {shares.map(({ id, amount }, index) => (
          <Field
            key={id}
            label={t('transfers.assign.amountOf', { id })}
            error={errors[`parts.${index}.amount`] ?? errors[`parts.${index}.id`]}
          >
            {(control) => (
              <TextInput
                {...control}
                inputMode="decimal"
                dir="ltr"
                value={amount.amount}
                onChange={(event) => {
                  const next = { ...amount, amount: event.target.value.trim() }
                  onChange({
                    ...input,
                    parts: shares.map((one) => (one.id === id ? { ...one, amount: next } : one)),
                  })
                }}
              />
            )}
          </Field>
        ))}
      </div>
    </>
  )
}

function sharesIn(input: Record<string, unknown>): Share[] {
  return parts(input, 'parts').flatMap((one) => {
    const id = text(one, 'id')
    return id === null || !isMoney(one.amount) ? [] : [{ id, amount: one.amount }]
  })
}
