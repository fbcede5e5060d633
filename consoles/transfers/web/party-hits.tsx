import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { parts, text } from '@countersign/web-kit/record/fields.ts'
import { scoreText } from '@countersign/web-kit/score-text.ts'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import styles from './records.module.css'

const HIT_STATES: Readonly<Record<string, string>> = {
  open: 'transfers.state.open',
  true_match: 'transfers.state.true_match',
}

/** What screening said of it that is open, or was a true match. */
export default function PartyHits({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const hits = parts(entity.data, 'hits')
  if (hits.length === 0) return null
  return (
    <section>
      <SectionHeading>{t('transfers.party.hits')}</SectionHeading>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('transfers.hit.listed')}</th>
            <th scope="col">{t('transfers.list')}</th>
            <th scope="col" className={styles.number}>
              {t('transfers.candidates.score')}
            </th>
            <th scope="col">{t('transfers.list.standing')}</th>
          </tr>
        </thead>
        <tbody>
          {hits.map((one) => {
            const id = text(one, 'id') ?? ''
            const state = text(one, 'state') ?? ''
            return (
              <tr key={id}>
                <td>
                  <EntityLink to={{ kind: 'hit', id }}>
                    {text(one, 'listed_name') ??
                      t('transfers.party.hitOf', { list: text(one, 'list') ?? '' })}
                  </EntityLink>
                </td>
                <td>{text(one, 'list')}</td>
                <td className={styles.number}>{scoreText(Number(one.score), language)}</td>
                <td className={styles.muted}>
                  {t(HIT_STATES[state] ?? state)}
                  {text(one, 'raised_at') === null ? null : (
                    <div>
                      <AbsoluteTime at={text(one, 'raised_at') ?? ''} />
                    </div>
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
