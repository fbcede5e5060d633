import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { MERCHANT_STATES, type Merchant } from './merchant.ts'
import { merchantOnDoor } from './merchant-on-door.ts'
import { MERCHANT_REGISTER } from './merchant-register.ts'

const NAME_MAX_CHARACTERS = 140

/** Read where it lives, each time: a merchant is suspended on what is so now. */
export const merchant: EntityType<Merchant, Upstreams> = {
  kind: 'merchant',
  console: 'platform',
  read: (id, { merchants }, { signal }) => merchants.merchant(id, signal),
  personal: [
    {
      path: 'contact.email',
      title: say`e-mail address`,
      class: 'email',
      value: ({ contact }) => contact.email,
    },
  ],
  present: ({ name, legal_name, country, mcc, contact, config, state, ...record }) => ({
    title: name,
    state,
    data: {
      ...{ name, legal_name, country, mcc },
      contact: { email: redacted(contact.email, 'email') },
      config: { ...config, webhook_url: config.webhook_url ?? null },
      suspended_since: record.suspended_since ?? null,
      suspend_reason: record.suspend_reason ?? null,
      created_at: record.created_at,
    },
    banners:
      state === 'suspended'
        ? [
            {
              tone: 'warning',
              text: say`Suspended: checkout, API and webhooks are closed. Scheduled settlements go on.`,
            },
          ]
        : [],
  }),
  list: {
    filters: z.object({
      state: z.enum(MERCHANT_STATES).optional(),
      country: z
        .string()
        .regex(/^[A-Z]{2}$/)
        .optional()
        .meta({ description: 'ISO 3166-1 alpha-2, in capital letters.' }),
      mcc: z
        .string()
        .regex(/^\d{4}$/)
        .optional()
        .meta({ description: 'Merchant category code (ISO 18245), four digits.' }),
      name: z
        .string()
        .min(1)
        .max(NAME_MAX_CHARACTERS)
        .optional()
        .meta({ description: 'How the name begins, whatever its case.' }),
    }),
    page: (query, { merchants }, signal) => merchants.merchants(query, signal),
    register: {
      title: say`Merchants`,
      columns: [
        { key: 'name', title: say`Name`, type: 'text', stays: true, value: ({ name }) => name },
        { key: 'legal_name', title: say`Legal name`, type: 'text', value: ({ legal_name }) => legal_name },
        { key: 'country', title: say`Country`, type: 'code', value: ({ country }) => country },
        { key: 'mcc', title: say`Category`, type: 'code', value: ({ mcc }) => mcc },
        { key: 'created_at', title: say`Opened`, type: 'time', value: ({ created_at }) => created_at },
      ],
      actionsOf: [MERCHANT_REGISTER],
      filters: [
        { key: 'name', title: say`Name`, hint: say`How it begins, whatever its case.` },
        { key: 'state', title: say`State` },
        { key: 'country', title: say`Country`, hint: say`Two capital letters, such as DE.` },
        { key: 'mcc', title: say`Category`, hint: say`Four digits, such as 5719.` },
      ],
    },
    door: {
      path: '/api/ops/merchants',
      summary: 'Merchants, newest first',
      member: 'merchants',
      item: merchantOnDoor,
      beside: { success: true, note: say`Settlements and balances are not accessible via Ops Console` },
    },
  },
}

export const merchantEntity = defineEntity(merchant)
