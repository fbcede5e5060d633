import { accept, defineAction, OTHER } from '@countersign/kernel/actions/define-action.ts'
import { personal } from '@countersign/kernel/actions/seal-input.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { z } from 'zod'
import { deliverToMerchants } from '../merchants/deliver-to-merchants.ts'
import type { NewMerchant } from '../merchants/merchants-port.ts'
import type { Upstreams } from '../upstreams.ts'
import { isCountry } from './is-country.ts'
import { isReadable } from './is-readable.ts'
import { isWebhookAddress } from './is-webhook-address.ts'
import { CHECKOUT_METHODS } from './merchant.ts'
import { MERCHANT_REGISTER, merchantRegister } from './merchant-register.ts'

const NAME_MAX_CHARACTERS = 140

const called = z
  .string()
  .trim()
  .min(1)
  .max(NAME_MAX_CHARACTERS, written(say`must have at most ${NAME_MAX_CHARACTERS} characters`))
  .refine(
    isReadable,
    written(say`must be readable: no control characters, and nothing that turns the direction of its text`),
  )
const input = z.object({
  name: called.meta({ title: 'Name', description: 'As its customers know it.' }),
  legal_name: called.meta({ title: 'Legal name', description: 'As it is registered.' }),
  country: z
    .string()
    .refine(isCountry, written(say`must be the ISO 3166-1 code of a country, in two capital letters`))
    .meta({ title: 'Country', description: 'Two capital letters, such as DE.' }),
  mcc: z
    .string()
    .regex(/^\d{4}$/, written(say`must be a merchant category code of four digits`))
    .meta({ title: 'Category', description: 'Merchant category code (ISO 18245), four digits.' }),
  email: personal(z.email(written(say`must be an e-mail address`)).max(254), 'email').meta({
    title: 'E-mail address',
    description: 'Where the merchant is written to.',
  }),
  checkout_methods: z
    .array(z.enum(CHECKOUT_METHODS))
    .min(1, written(say`must name at least one of ${CHECKOUT_METHODS.join(', ')}`))
    .refine((methods) => new Set(methods).size === methods.length, written(say`must name each method once`))
    .meta({ title: 'Checkout takes' }),
  api_access: z.boolean().default(false).meta({ title: 'May call the API' }),
  webhook_url: z
    .url({ protocol: /^https$/, error: written(say`must be an https address`) })
    .max(500)
    .refine(
      isWebhookAddress,
      written(
        say`must be an https address on the internet, by the name of its host, without user, password or other secret`,
      ),
    )
    .optional()
    .meta({ title: 'Webhooks go to', description: 'An https address; left out: none are sent.' }),
})

type Accepted = Omit<NewMerchant, 'contact'>

/**
 * P-02: opens a merchant, which waits for its activation. The address it is written to is in the input, where it is sealed.
 *
 * P-11: nothing here says when, how or in which currency it is settled. The terms that finance has set for its country hold.
 */
export const createMerchant = defineAction<Record<never, never>, typeof input, Accepted, Upstreams>({
  name: 'platform.create_merchant',
  risk: 'medium',
  movesMoney: false,
  target: merchantRegister,
  input,
  reasons: [
    { code: 'signed_up', title: say`It has signed up` },
    { code: 'moved_here', title: say`It comes from another platform` },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: ['platform/PLATFORM_ADMIN'], expiresInS: 24 * 3600 },
  concurrent: true,
  makes: 'merchant',
  door: {
    method: 'POST',
    path: '/api/ops/merchants',
    body: input.extend({ reason: z.string().trim().min(1).optional() }),
    fields: { 'reason.code': 'reason', 'reason.note': 'reason' },
    toRequest: ({ reason, ...merchant }) => ({
      ...{ targetId: MERCHANT_REGISTER.id, input: merchant },
      ...(reason === undefined ? {} : { reason: String(reason) }),
    }),
    beside: ({ state }) => ({
      success: true,
      message:
        state === 'executed' ? say`Merchant created successfully` : say`Opening the merchant is under way`,
      note: say`It waits for its activation. Its settlement terms are set by finance.`,
    }),
  },
  present: {
    title: say`Create a merchant`,
    tone: 'neutral',
    help: say`Opens a merchant, which waits for its activation. Its settlement terms are set by finance.`,
    ifWrong: say`Leave it as it is: what is not activated takes no payment.`,
  },
  decide: (_register, { email: _email, checkout_methods, api_access, webhook_url, ...facts }) =>
    accept({
      ...facts,
      config: { checkout_methods, api_access, ...(webhook_url === undefined ? {} : { webhook_url }) },
    }),
  preview: (_register, { name, legal_name, country, mcc, email, checkout_methods, ...config }) => ({
    subject: name,
    summary: say`${name} is opened, and waits for its activation.`,
    changes: [
      { label: say`Name`, after: name },
      { label: say`Legal name`, after: legal_name },
      { label: say`Country`, after: country },
      { label: say`Category`, after: mcc },
      { label: say`E-mail address`, after: redacted(email, 'email') },
      { label: say`Checkout takes`, after: checkout_methods.join(', ') },
      { label: say`May call the API`, after: config.api_access ? say`yes` : say`no` },
      ...(config.webhook_url === undefined
        ? []
        : [{ label: say`Webhooks go to`, after: config.webhook_url }]),
    ],
    effects: [
      say`Nobody can pay it before it is activated.`,
      say`Its settlement terms are those that finance has set for its country.`,
    ],
  }),
  // It is done on the register: which merchant it was stands in the log by name alone.
  recorded: ({ name }) => ({ name }),
  effect: deliverToMerchants(async (facts, { upstreams, key, input: asked, signal }) => {
    const { email } = await asked()
    return upstreams.merchants.create({ ...facts, contact: { email: String(email) } }, { key, signal })
  }),
})
