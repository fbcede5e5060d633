import type { BoundAction } from '../console.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'
import { moneyFromWire, moneyToWire, wireMoney } from '../money/money.ts'
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
 * @param but the request itself, where it is one already
 */
export async function withRollingSums(
  kernel: Pick<Kernel, 'pool'>,
  policy: ApprovalPolicy,
  action: Pick<BoundAction, 'name'>,
  attributes: Readonly<Record<string, Json>>,
  of: { readonly requestedBy: string; readonly target: EntityRef; readonly but?: string },
): Promise<Rolling> {
  const amount = wireMoney.safeParse(attributes.amount)
  const asked = policy.rules.flatMap(({ action: about, when }) =>
    about === action.name && when?.sum_over ? [when.sum_over] : [],
  )
  if (!amount.success || asked.length === 0) return { attributes, sums: [] }
  const own = moneyFromWire(amount.data)
  const windows = new Map(
    asked.filter(({ limit }) => limit.currency === own.currency).map((window) => [sumName(window), window]),
  )
  const sums = await Promise.all(
    [...windows.values()].map(async ({ per, within_s }): Promise<RollingSum> => {
      const key =
        per === 'requester' ? of.requestedBy : per === 'target' ? `${of.target.kind}/${of.target.id}` : ''
      const { rows } = await kernel.pool.query<{ others: string }>({
        name: 'rolling-sum',
        text: 'SELECT kernel.rolling_sum($1, $2, $3, $4, $5, $6)::text AS others',
        values: [action.name, per, key, own.currency, within_s, of.but ?? null],
      })
      return { type: action.name, per, key, currency: own.currency, within_s, others: rows[0]?.others ?? '0' }
    }),
  )
  const named = sums.map((sum) => [sumName({ ...sum, limit: sum }), sumWith(own.minor, sum)] as const)
  return { attributes: { ...attributes, rolling: Object.fromEntries(named) }, sums }
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
  const minor = others === '0' ? 0n : moneyFromWire({ amount: others, currency }).minor
  return moneyToWire({ minor: minor + own, currency }).amount
}

/** The figures of a request that is asked about again: as the target says now, with the sums as they were. */
export function withSumsThen(
  attributes: Readonly<Record<string, Json>>,
  evidence: Json,
): Record<string, Json> {
  const { rolling } = (evidence as { attributes?: Record<string, Json> } | null)?.attributes ?? {}
  return { ...attributes, ...(rolling === undefined ? {} : { rolling }) }
}
