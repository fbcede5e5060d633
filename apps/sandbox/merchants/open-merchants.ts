import type { Transaction } from '../database/database.ts'
import { recordEvents } from '../events/record-events.ts'
import { MERCHANT_EVENTS, type MerchantFacts } from './merchant.ts'
import { cutOffAfter, cutOffBefore } from './settlement-period.ts'

type Opened = {
  readonly id: string
  readonly at: Date
  readonly facts: MerchantFacts
  readonly state: 'pending' | 'active' | 'suspended'
  readonly suspended?: { readonly at: Date; readonly reason: string }
}

/** Opens merchants, each with a balance of nothing whose first period ends at the next cut-off after `now`. */
export async function openMerchants(
  tx: Transaction,
  merchants: readonly Opened[],
  now: Date,
  causedBy?: string,
): Promise<void> {
  await tx.query(
    `INSERT INTO merchants.merchant (id, name, legal_name, country, mcc, contact_email, contact_phone, state,
       suspended_since, suspend_reason, checkout_methods, api_access, webhook_url, settlement_schedule,
       settlement_weekday, settlement_cut_off, settlement_currency, created_at)
     SELECT id, name, legal_name, country, mcc, contact_email, contact_phone, state, suspended_since, suspend_reason,
       checkout_methods, api_access, webhook_url, settlement_schedule, settlement_weekday, settlement_cut_off,
       settlement_currency, created_at
     FROM jsonb_populate_recordset(NULL::merchants.merchant, $1)`,
    [
      JSON.stringify(
        merchants.map(({ id, at, facts: { contact, config, ...facts }, state, suspended }) => ({
          ...facts,
          id,
          state,
          contact_email: contact.email,
          contact_phone: contact.phone,
          suspended_since: suspended?.at,
          suspend_reason: suspended?.reason,
          checkout_methods: config.checkout_methods,
          api_access: config.api_access,
          webhook_url: config.webhook_url,
          settlement_schedule: config.settlement.schedule,
          settlement_weekday: config.settlement.weekday,
          settlement_cut_off: config.settlement.cut_off,
          settlement_currency: config.settlement.currency,
          created_at: at,
        })),
      ),
    ],
  )
  await tx.query(
    `INSERT INTO merchants.balance (merchant_id, currency, period_start, due_at)
     SELECT merchant_id, currency, period_start, due_at FROM jsonb_populate_recordset(NULL::merchants.balance, $1)`,
    [
      JSON.stringify(
        merchants.map(({ id, facts: { config } }) => ({
          merchant_id: id,
          currency: config.settlement.currency,
          period_start: cutOffBefore(config.settlement, now),
          due_at: cutOffAfter(config.settlement, now),
        })),
      ),
    ],
  )
  await recordEvents(tx, MERCHANT_EVENTS, 'merchant.created', merchants, causedBy)
}
