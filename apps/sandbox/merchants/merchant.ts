import { z } from 'zod'
import type { EventSource } from '../events/record-events.ts'
import { Id, Instant, text, Version } from '../http/fields.ts'

export const MERCHANT_STATES = ['pending', 'active', 'suspended'] as const
export const CHECKOUT_METHODS = ['card', 'wallet', 'bank_transfer'] as const

const SettlementConfig = z.strictObject({
  schedule: z.enum(['daily', 'weekly']),
  weekday: z
    .number()
    .int()
    .min(1)
    .max(7)
    .optional()
    .meta({ description: 'Of a weekly schedule: 1 is Monday, 7 is Sunday.' }),
  cut_off: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day in UTC such as 17:00')
    .meta({ description: 'The time of day at which a period ends, in UTC.' }),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code of three capital letters'),
})
export type SettlementConfig = z.infer<typeof SettlementConfig>

const Config = z.strictObject({
  checkout_methods: z.array(z.enum(CHECKOUT_METHODS)).min(1).max(CHECKOUT_METHODS.length),
  api_access: z.boolean(),
  webhook_url: z
    .url({ protocol: /^https$/, error: 'must be an https address' })
    .max(500)
    .optional(),
  settlement: SettlementConfig,
})

const Facts = z.strictObject({
  name: text(140, 1),
  legal_name: text(140, 1),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code of two capital letters'),
  mcc: z.string().regex(/^\d{4}$/, 'must be a merchant category code of four digits'),
  contact: z.strictObject({
    email: z.email('must be an e-mail address').max(254),
    phone: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, 'must be a number in E.164 such as +12025550143')
      .optional(),
  }),
  config: Config,
})

export const MerchantSchema = Facts.extend({
  id: Id,
  version: Version,
  state: z.enum(MERCHANT_STATES),
  suspended_since: Instant.optional(),
  suspend_reason: z.string().optional(),
  created_at: Instant,
})
export type Merchant = z.infer<typeof MerchantSchema>

/** Who opens a merchant may leave its settlement to the standard terms of its country. */
const NewConfig = Config.extend({ settlement: SettlementConfig.optional() })

/** What whoever opens a merchant says; the state and the version are ours. */
export const NewMerchant = Facts.extend({ config: NewConfig }).superRefine(({ config }, context) => {
  const { settlement, checkout_methods } = config
  if (settlement && (settlement.schedule === 'weekly') !== (settlement.weekday !== undefined)) {
    context.addIssue({
      code: 'custom',
      path: ['config', 'settlement', 'weekday'],
      message: 'must be there for a weekly schedule, and only for that',
    })
  }
  if (new Set(checkout_methods).size !== checkout_methods.length) {
    context.addIssue({
      code: 'custom',
      path: ['config', 'checkout_methods'],
      message: 'must name each method once',
    })
  }
})
export type NewMerchant = z.infer<typeof NewMerchant>

/** What stands in the record of a merchant from the first. */
export type MerchantFacts = z.infer<typeof Facts>

/** How `merchant.*` events are drawn. */
export const MERCHANT_EVENTS: EventSource = {
  upstream: 'merchants',
  subjectKind: 'merchant',
  table: 'merchants.merchant',
  version: 't.version',
  data: 'merchants.merchant_json(t)',
  refs: `'[]'::jsonb`,
}
