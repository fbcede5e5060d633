import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { formatList } from '@countersign/web-kit/format-list.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { ruleText } from '@countersign/web-kit/policy/rule-text.ts'
import { RevisionBadge } from '@countersign/web-kit/revision-badge.tsx'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import styles from './policy.module.css'
import { declaredRules, KERNEL, otherwiseRule, policyRecord } from './policy-record.ts'
import { PolicyVersions } from './policy-versions.tsx'

/** The approval rules of a console in sentences, and how they came to be. */
export const policyView: RecordView = {
  name: 'policy.kind',
  headedBy: 'title',
  states: {},
  State: PolicyState,
  Body: Policy,
}

function PolicyState({ entity }: { entity: Entity }) {
  return <RevisionBadge entity={entity} unset={useText()('policy.state.declared')} />
}

function Policy({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const { rules, actions, breakGlass, breakGlassNames, superRoles, superPeople } = policyRecord(entity)
  const called = (may: boolean) =>
    breakGlassNames.filter((_, at) => superPeople.some(({ id }) => id === breakGlass[at]) === may)
  const [able, unable] = [called(true), called(false)]
  const otherwise = actions.flatMap((action) => otherwiseRule(rules, action) ?? [])
  const said = (list: typeof rules, more: typeof rules = []) => (
    <ul className={styles.sentences}>
      {list.map((rule, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rule has no name but its place
        <li key={at} data-forbid={rule.forbid || undefined}>
          {ruleText(rule, actions, t, language)}
        </li>
      ))}
      {more.map((rule) => (
        <li key={rule.action}>{t('policy.otherwise', { rule: ruleText(rule, actions, t, language) })}</li>
      ))}
    </ul>
  )
  const declared = declaredRules(rules, actions)
  return (
    <>
      <section aria-label={t('policy.set')}>
        <SectionHeading>{t('policy.set')}</SectionHeading>
        {rules.length === 0 ? <p className={styles.hint}>{t('policy.set.none')}</p> : said(rules, otherwise)}
        {entity.id === KERNEL ? null : (
          <p className={styles.hint}>
            {able.length === 0
              ? t('policy.breakGlass.nobody')
              : t('policy.breakGlass.people', { people: formatList(able, language) })}{' '}
            {unable.length === 0 || superRoles.length === 0
              ? null
              : t('policy.breakGlass.without', {
                  people: formatList(unable, language),
                  roles: formatList(superRoles, language, 'disjunction'),
                })}
          </p>
        )}
      </section>
      {declared.length === 0 ? null : (
        <section aria-label={t('policy.declared')}>
          <SectionHeading>{t('policy.declared')}</SectionHeading>
          {said(declared)}
        </section>
      )}
      <PolicyVersions console={entity.id} version={String(entity.data.version)} />
    </>
  )
}
