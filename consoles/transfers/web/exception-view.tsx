import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { isolate, type Translate, useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { Money } from '@countersign/web-kit/money.tsx'
import { MoneyText } from '@countersign/web-kit/money-text.tsx'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { money, part, parts, text } from '@countersign/web-kit/record/fields.ts'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { PartnerTable } from './partner-table.tsx'
import styles from './records.module.css'
import { BarredWriteOff } from './write-off-form.tsx'

/** A statement line or a posting without a partner, and who the partner may be. */
export const exceptionView: RecordView = {
  name: 'transfers.kind.exception',
  headedBy: 'id',
  states: {
    open: { label: 'transfers.state.open', tone: 'attention' },
    assigned: { label: 'transfers.state.assigned', tone: 'settled' },
    written_off: { label: 'transfers.state.written_off', tone: 'neutral' },
    withdrawn: { label: 'transfers.state.withdrawn', tone: 'neutral' },
  },
  ownRelations: ['candidate', 'part'],
  Lead: ExceptionLead,
  Body: ExceptionBody,
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

function ExceptionBody({ entity }: { entity: Entity }) {
  if (entity.state !== 'open') return <Settled entity={entity} />
  const line = text(entity.data, 'kind') === 'statement_line'
  if (!line) return <LinesOfPosting entity={entity} />
  return (
    <>
      <PartnerTable entity={entity} />
      {parts(entity.data, 'candidates').length === 0 ? <BarredWriteOff entity={entity} /> : null}
    </>
  )
}

/** A posting is not assigned by itself: the way to the lines that may be it. */
function LinesOfPosting({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const lines = parts(entity.data, 'candidates')
  const score = numberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  return (
    <section aria-label={t('transfers.lines')}>
      <SectionHeading>{t('transfers.lines')}</SectionHeading>
      {lines.length === 0 ? (
        <p className={styles.muted}>{t('transfers.lines.none')}</p>
      ) : (
        <ul className={styles.reasons}>
          {lines.map((line) => {
            const id = text(line, 'id') ?? ''
            const value = Number(line.score)
            return (
              <li key={id}>
                <EntityLink to={{ kind: 'exception', id }} />{' '}
                {Number.isFinite(value) ? score.format(value) : '–'} ·{' '}
                <MoneyText>{text(line, 'why') ?? ''}</MoneyText>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}

/** What became of it: whom it was assigned to and what was left over, or where it was posted. */
function Settled({ entity }: { entity: Entity }) {
  const t = useText()
  const { data } = entity
  const shares = parts(data, 'parts')
  const left = part(data, 'residual')
  const leftAmount = money(left, 'amount')
  const leftId = text(left, 'id')
  const by = text(data, 'settled_by')
  const at = text(data, 'settled_at')
  const account = text(part(data, 'write_off'), 'account_name')
  if (shares.length === 0 && account === null) return null
  return (
    <Facts
      facts={[
        ...shares.map((share) => {
          const [id, kind, amount] = [
            text(share, 'id') ?? '',
            text(share, 'kind') ?? '',
            money(share, 'amount'),
          ]
          return {
            label: t('transfers.assign.to'),
            value: (
              <>
                <EntityLink to={{ kind, id }} /> {amount === null ? null : <Money value={amount} />}
              </>
            ),
          }
        }),
        {
          label: t('transfers.assign.left'),
          value:
            leftId === null ? null : (
              <>
                <EntityLink to={{ kind: 'exception', id: leftId }} />{' '}
                {leftAmount === null ? null : <Money value={leftAmount} />}
              </>
            ),
        },
        { label: t('transfers.writeOff.postedTo'), value: account },
        {
          label: t('transfers.settled.by'),
          value:
            by === null ? null : (
              <>
                <bdi>{by}</bdi> {at === null ? null : <AbsoluteTime at={at} />}
              </>
            ),
        },
      ]}
    />
  )
}

function described(what: string, shown: string | null): string | null {
  return shown === null ? null : `${what} ${isolate(shown)}`
}

function quoted(reference: string | null, t: Translate): string | null {
  return reference === null || reference === '' ? null : t('transfers.quoted', { text: reference })
}
