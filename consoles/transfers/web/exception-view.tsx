import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { isolate, type Translate, useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { Money } from '@countersign/web-kit/money.tsx'
import { MoneyText } from '@countersign/web-kit/money-text.tsx'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { money, parts, text } from './fields.ts'
import styles from './records.module.css'

/** A statement line or a posting without a partner, and who the partner may be. */
export const exceptionView: RecordView = {
  name: 'transfers.kind.exception',
  headedBy: 'id',
  states: {
    open: { label: 'transfers.state.open', tone: 'attention' },
    assigned: { label: 'transfers.state.assigned', tone: 'settled' },
    written_off: { label: 'transfers.state.written_off', tone: 'neutral' },
  },
  ownRelations: ['candidate'],
  Lead: ExceptionLead,
  Body: Candidates,
}

function ExceptionLead({ entity }: { entity: Entity }) {
  const t = useText()
  const { data } = entity
  const amount = money(data, 'amount')
  const kind =
    text(data, 'kind') === 'posting' ? 'transfers.exception.posting' : 'transfers.exception.statement_line'
  const side = text(data, 'side')
  const rest = [
    side === 'debit' ? t('transfers.debit') : side === 'credit' ? t('transfers.credit') : null,

    text(data, 'date'),
    quoted(text(data, 'reference'), t),
    described(t('transfers.personal.description'), text(data, 'description')),
    text(data, 'counterparty'),
    text(data, 'account'),
  ]
  return (
    <div className={styles.lead}>
      {amount === null ? null : <Money value={amount} size="large" />}
      <p>
        {t(kind)}
        <span className={styles.muted}>
          {' '}
          · {rest.flatMap((one) => (one ? [isolate(one)] : [])).join(' · ')}
        </span>
      </p>
    </div>
  )
}

function Candidates({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const candidates = parts(entity.data, 'candidates')
  const score = numberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  return (
    <section aria-label={t('transfers.candidates')}>
      <SectionHeading>{t('transfers.candidates')}</SectionHeading>
      {candidates.length === 0 ? (
        <p className={styles.muted}>{t('transfers.candidates.none')}</p>
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('transfers.candidates.what')}</th>
              <th scope="col" className={styles.number}>
                {t('transfers.candidates.score')}
              </th>
              <th scope="col">{t('transfers.candidates.why')}</th>
            </tr>
          </thead>
          <tbody>
            {candidates.map((candidate) => {
              const id = text(candidate, 'id') ?? ''
              const kind = text(candidate, 'kind') ?? 'transfer'
              const value = Number(candidate.score)
              return (
                <tr key={`${kind} ${id}`}>
                  <td>
                    <EntityLink to={{ kind, id }} />
                  </td>
                  <td className={styles.number}>{Number.isFinite(value) ? score.format(value) : '–'}</td>
                  <td>
                    <MoneyText>{text(candidate, 'why') ?? ''}</MoneyText>
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </section>
  )
}

function described(what: string, shown: string | null): string | null {
  return shown === null ? null : `${what} ${isolate(shown)}`
}

function quoted(reference: string | null, t: Translate): string | null {
  return reference === null || reference === '' ? null : t('transfers.quoted', { text: reference })
}
