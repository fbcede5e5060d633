import type { PolicyRule, RuledAction } from '@countersign/sdk/wire/policy.ts'
import { Field } from '@countersign/ui/field.tsx'
import { Select, TextInput } from '@countersign/ui/text-input.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { titleOf } from '@countersign/web-kit/policy/rule-text.ts'
import { ConditionFields } from './condition-fields.tsx'
import { DriftFields } from './drift-fields.tsx'
import { LengthField } from './length-field.tsx'
import styles from './policy.module.css'

/** One rule, member by member. What is wrong with a member stands beside it. */
export function RuleFields({
  rule,
  actions,
  errorOf,
  onChange,
}: {
  rule: PolicyRule
  actions: readonly RuledAction[]
  /** By the member's path within the rule: `when.amount_over`; what lies deeper is said there too. */
  errorOf: (path: string) => string | undefined
  onChange: (rule: PolicyRule) => void
}) {
  const t = useText()
  const put = (part: Partial<PolicyRule>) => onChange({ ...rule, ...part })
  const {
    deciders = [],
    requesters = [],
    awaitable = false,
    alwaysPossible = false,
  } = actions.find(({ type }) => type === rule.action) ?? {}
  // A role that may not decide is still shown, so that it can be seen what is wrong and taken out.
  const roles = [...new Set([...deciders, ...rule.eligible_roles])]
  const stepUp = (member: 'request_max_age_s' | 'approval_max_age_s', seconds: number | undefined) => {
    const { step_up: was = {}, ...rest } = rule
    const { [member]: _, ...others } = was
    const next = seconds === undefined ? others : { ...others, [member]: seconds }
    onChange(Object.keys(next).length === 0 ? rest : { ...rest, step_up: next })
  }
  return (
    <div className={styles.rule}>
      <Field label={t('policy.rule.action')} error={errorOf('action')} required>
        {(control) => (
          <Select
            {...control}
            value={rule.action}
            onChange={(event) => put({ action: event.currentTarget.value, eligible_roles: [] })}
          >
            {actions.some(({ type }) => type === rule.action) ? null : (
              <option value={rule.action}>{titleOf(rule.action, actions)}</option>
            )}
            {actions.map(({ type, title }) => (
              <option key={type} value={type}>
                {title}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t('policy.rule.what')} error={errorOf('forbid')}>
        {(control) => (
          <Select
            {...control}
            value={rule.forbid ? 'forbid' : 'allow'}
            onChange={(event) => {
              const { forbid: _, ...rest } = rule
              onChange(event.currentTarget.value === 'forbid' ? { ...rest, forbid: true } : rest)
            }}
          >
            <option value="allow">{t('policy.rule.asks')}</option>
            {alwaysPossible && !rule.forbid ? null : (
              <option value="forbid">{t('policy.rule.forbids')}</option>
            )}
          </Select>
        )}
      </Field>
      <ConditionFields
        when={rule.when ?? {}}
        requesters={requesters}
        errorOf={(path) => errorOf(`when.${path}`)}
        onChange={(when) => {
          const { when: _, ...rest } = rule
          onChange(Object.keys(when).length === 0 ? rest : { ...rest, when })
        }}
      />
      {rule.forbid ? null : (
        <>
          <Field label={t('policy.rule.required')} error={errorOf('required')} required>
            {(control) => (
              <TextInput
                {...control}
                type="number"
                min={0}
                max={10}
                value={rule.required}
                onChange={(event) => put({ required: Number(event.currentTarget.value) })}
              />
            )}
          </Field>
          {rule.required === 0 ? null : (
            <fieldset className={styles.roles}>
              <legend>{t('policy.rule.roles')}</legend>
              {roles.map((role) => (
                <label key={role}>
                  <input
                    type="checkbox"
                    checked={rule.eligible_roles.includes(role)}
                    onChange={(event) =>
                      put({
                        eligible_roles: roles.filter((one) =>
                          one === role ? event.currentTarget.checked : rule.eligible_roles.includes(one),
                        ),
                      })
                    }
                  />
                  {role}
                </label>
              ))}
              {errorOf('eligible_roles') === undefined ? null : (
                <p className={styles.error} role="alert">
                  {errorOf('eligible_roles')}
                </p>
              )}
            </fieldset>
          )}
          <LengthField
            label={t('policy.rule.expires')}
            seconds={rule.expires_in_s}
            error={errorOf('expires_in_s')}
            required
            onChange={(seconds) => put({ expires_in_s: seconds ?? 0 })}
          />
          <LengthField
            label={t('policy.rule.requestFresh')}
            hint={t('policy.rule.freshHint')}
            seconds={rule.step_up?.request_max_age_s}
            error={errorOf('step_up.request_max_age_s')}
            onChange={(seconds) => stepUp('request_max_age_s', seconds)}
          />
          <LengthField
            label={t('policy.rule.approvalFresh')}
            hint={t('policy.rule.freshHint')}
            seconds={rule.step_up?.approval_max_age_s}
            error={errorOf('step_up.approval_max_age_s')}
            onChange={(seconds) => stepUp('approval_max_age_s', seconds)}
          />
          <DriftFields
            drift={rule.drift ?? {}}
            errorOf={(path) => errorOf(`drift.${path}`)}
            onChange={(drift) => {
              const { drift: _, ...rest } = rule
              onChange(Object.keys(drift).length === 0 ? rest : { ...rest, drift })
            }}
          />
          {(awaitable || rule.evidence_first) && (
            <Field
              label={t('policy.rule.evidenceFirst')}
              hint={t('policy.rule.evidenceFirstHint')}
              error={errorOf('evidence_first')}
            >
              {(control) => (
                <Select
                  {...control}
                  value={rule.evidence_first ? 'first' : 'beside'}
                  onChange={(event) => {
                    const { evidence_first: _, ...rest } = rule
                    onChange(event.currentTarget.value === 'first' ? { ...rest, evidence_first: true } : rest)
                  }}
                >
                  <option value="beside">{t('policy.rule.evidenceBeside')}</option>
                  <option value="first">{t('policy.rule.evidenceWitnessed')}</option>
                </Select>
              )}
            </Field>
          )}
          <LengthField
            label={t('policy.rule.emergency')}
            hint={t('policy.rule.emergencyHint')}
            seconds={rule.emergency_limit_s}
            error={errorOf('emergency_limit_s')}
            onChange={(seconds) => {
              const { emergency_limit_s: _, ...rest } = rule
              onChange(seconds === undefined ? rest : { ...rest, emergency_limit_s: seconds })
            }}
          />
        </>
      )}
    </div>
  )
}
