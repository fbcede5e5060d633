import type { BoundAction } from '../console.ts'
import { type EntityRef, refText } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'
import { type Money, moneyFromWire, moneyToWire, wireMoney } from '../money/money.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { ApprovalPolicy, SumOver } from './approval-policy.ts'

/** One sum of a rolling window, as it was read: the write is refused if more has been asked for since. */
export type RollingSum = {
  readonly type: string
  readonly per: SumOver['per']
  /** Whose or what: a person's id, `kind/id`, or nothing. */
  readonly key: string
  readonly currency: string
  readonly within_s: number
  /** What others have asked for, as a decimal. */
  readonly others: string
}

type Rolling = { readonly attributes: Readonly<Record<string, Json>>; readonly sums: readonly RollingSum[] }

/**
 * The figures of an action with the sums that its rules ask about: what has been asked for within the window and not
 * come to nothing, this one with it.
 *
 * @param of `but`: the request itself, where it is one already; `perTarget`: of one over many records, the figures of
 *   each with their sums; `totals`: what they come to, by currency
 */
export async function withRollingSums(
  kernel: Pick<Kernel, 'pool'>,
  policy: ApprovalPolicy,
  action: Pick<BoundAction, 'name'>,
  attributes: Readonly<Record<string, Json>>,
  of: {
    readonly requestedBy: string
    readonly but?: string
  } & (
    | { readonly target: EntityRef }
    | {
        readonly perTarget: readonly Readonly<Record<string, Json>>[]
        readonly totals: readonly Money[] | undefined
      }
  ),
): Promise<Rolling> {
  const amount = wireMoney.safeParse(attributes.amount)
  const amounts = 'totals' in of ? (of.totals ?? []) : amount.success ? [moneyFromWire(amount.data)] : []
  const own = new Map(amounts.map(({ currency, minor }) => [currency, minor]))
  const asked = policy.rules.flatMap(({ action: about, when }) =>
    about === action.name && when?.sum_over ? [when.sum_over] : [],
  )
  if (own.size === 0 || asked.length === 0) return { attributes, sums: [] }
  const windows = new Map(
    asked.filter(({ limit }) => own.has(limit.currency)).map((window) => [sumName(window), window]),
  )
  const targets = 'perTarget' in of ? of.perTarget.flatMap(({ rolling }) => (rolling ? [rolling] : [])) : []
  const largest = (name: string, currency: string) =>
    targets
      .flatMap((rolling) => (rolling as Record<string, string>)[name] ?? [])
      .reduce((most, sum) => (minorOf(sum, currency) > minorOf(most, currency) ? sum : most), '0')
  const read = [...windows.values()].filter(({ per }) => per !== 'target' || 'target' in of)
  const sums = await Promise.all(
    read.map(async ({ per, within_s, limit: { currency } }): Promise<RollingSum> => {
      const key =
        per === 'requester' ? of.requestedBy : per === 'target' && 'target' in of ? refText(of.target) : ''
      const { rows } = await kernel.pool.query<{ others: string }>({
        name: 'rolling-sum',
        text: 'SELECT kernel.rolling_sum($1, $2, $3, $4, $5, $6)::text AS others',
        values: [action.name, per, key, currency, within_s, of.but ?? null],
      })
      return { type: action.name, per, key, currency, within_s, others: rows[0]?.others ?? '0' }
    }),
  )
  const rolling = Object.fromEntries([
    ...[...windows].map(([name, { limit }]) => [name, largest(name, limit.currency)] as const),
    ...sums.map(
      (sum) => [sumName({ ...sum, limit: sum }), sumWith(own.get(sum.currency) ?? 0n, sum)] as const,
    ),
  ])
  return { attributes: { ...attributes, rolling }, sums }
}

/** Under which name a sum stands among the figures: `requester 86400 USD`. */
export function sumName({
  per,
  within_s,
  limit,
}: Pick<SumOver, 'per' | 'within_s'> & { limit: { currency: string } }) {
  return `${per} ${within_s} ${limit.currency}`
}

function sumWith(own: bigint, { currency, others }: RollingSum): string {
  return moneyToWire({ minor: minorOf(others, currency) + own, currency }).amount
}

/** Of a decimal; nothing is `0` whatever the currency. */
function minorOf(amount: string, currency: string): bigint {
  return amount === '0' ? 0n : moneyFromWire({ amount, currency }).minor
}

/** The figures of a request that is asked about again: as the target says now, with the sums as they were. */
export function withSumsThen(
  attributes: Readonly<Record<string, Json>>,
  evidence: Json,
): Record<string, Json> {
  const { rolling } = (evidence as { attributes?: Record<string, Json> } | null)?.attributes ?? {}
  return { ...attributes, ...(rolling === undefined ? {} : { rolling }) }
}
