import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { parts, text } from '@countersign/web-kit/record/fields.ts'
import { scoreText } from '@countersign/web-kit/score-text.ts'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { BringList } from './bring-list.tsx'
import { ListStanding } from './list-standing.tsx'
import { partyCount } from './party-count.ts'
import { Published } from './published.tsx'
import styles from './records.module.css'
import { ruleName } from './rule-name.ts'
import { WaitingVersion } from './waiting-version.tsx'

/** The lists that parties are compared with, and the rules that raise hits, with their figures. */
export default function Overview({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const number = numberFormat(language)
  const percent = numberFormat(language, { style: 'percent', maximumFractionDigits: 0 })
  const figure = (value: unknown) => (typeof value === 'number' ? number.format(value) : '–')
  const heads = (ids: readonly string[], figuresFrom = 1) => (
    <thead>
      <tr>
        {ids.map((id, at) => (
          <th key={id} scope="col" className={at < figuresFrom ? undefined : styles.number}>
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
          {heads(['transfers.kind.sanctionsList', 'transfers.list.published', 'transfers.list.entries'], 2)}
          <tbody>
            {parts(entity.data, 'lists').map((one) => (
              <List key={text(one, 'list')} one={one} figure={figure} />
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
                      <div className={styles.attention}>{t('transfers.screening.due')}</div>
                    ) : null}
                  </td>
                  <td className={styles.number}>
                    {typeof one.threshold === 'number' ? scoreText(one.threshold, language) : '–'}
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
      <BringList lists={parts(entity.data, 'lists').map((one) => text(one, 'list') ?? '')} />
    </>
  )
}

/** A list: how it stands, since when, with whom it was compared, and what was brought and waits. */
function List({ one, figure }: { one: Record<string, unknown>; figure: (value: unknown) => string }) {
  const t = useText()
  const language = useLanguage()
  const list = text(one, 'list') ?? ''
  const [published, taken, reached] = [text(one, 'published'), text(one, 'taken_at'), text(one, 'reached_at')]
  return (
    <tr>
      <td>
        <EntityLink to={{ kind: 'sanctions_list', id: list }}>{text(one, 'name')}</EntityLink>
        <div>
          <ListStanding standing={text(one, 'standing')} />
        </div>
      </td>
      <td>
        {published === null ? t('transfers.screening.none') : <Published day={published} />}
        {taken === null ? null : (
          <div className={styles.muted}>
            {t('transfers.list.since')} <AbsoluteTime at={taken} />
          </div>
        )}
        {published === null ? null : (
          <div className={styles.muted}>
            {t('transfers.list.comparedWith', { shown: partyCount(one.screened, language) ?? '–' })}
            {Number(one.unscreened) > 0
              ? ` · ${t('transfers.list.toGo', { shown: partyCount(one.unscreened, language) ?? '–' })}`
              : null}
            {reached === null ? null : (
              <>
                {' · '}
                {t('transfers.list.all')} <AbsoluteTime at={reached} />
              </>
            )}
          </div>
        )}
        <WaitingVersion list={list} data={one} />
      </td>
      <td className={styles.number}>{figure(one.entries)}</td>
    </tr>
  )
}
