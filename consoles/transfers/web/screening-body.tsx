import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { parts, text } from './fields.ts'
import styles from './records.module.css'
import { ruleName } from './rule-name.ts'

/** The lists that parties are compared with, and the rules that raise hits, with their figures. */
export default function Overview({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const number = numberFormat(language)
  const score = numberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const percent = numberFormat(language, { style: 'percent', maximumFractionDigits: 0 })
  const figure = (value: unknown) => (typeof value === 'number' ? number.format(value) : '–')
  const heads = (ids: readonly string[]) => (
    <thead>
      <tr>
        {ids.map((id, at) => (
          <th key={id} scope="col" className={at === 0 ? undefined : styles.number}>
            {t(id)}
          </th>
        ))}
      </tr>
    </thead>
  )
  return (
    <>
      <section>
        <SectionHeading>{t('transfers.screening.lists')}</SectionHeading>
        <table className={styles.table}>
          {heads([
            'transfers.kind.sanctionsList',
            'transfers.list.published',
            'transfers.list.entries',
            'transfers.list.screened',
          ])}
          <tbody>
            {parts(entity.data, 'lists').map((one) => (
              <tr key={text(one, 'list')}>
                <td>
                  <EntityLink to={{ kind: 'sanctions_list', id: text(one, 'list') ?? '' }}>
                    {text(one, 'name')}
                  </EntityLink>
                </td>
                <td className={styles.number}>
                  {text(one, 'published') === null ? (
                    t('transfers.screening.none')
                  ) : (
                    <bdi dir="ltr" className={styles.day}>
                      {text(one, 'published')}
                    </bdi>
                  )}
                </td>
                <td className={styles.number}>{figure(one.entries)}</td>
                <td className={styles.number}>{figure(one.screened)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section>
        <SectionHeading>{t('transfers.screening.rules')}</SectionHeading>
        <table className={styles.table}>
          {heads([
            'transfers.kind.screeningRule',
            'transfers.rule.from',
            'transfers.screening.open',
            'transfers.rule.decided',
            'transfers.rule.cleared',
            'transfers.rule.share',
          ])}
          <tbody>
            {parts(entity.data, 'rules').map((one) => {
              const rule = text(one, 'rule') ?? ''
              const decided = Number(one.decided)
              return (
                <tr key={rule}>
                  <td>
                    <EntityLink to={{ kind: 'screening_rule', id: rule }}>{ruleName(rule, t)}</EntityLink>
                    {one.due === true ? (
                      <div className={styles.muted}>{t('transfers.screening.due')}</div>
                    ) : null}
                  </td>
                  <td className={styles.number}>
                    {typeof one.threshold === 'number' ? score.format(one.threshold) : '–'}
                  </td>
                  <td className={styles.number}>{figure(one.open)}</td>
                  <td className={styles.number}>{figure(one.decided)}</td>
                  <td className={styles.number}>{figure(one.cleared)}</td>
                  <td className={styles.number}>
                    {decided === 0 ? '–' : percent.format(Number(one.cleared) / decided)}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
        <p className={styles.muted}>{t('transfers.screening.span')}</p>
      </section>
    </>
  )
}
