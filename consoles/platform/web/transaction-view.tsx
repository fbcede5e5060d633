import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { Money } from '@countersign/web-kit/money.tsx'
import { money, text } from '@countersign/web-kit/record/fields.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { METHOD_NAMES } from './method-name.ts'

/** A payment at a merchant's checkout, to look at only (P-03). */
export const transactionView: RecordView = {
  name: 'platform.kind.transaction',
  headedBy: 'id',
  states: {
    captured: { label: 'platform.transaction.captured', tone: 'settled' },
    declined: { label: 'platform.transaction.declined', tone: 'neutral' },
    failed: { label: 'platform.transaction.failed', tone: 'danger' },
  },
  ownRelations: ['merchant'],
  Lead: TransactionLead,
  Body: TransactionBody,
}

function TransactionLead({ entity }: { entity: Entity }) {
  const amount = money(entity.data, 'amount')
  return amount === null ? null : <Money value={amount} />
}

function TransactionBody({ entity }: { entity: Entity }) {
  const t = useText()
  const { data } = entity
  const created = text(data, 'created_at')
  const merchant = text(data, 'merchant_id')
  const method = text(data, 'method')
  const gateway = text(data, 'gateway')
  return (
    <>
      <Banner tone="neutral">{t('platform.transaction.readOnly')}</Banner>
      <Facts
        facts={[
          {
            label: t('platform.kind.merchant'),
            value:
              merchant === null ? null : (
                <EntityLink to={{ kind: 'merchant', id: merchant }}>{text(data, 'merchant_name')}</EntityLink>
              ),
          },
          {
            label: t('platform.fact.gateway'),
            value:
              gateway === null ? null : (
                <EntityLink to={{ kind: 'gateway', id: gateway }}>
                  {text(data, 'gateway_name') ?? gateway}
                </EntityLink>
              ),
          },
          {
            label: t('platform.fact.method'),
            value: method === null ? null : t(METHOD_NAMES[method] ?? 'platform.method.other'),
          },
          { label: t('platform.fact.network'), value: text(data, 'network') },
          { label: t('platform.fact.failure'), value: text(data, 'failure_code') },
          {
            label: t('platform.fact.madeAt'),
            value: created === null ? null : <AbsoluteTime at={created} />,
          },
        ]}
      />
    </>
  )
}
