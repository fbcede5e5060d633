import type { MerchantFacts } from '../merchants/merchant.ts'
import type { Random } from './random.ts'

const MERCHANTS = 60
const DAY_MS = 86_400_000

export type PlannedMerchant = {
  readonly id: string
  readonly at: Date
  readonly facts: MerchantFacts
  readonly state: 'pending' | 'active' | 'suspended'
  readonly suspended?: { readonly at: Date; readonly reason: string }
}

/** Invented shops; any likeness is chance. Addresses and numbers are those set aside for examples. */
const FIRST = [
  'Amber',
  'Birch',
  'Cinder',
  'Dune',
  'Elm',
  'Fjord',
  'Grove',
  'Harbour',
  'Iris',
  'Juniper',
] as const
const SECOND = ['Books', 'Bicycles', 'Kitchen', 'Outfitters', 'Records', 'Travel'] as const
const CODES: Readonly<Record<(typeof SECOND)[number], string>> = {
  Books: '5942',
  Bicycles: '5940',
  Kitchen: '5719',
  Outfitters: '5699',
  Records: '5735',
  Travel: '4722',
}
const PLACES = [
  ['US', 'USD', 'Inc', '+1202555'],
  ['US', 'USD', 'LLC', '+1202555'],
  ['GB', 'GBP', 'Ltd', '+4420794600'],
  ['DE', 'EUR', 'GmbH', '+4930232100'],
  ['NL', 'EUR', 'B.V.', '+3120794600'],
  ['JP', 'JPY', 'K.K.', '+8135550100'],
] as const
const SUSPENDED_FOR = ['Chargebacks above the limit', 'Under review', 'Asked for by the merchant'] as const

/** Sixty merchants: most are active, some wait for their activation, some are suspended. */
export function planMerchants(random: Random, now: Date): PlannedMerchant[] {
  const names = random.shuffled(FIRST.flatMap((first) => SECOND.map((second) => [first, second] as const)))
  return names.slice(0, MERCHANTS).map(([first, second], index) => {
    const [country, currency, form, prefix] = random.pick(PLACES)
    const name = `${first} ${second}`
    const slug = `${first}-${second}`.toLowerCase()
    const weekly = random.next() < 0.25
    const cut_off = random.pick(['17:00', '20:00', '22:30'])
    const settlement = weekly
      ? { schedule: 'weekly' as const, weekday: random.whole(1, 5), cut_off, currency }
      : { schedule: 'daily' as const, cut_off, currency }
    const webhook = random.next() < 0.8
    const wallet = random.next() < 0.6
    const api_access = random.next() < 0.85
    const state = index % 15 === 7 ? 'pending' : index % 15 === 3 ? 'suspended' : 'active'
    return {
      id: `mer_${random.digits(10)}`,
      // One that waits has come lately; the others have been here for longer than any transaction.
      at: new Date(
        now.getTime() - (state === 'pending' ? random.whole(1, 9) : random.whole(120, 900)) * DAY_MS,
      ),
      facts: {
        name,
        legal_name: `${name} ${form}`,
        country,
        mcc: CODES[second],
        contact: { email: `payments@${slug}.example`, phone: `${prefix}${random.whole(1000, 1999)}` },
        config: {
          checkout_methods: [
            'card',
            ...(wallet ? (['wallet'] as const) : []),
            ...(index % 3 === 0 ? (['bank_transfer'] as const) : []),
          ],
          api_access,
          ...(webhook ? { webhook_url: `https://hooks.${slug}.example/payments` } : {}),
          settlement,
        },
      },
      state,
      ...(state === 'suspended'
        ? {
            suspended: {
              at: new Date(now.getTime() - random.whole(1, 20) * DAY_MS),
              reason: random.pick(SUSPENDED_FOR),
            },
          }
        : {}),
    }
  })
}
