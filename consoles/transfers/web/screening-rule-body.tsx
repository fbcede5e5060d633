import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { part, parts, text } from './fields.ts'
import styles from './records.module.css'

/** A rule that raises hits: how much of what it raises is cleared, and what another threshold would have come to. */
export default function RuleFigures({ entity }: { entity: Entity }) {
  const t = useText()
  const { data } = entity
  const list = text(data, 'list')
  const score = useScore()
  return (
    <>
      <Facts
        facts={[
          { label: t('transfers.rule.from'), value: score(data.threshold) },
          {
            label: t('transfers.kind.sanctionsList'),
            value:
              list === null ? null : (
                <EntityLink to={{ kind: 'sanctions_list', id: list }}>{text(data, 'list_name')}</EntityLink>
              ),
          },
        ]}
      />
      <Weeks entity={entity} />
      <Proposal entity={entity} />
    </>
  )
}

function useScore() {
  const number = numberFormat(useLanguage(), { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  return (value: unknown) => (typeof value === 'number' ? number.format(value) : null)
}

function Weeks({ entity }: { entity: Entity }) {
  const t = useText()
  const percent = numberFormat(useLanguage(), { style: 'percent', maximumFractionDigits: 0 })
  const weeks = parts(entity.data, 'weeks')
  if (weeks.length === 0) return null
  return (
    <section>
      <SectionHeading>{t('transfers.rule.rate')}</SectionHeading>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('transfers.rule.week')}</th>
            <th scope="col" className={styles.number}>
              {t('transfers.rule.decided')}
            </th>
            <th scope="col" className={styles.number}>
              {t('transfers.rule.cleared')}
            </th>
            <th scope="col" className={styles.number}>
              {t('transfers.rule.share')}
            </th>
          </tr>
        </thead>
        <tbody>
          {weeks.map((one) => (
            <tr key={text(one, 'week')}>
              <td>
                <bdi dir="ltr">{text(one, 'week')}</bdi>
              </td>
              <td className={styles.number}>{text(one, 'decided')}</td>
              <td className={styles.number}>{text(one, 'cleared')}</td>
              <td className={styles.number}>{percent.format(Number(one.cleared) / Number(one.decided))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Each figure opens into what it counts. */
function Proposal({ entity }: { entity: Entity }) {
  const t = useText()
  const score = useScore()
  const number = numberFormat(useLanguage())
  const figure = (count: unknown) => number.format(Number(count))
  const { data } = entity
  if (text(data, 'list') === null) return null
  const proposed = part(data, 'proposed')
  const threshold = Number(proposed.threshold)
  const current = Number(data.threshold)
  const found = parts(data, 'found')
  const between = (one: Record<string, unknown>) =>
    Number(one.score) >= current && Number(one.score) < threshold
  return (
    <section>
      <SectionHeading>{t('transfers.rule.proposal')}</SectionHeading>
      {text(proposed, 'threshold') === null ? (
        <>
          <p className={styles.muted}>{t('transfers.rule.noProposal')}</p>
          <Figure
            text={t('transfers.rule.found', { shown: figure(found.length) })}
            count={found.length}
            ones={found}
          />
        </>
      ) : (
        <>
          <p>{t('transfers.rule.proposed', { from: score(current) ?? '', to: score(threshold) ?? '' })}</p>
          <Figure
            text={t('transfers.rule.caught', { shown: figure(proposed.caught) })}
            count={Number(proposed.caught)}
            ones={found.filter((one) => Number(one.score) >= threshold)}
          />
          <Figure
            text={t('transfers.rule.spared', { shown: figure(proposed.spared) })}
            count={Number(proposed.spared)}
            ones={found.filter((one) => one.became === 'cleared' && between(one))}
          />
          <Figure
            text={t('transfers.rule.lost', { shown: figure(proposed.lost) })}
            count={Number(proposed.lost)}
            ones={found.filter((one) => one.became === 'true_match' && between(one))}
          />
          <Figure
            text={t('transfers.rule.undecided', { shown: figure(proposed.undecided) })}
            count={Number(proposed.undecided)}
            ones={found.filter((one) => one.became === 'open' && between(one))}
          />
        </>
      )}
    </section>
  )
}

const BECAME: Readonly<Record<string, string>> = {
  open: 'transfers.state.open',
  cleared: 'transfers.state.cleared',
  true_match: 'transfers.state.true_match',
  superseded: 'transfers.state.superseded',
  kept_back: 'transfers.rule.keptBack',
  not_raised: 'transfers.rule.notRaised',
}

function Figure({
  text: label,
  count,
  ones,
}: {
  text: string
  count: number
  ones: readonly Record<string, unknown>[]
}) {
  const t = useText()
  const score = useScore()
  return (
    <details>
      <summary>{label}</summary>
      {ones.length < count ? (
        <p className={styles.muted}>{t('transfers.rule.first', { shown: ones.length })}</p>
      ) : null}
      <table className={styles.table}>
        <tbody>
          {ones.map((one) => {
            const hit = text(one, 'hit_id')
            const party = text(one, 'party_id') ?? ''
            const became = text(one, 'became') ?? ''
            return (
              <tr key={`${party} ${text(one, 'uid')} ${hit}`}>
                <td className={styles.number}>{score(one.score)}</td>
                <td>
                  <EntityLink to={{ kind: 'party', id: party }}>{text(one, 'party')}</EntityLink>
                </td>
                <td>{hit === null ? '–' : <EntityLink to={{ kind: 'hit', id: hit }} />}</td>
                <td className={styles.muted}>{t(BECAME[became] ?? became)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </details>
  )
}
