import { createHash } from 'node:crypto'
import type { ReadContext } from '@countersign/kernel/actions/define-action.ts'
import {
  defineEntity,
  type EntityType,
  type ListReading,
  type Reading,
} from '@countersign/kernel/entities/define-entity.ts'
import { say, type Text } from '@countersign/kernel/languages/say.ts'
import type { Allowlist } from '../allowlist/allowlist.ts'
import { allowlistOnDoor } from '../allowlist/allowlist-on-door.ts'
import type { RateLimit, RateLimitRule, WouldLimit } from '../rate-limit/rate-limit.ts'
import { rateLimitOnDoor } from '../rate-limit/rate-limit-on-door.ts'
import type { Upstreams } from '../upstreams.ts'
import type { EdgeOwner } from './edge-port.ts'
import { edgeOwnerOf } from './edge-scope-id.ts'

/** As many limits of one owner as are looked at; the edge itself refuses one that is there already. */
const LIMITS_MAX = 200

/** Whom limits and lists are of, with those in force: what a new one is made on. */
export type EdgeScope = {
  readonly id: string
  readonly owner: EdgeOwner
  /** Of a merchant; null where nobody knows one of that id. */
  readonly merchant: { readonly name: string } | null
  readonly limits: readonly RateLimit[]
  readonly list: Allowlist | undefined
  /** RFC 3339: when it was read. */
  readonly read_at: string
  /** What the limit that is being asked for would have refused; null where the edge cannot say now. */
  readonly would_limit?: WouldLimit | null
}

/** Read where they live, each time. */
export const edgeScope: EntityType<EdgeScope, Upstreams> = {
  kind: 'edge_scope',
  console: 'platform',
  read: readEdgeScope,
  present: ({ owner, merchant, limits, list }) => ({
    title: ownerTitle(owner, merchant?.name),
    state: list === undefined ? 'open' : 'restricted',
    data: {
      scope: owner.scope,
      merchant_id: owner.scope === 'merchant' ? owner.merchant_id : null,
      console: owner.scope === 'console' ? owner.console : null,
      rate_limits: limits.map(rateLimitOnDoor),
      allowlist: list === undefined ? null : allowlistOnDoor(list),
    },
    related:
      owner.scope === 'merchant' && merchant !== null
        ? [{ kind: 'merchant', id: owner.merchant_id, title: merchant.name, relation: say`Merchant` }]
        : [],
  }),
}

export const edgeScopeEntity = defineEntity(edgeScope)

/** What whoever limits and lists are of is called. */
export function ownerTitle(owner: EdgeOwner, merchantName?: string): Text {
  switch (owner.scope) {
    case 'global':
      return say`All merchants together`
    case 'merchant':
      return merchantName ?? owner.merchant_id
    case 'console':
      return say`The console ${owner.console}`
  }
}

async function readEdgeScope(
  id: string,
  { edge, merchants }: Upstreams,
  { ask, input, signal }: ReadContext,
): Promise<Reading<EdgeScope>> {
  const owner = edgeOwnerOf(id)
  if (!owner) return { status: 'missing' }
  const query = { limit: LIMITS_MAX, filters: { ...owner, state: 'active' } }
  const none: ListReading<Allowlist> = { status: 'found', records: [], nextCursor: null }
  const [limits, lists, merchant, wouldLimit] = await Promise.all([
    edge.rateLimits(query, signal),
    owner.scope === 'global' ? none : edge.allowlists({ ...query, limit: 1 }, signal),
    owner.scope === 'merchant' ? merchants.merchant(owner.merchant_id, signal) : undefined,
    isLimit(input) ? edge.wouldLimit({ ...owner, ...input }, signal) : undefined,
  ])
  for (const reading of [limits, lists, merchant]) {
    if (reading?.status === 'unreadable') return reading
  }
  const found = limits.status === 'found' ? limits.records.map(({ state }) => state) : []
  const list = lists.status === 'found' ? lists.records[0]?.state : undefined
  const state: EdgeScope = {
    ...{ id, owner, limits: found, list },
    merchant: merchant?.status === 'found' ? { name: merchant.state.name } : null,
    read_at: ask((kernel) => kernel.now()).toISOString(),
    ...(isLimit(input) ? { would_limit: wouldLimit ?? null } : {}),
  }
  return { status: 'found', state, version: versionOf([...found, ...(list ? [list] : [])]) }
}

/** The same as long as no limit or list of this owner has come, changed or gone. */
function versionOf(records: readonly { readonly id: string; readonly version: number }[]): string {
  const each = records.map(({ id, version }) => `${id}@${version}`).toSorted()
  return createHash('sha256').update(each.join(' ')).digest('hex').slice(0, 32)
}

function isLimit(input: unknown): input is RateLimitRule & { readonly route: string } {
  return typeof input === 'object' && input !== null && 'route' in input
}
