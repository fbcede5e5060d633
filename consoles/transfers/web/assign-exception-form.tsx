import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Field } from '@countersign/ui/field.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { isolate, useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { isMoney } from '@countersign/web-kit/money.tsx'
import { parts, text } from '@countersign/web-kit/record/fields.ts'
import {
  allotted,
  choosePartners,
  chosenPartners,
  fits,
  type Share,
  sumOf,
  useChosenPartners,
} from './chosen-partners.ts'
import { lineOf, type PartnerRow } from './line-partners.ts'
import styles from './partner-table.module.css'
import { PartnerTable } from './partner-table.tsx'
import { amountTyped, isAmount, typedAmount } from './typed-amount.ts'

/** What was chosen on the page, how much of the line each gets, and the way to choose others. */
export const assignExceptionForm: ActionForm = {
  prefill: (entity) => {
    const line = lineOf(entity)
    const chosen = chosenPartners(entity.id)
    const shares = line === null ? [] : allotted(line, chosen)
    const input = { parts: shares }
    // Where something stays open, of the line or of a partner, why that is so is not to be guessed.
    if (line === null || !fits(line, chosen)) return { input }
    return { input, reason: shares.length > 1 ? 'booked_together' : 'same_payment' }
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
  const language = useLanguage()
  const line = lineOf(entity)
  const chosen = useChosenPartners(entity.id)
  const shares = sharesIn(input)
  const taken = new Set([...chosen, ...shares].map(({ id }) => id))
  const put = (next: readonly Share[]) => onChange({ ...input, parts: next })
  // What is ticked stands on the page as well; what was typed for the others stays.
  const toggle = ({ partners }: PartnerRow, ticked: boolean) => {
    const ids = new Set(partners.map(({ id }) => id))
    const [others, kept] = [chosen.filter(({ id }) => !ids.has(id)), shares.filter(({ id }) => !ids.has(id))]
    const added = ticked ? partners.map(({ id, open }) => ({ id, open })) : []
    choosePartners(entity.id, [...others, ...added])
    if (line !== null) put([...kept, ...allotted(sumOf(line, kept).left, added)])
  }
  return (
    <>
      <PartnerTable entity={entity} sheet={{ shares, isChosen: (id) => taken.has(id), toggle }} />
      {errors.parts === undefined || shares.length > 0 ? null : <p role="alert">{errors.parts}</p>}
      <div className={styles.shares}>
        {shares.map(({ id, amount }, index) => (
          <Field
            key={id}
            label={t('transfers.assign.amountOf', { id: isolate(id) })}
            error={
              line !== null && !isAmount(amount.amount, line)
                ? t('transfers.assign.amountWrong', { example: isolate(typedAmount(line, language)) })
                : (errors[`parts.${index}.amount`] ??
                  errors[`parts.${index}.amount.amount`] ??
                  errors[`parts.${index}.id`])
            }
          >
            {(control) => (
              <TextInput
                {...control}
                inputMode="decimal"
                dir="ltr"
                value={typedAmount(amount, language)}
                onChange={(event) => {
                  const next = { ...amount, amount: amountTyped(event.target.value, language) }
                  put(shares.map((one) => (one.id === id ? { ...one, amount: next } : one)))
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
