import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { Money } from '@countersign/web-kit/money.tsx'
import { money, text } from './fields.ts'

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
  const span = [...new Set([text(data, 'from'), text(data, 'to')])].filter(Boolean).join(' – ')
  const lines = typeof data.lines === 'number' ? new Intl.NumberFormat(language).format(data.lines) : null
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
        // In quarantine the reason is the banner.
        {
          label: t('transfers.fact.why'),
          value: entity.state === 'quarantined' ? null : text(data, 'reason'),
        },
      ]}
    />
  )
}
