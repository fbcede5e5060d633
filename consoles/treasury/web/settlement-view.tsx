import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { Money } from '@countersign/web-kit/money.tsx'
import { money, text } from '@countersign/web-kit/record/fields.ts'
import { GivenReason } from '@countersign/web-kit/request/given-reason.tsx'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'

/** what was paid out to a merchant, to be confirmed. */
export const settlementView: RecordView = {
  name: 'treasury.kind.settlement',
  headedBy: 'id',
  states: {
    paid_out: { label: 'treasury.settlement.paid_out', tone: 'attention' },
    confirmed: { label: 'treasury.settlement.confirmed', tone: 'settled' },
  },
  Lead: SettlementLead,
  Body: SettlementBody,
}

function SettlementLead({ entity }: { entity: Entity }) {
  const amount = money(entity.data, 'amount')
  return amount === null ? null : <Money value={amount} size="large" />
}

function SettlementBody({ entity: { data } }: { entity: Entity }) {
  const t = useText()
  const merchant = text(data, 'merchant_id')
  const why = text(data, 'confirm_reason')
  const time = (key: string) => {
    const at = text(data, key)
    return at === null ? null : <AbsoluteTime at={at} />
  }
  return (
    <Facts
      facts={[
        {
          label: t('treasury.fact.merchant'),
          // Merchants are of the platform console: where it is not there, or not this person's, it is a name alone.
          value:
            merchant === null ? null : (
              <>
                <EntityLink to={{ kind: 'merchant', id: merchant }}>{text(data, 'merchant_name')}</EntityLink>{' '}
                <code>
                  <bdi>{merchant}</bdi>
                </code>
              </>
            ),
        },
        {
          label: t('treasury.fact.period'),
          value: (
            <>
              {time('period_start')} {t('treasury.fact.until')} {time('period_end')}
            </>
          ),
        },
        { label: t('treasury.fact.paidOut'), value: time('settled_at') },
        { label: t('treasury.fact.confirmed'), value: time('confirmed_at') },
        {
          label: t('treasury.fact.why'),
          value: why === null ? null : <GivenReason code={why} action="treasury.confirm_settlement" />,
        },
      ]}
    />
  )
}
