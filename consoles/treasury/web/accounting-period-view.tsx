import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { isMoney, Money } from '@countersign/web-kit/money.tsx'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { text } from '@countersign/web-kit/record/fields.ts'
import { GivenReason } from '@countersign/web-kit/request/given-reason.tsx'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'

/** a month of the books, to be locked. */
export const accountingPeriodView: RecordView = {
  name: 'treasury.kind.accountingPeriod',
  headedBy: 'title',
  states: {
    open: { label: 'treasury.period.open', tone: 'neutral' },
    locked: { label: 'treasury.period.locked', tone: 'settled' },
  },
  Body: AccountingPeriodBody,
}

function AccountingPeriodBody({ entity: { data } }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const { postings, totals } = data
  const why = text(data, 'lock_reason')
  const time = (key: string) => {
    const at = text(data, key)
    return at === null ? null : <AbsoluteTime at={at} />
  }
  const debited = Array.isArray(totals) ? totals.filter(isMoney) : []
  return (
    <Facts
      facts={[
        { label: t('treasury.fact.from'), value: time('starts_at') },
        { label: t('treasury.fact.to'), value: time('ends_at') },
        {
          label: t('treasury.fact.postings'),
          value: typeof postings === 'number' ? numberFormat(language).format(postings) : null,
        },
        {
          label: t('treasury.fact.totals'),
          value:
            debited.length === 0 ? null : (
              <ul>
                {debited.map((total) => (
                  <li key={total.currency}>
                    <Money value={total} />
                  </li>
                ))}
              </ul>
            ),
        },
        { label: t('treasury.fact.locked'), value: time('locked_at') },
        {
          label: t('treasury.fact.why'),
          value: why === null ? null : <GivenReason code={why} action="treasury.lock_period" />,
        },
      ]}
    />
  )
}
