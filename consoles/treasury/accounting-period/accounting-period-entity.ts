import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { type AccountingPeriod, monthOf, PERIOD_STATES, periodOnDoor } from './accounting-period.ts'

export const accountingPeriod: EntityType<AccountingPeriod, Upstreams> = {
  kind: 'accounting_period',
  console: 'treasury',
  async read(id, { treasury }, { signal }) {
    const reading = await treasury.period(id, signal)
    if (reading.status !== 'found' || reading.state.earlier_open === undefined) return reading
    const earlier = await treasury.period(reading.state.earlier_open, signal)
    return earlier.status === 'found'
      ? { ...reading, state: { ...reading.state, earlier_month: monthOf(earlier.state) } }
      : reading
  },
  present: (record) => ({
    title: monthOf(record),
    state: record.state,
    data: {
      ...{ starts_at: record.starts_at, ends_at: record.ends_at },
      postings: record.postings ?? null,
      totals: record.totals ?? [],
      locked_at: record.locked_at ?? null,
      lock_reason: record.lock_reason ?? null,
    },
    related: record.earlier_open
      ? [
          {
            ...{
              kind: 'accounting_period',
              id: record.earlier_open,
              title: record.earlier_month ?? record.earlier_open,
            },
            relation: say`To be locked before it`,
          },
        ]
      : [],
  }),
  list: {
    filters: z.object({ state: z.enum(PERIOD_STATES).optional() }),
    page: (query, { treasury }, signal) => treasury.periods(query, signal),
    register: {
      title: say`Accounting periods`,
      columns: [
        { key: 'month', title: say`Month`, type: 'text', stays: true, value: monthOf },
        { key: 'locked_at', title: say`Locked`, type: 'time', value: ({ locked_at }) => locked_at ?? null },
      ],
      filters: [{ key: 'state', title: say`State` }],
    },
    door: {
      path: '/api/accounting-periods',
      summary: 'Months of the books, newest first',
      member: 'accounting_periods',
      item: periodOnDoor,
      beside: { success: true },
    },
  },
}

export const accountingPeriodEntity = defineEntity(accountingPeriod)
