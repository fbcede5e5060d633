import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { PolicyRule, RuledAction } from '@countersign/sdk/wire/policy.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { Select } from '@countersign/ui/text-input.tsx'
import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { ruleText } from '@countersign/web-kit/policy/rule-text.ts'
import { useState } from 'react'
import { BreakGlassFields } from './break-glass-fields.tsx'
import styles from './policy.module.css'
import { dropDraft, readDraft, writeDraft } from './policy-draft.ts'
import { declaredRules, KERNEL, peopleIds, policyRecord, policyRules } from './policy-record.ts'
import { Simulation } from './policy-simulation.tsx'
import { RuleFields } from './rule-fields.tsx'

/** The rules of a console as they stand, or as this person had begun to change them. */
export const changePolicyForm: ActionForm = {
  prefill: (entity, me) => {
    const { rules, breakGlass } = policyRecord(entity)
    return { input: { ...(readDraft(entity, me) ?? { rules, break_glass: breakGlass }) } }
  },
  Fields: PolicyFields,
  asked: dropDraft,
}

function PolicyFields({
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
  const me = useMe().person.id
  const inForce = policyRecord(entity)
  const rules = policyRules(input.rules)
  const people = peopleIds(input.break_glass)
  const [open, setOpen] = useState<number | null>(rules.length === 1 ? 0 : null)
  const changed = JSON.stringify([rules, people]) !== JSON.stringify([inForce.rules, inForce.breakGlass])

  function put(next: { rules?: PolicyRule[]; break_glass?: string[] }) {
    const draft = { rules, break_glass: people, ...next }
    writeDraft(entity, me, draft)
    onChange(draft)
  }
  function startOver() {
    dropDraft(entity, me)
    setOpen(null)
    onChange({ rules: inForce.rules, break_glass: inForce.breakGlass })
  }
  function add(action: RuledAction) {
    setOpen(rules.length)
    // What it declares under conditions holds no more once a rule names it: it is there to be kept, changed or taken out.
    const kept = declaredRules(rules, [action]).filter((rule) => rule !== action.declared)
    put({ rules: [...rules, action.declared, ...kept] })
  }

  return (
    <div className={styles.editor}>
      {changed ? (
        <p className={styles.hint}>
          {t('policy.draft.kept')}{' '}
          <Button size="small" variant="quiet" onClick={startOver}>
            {t('policy.draft.startOver')}
          </Button>
        </p>
      ) : null}
      {errors.rules !== undefined && !Object.keys(errors).some((path) => path.startsWith('rules.')) ? (
        <p className={styles.error} role="alert">
          {errors.rules}
        </p>
      ) : null}
      <ol className={styles.rules}>
        {rules.map((rule, at) => {
          const within = errorsWithin(errors, `rules.${at}`)
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a rule has no name but its place while it is being written
            <li key={at} className={styles.row} data-wrong={within('') !== undefined || undefined}>
              <p>{ruleText(rule, inForce.actions, t, language)}</p>
              <span className={styles.buttons}>
                <Button
                  size="small"
                  aria-expanded={open === at}
                  onClick={() => setOpen(open === at ? null : at)}
                >
                  {t(open === at ? 'policy.rule.close' : 'policy.rule.edit', { number: at + 1 })}
                </Button>
                <Button
                  size="small"
                  variant="quiet"
                  onClick={() => {
                    setOpen(null)
                    put({ rules: rules.filter((_, index) => index !== at) })
                  }}
                >
                  {t('policy.rule.remove', { number: at + 1 })}
                </Button>
              </span>
              {open === at ? (
                <RuleFields
                  rule={rule}
                  actions={inForce.actions}
                  errorOf={within}
                  onChange={(next) => put({ rules: rules.map((one, index) => (index === at ? next : one)) })}
                />
              ) : within('') === undefined ? null : (
                <p className={styles.error} role="alert">
                  {within('')}
                </p>
              )}
            </li>
          )
        })}
      </ol>
      <AddRule actions={inForce.actions} rules={rules} onAdd={add} />
      {entity.id === KERNEL ? null : (
        <BreakGlassFields
          entity={entity}
          people={people}
          error={errorsWithin(errors, 'break_glass')('')}
          onChange={(next) => put({ break_glass: next })}
        />
      )}
      <Simulation console={entity.id} rules={rules} />
    </div>
  )
}

function AddRule({
  actions,
  rules,
  onAdd,
}: {
  actions: readonly RuledAction[]
  rules: readonly PolicyRule[]
  onAdd: (action: RuledAction) => void
}) {
  const t = useText()
  const language = useLanguage()
  const declared = declaredRules(rules, actions)
  return (
    <Field label={t('policy.rule.add')}>
      {(control) => (
        <Select
          {...control}
          value=""
          onChange={(event) => {
            const chosen = actions.find(({ type }) => type === event.currentTarget.value)
            if (chosen !== undefined) onAdd(chosen)
          }}
        >
          <option value="">{t('policy.rule.addFor')}</option>
          {actions.map((action) => (
            <option key={action.type} value={action.type}>
              {declared.includes(action.declared)
                ? ruleText(action.declared, actions, t, language)
                : t('policy.rule.another', { title: action.title })}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}

/** What is wrong at a member or anywhere below it, with the member named where it lies deeper. */
function errorsWithin(errors: Record<string, string>, root: string): (path: string) => string | undefined {
  return (path) => {
    const at = path === '' ? root : `${root}.${path}`
    const found = Object.entries(errors).find(([field]) => field === at || field.startsWith(`${at}.`))
    if (found === undefined) return undefined
    const deeper = found[0].slice(at.length + 1)
    return deeper === '' || path !== '' ? found[1] : `${deeper}: ${found[1]}`
  }
}
