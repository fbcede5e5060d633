import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { WireMoney } from '@countersign/sdk/wire/values.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { Money } from '@countersign/web-kit/money.tsx'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { money, text } from '@countersign/web-kit/record/fields.ts'

/** A bank statement: its span and balances, and whether they add up. */
export const statementView: RecordView = {
  name: 'transfers.kind.statement',
  headedBy: 'title',
  states: {
    reconciled: { label: 'transfers.state.reconciled', tone: 'settled' },
    open: { label: 'transfers.state.open', tone: 'attention' },
    quarantined: { label: 'transfers.state.quarantined', tone: 'danger' },
    noted: { label: 'transfers.state.noted', tone: 'neutral' },
  },
  Body: StatementFacts,
}

function StatementFacts({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const { data } = entity
  const opening = money(data, 'opening')
  const closing = money(data, 'closing')
  const booked = money(data, 'booked')
  const reckoned = money(data, 'reckoned')
  const difference = differenceOf(closing, reckoned)
  const span = [...new Set([text(data, 'from'), text(data, 'to')])].filter(Boolean).join(' – ')
  const lines = typeof data.lines === 'number' ? numberFormat(language).format(data.lines) : null
  return (
    <Facts
      facts={[
        { label: t('transfers.fact.span'), value: span },
        { label: t('transfers.fact.opening'), value: opening === null ? null : <Money value={opening} /> },
        { label: t('transfers.fact.lines'), value: lines },
        { label: t('transfers.fact.booked'), value: booked === null ? null : <Money value={booked} /> },
        {
          label: t('transfers.fact.reckoned'),
          value: reckoned === null || reckoned.amount === closing?.amount ? null : <Money value={reckoned} />,
        },
        { label: t('transfers.fact.closing'), value: closing === null ? null : <Money value={closing} /> },
        {
          label: t('transfers.fact.difference'),
          value: difference === null ? null : <Money value={difference} />,
        },
        // In quarantine the banner says it, in Recon's words where no difference shows.
        {
          label: t('transfers.fact.why'),
          value: entity.state === 'quarantined' && difference === null ? null : text(data, 'reason'),
        },
      ]}
    />
  )
}

/** What the bank's closing is over what opening and entries come to; null where they agree or one is not known. */
function differenceOf(closing: WireMoney | null, reckoned: WireMoney | null): WireMoney | null {
  if (closing === null || reckoned === null || closing.currency !== reckoned.currency) return null
  const decimals = Math.max(...[closing, reckoned].map(({ amount }) => (amount.split('.')[1] ?? '').length))
  const minor = ({ amount }: WireMoney) => {
    const [whole = '', part = ''] = amount.split('.')
    return BigInt(whole + part.padEnd(decimals, '0'))
  }
  const apart = minor(closing) - minor(reckoned)
  if (apart === 0n) return null
  const digits = String(apart < 0n ? -apart : apart).padStart(decimals + 1, '0')
  const cut = digits.length - decimals
  const amount = decimals === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`
  return { amount: apart < 0n ? `-${amount}` : amount, currency: closing.currency }
}
