import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { isolate, useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { part, parts, text } from '@countersign/web-kit/record/fields.ts'
import { scoreText } from '@countersign/web-kit/score-text.ts'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
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
  const language = useLanguage()
  return (value: unknown) => (typeof value === 'number' ? scoreText(value, language) : null)
}

function Weeks({ entity }: { entity: Entity }) {
  const t = useText()
  const percent = numberFormat(useLanguage(), { style: 'percent', maximumFractionDigits: 0 })
  const weeks = parts(entity.data, 'weeks')
  if (entity.data.nothing_decided === true) {
    return (
      <section>
        <SectionHeading>{t('transfers.rule.rate')}</SectionHeading>
        <p>{t('transfers.rule.nothingDecided')}</p>
      </section>
    )
  }
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
              <td className={styles.number}>
                {Number(one.decided) === 0 ? '–' : percent.format(Number(one.cleared) / Number(one.decided))}
              </td>
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
  const beyond = part(data, 'beyond')
  const decided = found.some(({ became }) => became === 'cleared' || became === 'true_match')
  const noProposal = () =>
    !decided
      ? t('transfers.rule.notTried')
      : text(beyond, 'threshold') === null
        ? t('transfers.rule.noProposal')
        : t('transfers.rule.beyond', {
            upTo: score(data.tried_up_to) ?? '',
            from: score(beyond.threshold) ?? '',
            count: Number(beyond.spared),
          })
  return (
    <section>
      <SectionHeading>{t('transfers.rule.proposal')}</SectionHeading>
      {text(proposed, 'threshold') === null ? (
        <>
          <p className={styles.muted}>{noProposal()}</p>
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
            ones={found.filter((one) => one.became !== 'not_raised' && Number(one.score) >= threshold)}
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
  return (
    <details>
      <summary>{label}</summary>
      {ones.length < count ? (
        <p className={styles.muted}>{t('transfers.rule.first', { shown: ones.length })}</p>
      ) : null}
      {ones.length === 0 ? null : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('transfers.rule.foundWhat')}</th>
              <th scope="col" className={styles.number}>
                {t('transfers.candidates.score')}
              </th>
              <th scope="col">{t('transfers.rule.became')}</th>
            </tr>
          </thead>
          <tbody>
            {ones.map((one) => (
              <FoundRow
                key={`${text(one, 'party_id')} ${text(one, 'uid')} ${text(one, 'hit_id')}`}
                one={one}
              />
            ))}
          </tbody>
        </table>
      )}
    </details>
  )
}

/** Who was found like whom, masked where it is a person; the hit where one was raised, and else the party. */
function FoundRow({ one }: { one: Record<string, unknown> }) {
  const t = useText()
  const score = useScore()
  const hit = text(one, 'hit_id')
  const became = text(one, 'became') ?? ''
  const to =
    hit === null ? { kind: 'party', id: text(one, 'party_id') ?? '' } : ({ kind: 'hit', id: hit } as const)
  const pair = [text(one, 'party'), text(one, 'listed') ?? text(one, 'uid')].map((name) =>
    isolate(name ?? ''),
  )
  return (
    <tr>
      <td className={styles.breaks}>
        <EntityLink to={to}>{pair.join(' ~ ')}</EntityLink>
      </td>
      <td className={styles.number}>{score(one.score)}</td>
      <td className={styles.muted}>{t(BECAME[became] ?? became)}</td>
    </tr>
  )
}
