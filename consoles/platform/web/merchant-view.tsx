import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { countryName } from '@countersign/web-kit/country-name.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { commaList } from '@countersign/web-kit/format-list.ts'
import { ListLink } from '@countersign/web-kit/list-link.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { part, text } from '@countersign/web-kit/record/fields.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { METHOD_NAMES } from './method-name.ts'

/** A merchant as operations see it: who it is, and what of it is open. What it is owed stands nowhere here (P-11). */
export const merchantView: RecordView = {
  name: 'platform.kind.merchant',
  headedBy: 'title',
  states: {
    active: { label: 'platform.merchant.active', tone: 'settled' },
    pending: { label: 'platform.merchant.pending', tone: 'neutral' },
    suspended: { label: 'platform.merchant.suspended', tone: 'attention' },
  },
  Body: MerchantBody,
}

function MerchantBody({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const { data } = entity
  const config = part(data, 'config')
  const methods = Array.isArray(config.checkout_methods) ? config.checkout_methods : []
  const since = text(data, 'suspended_since')
  const created = text(data, 'created_at')
  return (
    <Facts
      facts={[
        { label: t('platform.fact.legalName'), value: text(data, 'legal_name') },
        { label: t('platform.fact.country'), value: countryName(text(data, 'country'), language) },
        { label: t('platform.fact.mcc'), value: text(data, 'mcc') },
        {
          label: t('platform.fact.methods'),
          value: commaList(
            methods.map((one) => t(METHOD_NAMES[String(one)] ?? 'platform.method.other')),
            t,
          ),
        },
        {
          label: t('platform.fact.api'),
          value: t(
            config.api_access !== true
              ? 'platform.closed'
              : since === null
                ? 'platform.open'
                : 'platform.closedWhileSuspended',
          ),
        },
        { label: t('platform.fact.webhook'), value: text(config, 'webhook_url'), wide: true },
        {
          label: t('platform.fact.suspendedSince'),
          value: since === null ? null : <AbsoluteTime at={since} />,
        },
        {
          label: t('platform.fact.openedAt'),
          value: created === null ? null : <AbsoluteTime at={created} />,
        },
        {
          label: t('platform.transactions'),
          value: (
            <ListLink kind="transaction" list={{ merchant_id: entity.id }}>
              {t('platform.merchant.transactions')}
            </ListLink>
          ),
        },
        {
          label: t('platform.kind.edgeScope'),
          value: (
            <EntityLink to={{ kind: 'edge_scope', id: `merchant:${entity.id}` }}>
              {t('platform.edge.ofMerchant')}
            </EntityLink>
          ),
        },
      ]}
    />
  )
}
