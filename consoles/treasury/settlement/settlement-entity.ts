import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { SETTLEMENT_STATES, type Settlement, settlementOnDoor } from './settlement.ts'

/** Read where it lives, each time: it is confirmed on what is so now. */
export const settlement: EntityType<Settlement, Upstreams> = {
  kind: 'settlement',
  console: 'treasury',
  read: (id, { treasury }, { signal }) => treasury.settlement(id, signal),
  present: ({ id, amount, state, posting_id, version: _version, ...record }) => ({
    title: `${amount.amount} ${amount.currency}`,
    state,
    data: {
      ...{ id, amount, merchant_id: record.merchant_id, merchant_name: record.merchant_name },
      ...{ period_start: record.period_start, period_end: record.period_end, settled_at: record.settled_at },
      confirmed_at: record.confirmed_at ?? null,
      confirm_reason: record.confirm_reason ?? null,
    },
    related: [{ kind: 'ledger_entry', id: posting_id, title: posting_id, relation: say`Ledger entry` }],
  }),
  list: {
    filters: z.object({
      state: z.enum(SETTLEMENT_STATES).optional(),
      merchant_id: entityId.optional(),
    }),
    page: (query, { treasury }, signal) => treasury.settlements(query, signal),
    register: {
      title: say`Settlements`,
      columns: [
        { key: 'amount', title: say`Amount`, type: 'money', stays: true, value: ({ amount }) => amount },
        { key: 'merchant', title: say`Merchant`, type: 'text', value: ({ merchant_name }) => merchant_name },
        { key: 'settled_at', title: say`Paid out`, type: 'time', value: ({ settled_at }) => settled_at },
      ],
      filters: [
        { key: 'state', title: say`State` },
        {
          key: 'merchant_id',
          title: say`Merchant`,
          hint: say`The id of a merchant, such as mer_8123: it stands on the page of each of its settlements.`,
        },
      ],
    },
    door: {
      path: '/api/settlements',
      summary: 'What was paid out to merchants, newest period first; amounts in minor units',
      member: 'settlements',
      item: settlementOnDoor,
      beside: { success: true },
    },
  },
}

export const settlementEntity = defineEntity(settlement)
