import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import { EVENT_TYPES } from '../contract.ts'

/** Each has the whole record of the merchant. */
const MERCHANT_TOLD = [
  EVENT_TYPES.merchantCreated,
  EVENT_TYPES.merchantActivated,
  EVENT_TYPES.merchantSuspended,
]

/** P-03: transactions as operations look through them, and what their merchants are called. */
export const transactionProjection: Projection = {
  name: 'platform.transactions',
  tables: ['platform.transaction', 'platform.merchant_name'],
  types: [EVENT_TYPES.transactionRecorded, ...MERCHANT_TOLD],
  apply: [
    `INSERT INTO {platform.transaction} AS t (transaction_id, tenant_id, version, merchant_id, gateway, network, method, status,
            failure_code, amount, currency, amount_e4, created_at)
     SELECT DISTINCT ON (r ->> 'id')
            r ->> 'id', e.tenant_id, (e.payload ->> 'version')::integer, r ->> 'merchant_id', r ->> 'gateway', r ->> 'network',
            r ->> 'method', r ->> 'status', r ->> 'failure_code', r #>> '{amount,amount}', r #>> '{amount,currency}',
            ((r #>> '{amount,amount}')::numeric * 10000)::bigint, (r ->> 'created_at')::timestamptz
       FROM {events} e CROSS JOIN LATERAL (SELECT e.payload -> 'record') AS p (r)
      WHERE e.type = '${EVENT_TYPES.transactionRecorded}'
      ORDER BY r ->> 'id', (e.payload ->> 'version')::integer DESC
     ON CONFLICT (transaction_id) DO UPDATE
        SET version = excluded.version, status = excluded.status, failure_code = excluded.failure_code,
            gateway = excluded.gateway, network = excluded.network, method = excluded.method, amount = excluded.amount,
            currency = excluded.currency, amount_e4 = excluded.amount_e4
      WHERE t.version < excluded.version`,
    `INSERT INTO {platform.merchant_name} AS t (merchant_id, tenant_id, version, name)
     SELECT DISTINCT ON (r ->> 'id') r ->> 'id', e.tenant_id, (e.payload ->> 'version')::integer, r ->> 'name'
       FROM {events} e CROSS JOIN LATERAL (SELECT e.payload -> 'record') AS p (r)
      WHERE e.type IN (${MERCHANT_TOLD.map((type) => `'${type}'`).join(', ')})
      ORDER BY r ->> 'id', (e.payload ->> 'version')::integer DESC
     ON CONFLICT (merchant_id) DO UPDATE
        SET version = excluded.version, name = excluded.name
      WHERE t.version < excluded.version`,
  ],
}
