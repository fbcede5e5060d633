import { defineEntity } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import { withMerchantNames } from '../merchants/with-merchant-names.ts'
import type { Upstreams } from '../upstreams.ts'
import { gatewayName } from './gateway-name.ts'
import { tenThousandths } from './ten-thousandths.ts'
import { type ListedTransaction, TRANSACTION_STATUSES } from './transaction.ts'
import { transactionsPage } from './transactions-query.ts'

const AMOUNT = /^(0|[1-9]\d{0,12})(\.\d{1,4})?$/
const NO_AMOUNT = written(say`must be an amount such as 1204.50: digits, and a point before the fraction`)

const filters = z
  .object({
    merchant_id: entityId.optional(),
    gateway: entityId.optional(),
    status: z.enum(TRANSACTION_STATUSES).optional(),
    from: instant.optional().meta({ description: 'Made then or later.' }),
    to: instant.optional().meta({ description: 'Made before then.' }),
    amount_from: z
      .string()
      .regex(AMOUNT, NO_AMOUNT)
      .optional()
      .meta({ description: 'At least so much, in units of its currency, such as 1204.50.' }),
    amount_to: z
      .string()
      .regex(AMOUNT, NO_AMOUNT)
      .optional()
      .meta({ description: 'At most so much, in units of its currency.' }),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || !(Date.parse(from) >= Date.parse(to)), {
    path: ['from'],
    message: written(say`must be before the end of the time that is asked for`),
  })
  .refine(
    ({ amount_from, amount_to }) =>
      isAmount(amount_from) && isAmount(amount_to)
        ? tenThousandths(amount_from) <= tenThousandths(amount_to)
        : true,
    {
      path: ['amount_from'],
      message: written(say`must not be more than the amount up to which is asked for`),
    },
  )

function isAmount(text: string | undefined): text is string {
  return text !== undefined && AMOUNT.test(text)
}

/**
 * What is paid to merchants, to look at only: no action has it as its target, and none can be declared on it without a port that writes
 * to it. A refund is the merchant's own to make (P-03).
 */
export const transactionEntity = defineEntity<ListedTransaction, Upstreams>({
  kind: 'transaction',
  console: 'platform',
  async read(id, { merchants }, { ask, signal }) {
    const reading = await merchants.transaction(id, signal)
    if (reading.status !== 'found') return reading
    const [[state = reading.state], gateway_name] = await Promise.all([
      ask((kernel) => withMerchantNames(kernel, [reading.state])),
      ask((kernel) => gatewayName(kernel, reading.state.gateway)),
    ])
    return { ...reading, state: { ...state, ...(gateway_name === undefined ? {} : { gateway_name }) } }
  },
  present: ({ id, merchant_id, status, version: _version, ...record }) => ({
    title: `${record.amount.amount} ${record.amount.currency}`,
    state: status,
    data: { ...record, id, merchant_id, failure_code: record.failure_code ?? null },
    related: [
      {
        kind: 'merchant',
        id: merchant_id,
        title: record.merchant_name ?? merchant_id,
        relation: say`Merchant`,
      },
    ],
  }),
  list: {
    filters,
    page: (query, _upstreams, _signal, ask) => ask(({ pool }) => transactionsPage(pool, query)),
    register: {
      title: say`Transactions`,
      // P-03, P-13: no action has a transaction as its target, and the page says so.
      note: say`This is a read-only view. No edits or refunds can be initiated from Ops Console.`,
      columns: [
        { key: 'amount', title: say`Amount`, type: 'money', value: ({ amount }) => amount },
        {
          key: 'merchant',
          title: say`Merchant`,
          type: 'text',
          value: ({ merchant_name, merchant_id }) => merchant_name ?? merchant_id,
        },
        {
          key: 'gateway',
          title: say`Gateway`,
          type: 'text',
          value: ({ gateway_name, gateway }) => gateway_name ?? gateway,
        },
        { key: 'method', title: say`Paid by`, type: 'code', value: ({ method }) => method },
        { key: 'network', title: say`Network`, type: 'code', value: ({ network }) => network },
        { key: 'created_at', title: say`Age`, type: 'time', value: ({ created_at }) => created_at },
      ],
      filters: [
        { key: 'status', title: say`State` },
        { key: 'merchant_id', title: say`Merchant`, record: 'merchant' },
        { key: 'gateway', title: say`Gateway`, record: 'gateway' },
        { key: 'from', title: say`Made since`, type: 'instant' },
        { key: 'to', title: say`Made before`, type: 'instant' },
        { key: 'amount_from', title: say`Amount from`, hint: say`At least so much, such as 1204.50.` },
        { key: 'amount_to', title: say`Amount up to`, hint: say`At most so much, such as 1204.50.` },
      ],
    },
    door: {
      path: '/api/ops/transactions',
      summary: 'Transactions, newest first; to look at only',
      member: 'transactions',
      item: ({ version: _version, merchant_name: _merchant, gateway_name: _gateway, ...record }) => ({
        ...record,
        failure_code: record.failure_code ?? null,
      }),
      beside: {
        success: true,
        note: say`Transaction monitoring is read-only. Merchants initiate refunds via their dashboard.`,
      },
    },
  },
})
