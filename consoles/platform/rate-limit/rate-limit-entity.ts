import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { edgeOwner, THIS_CONSOLE } from '../edge/edge-owner.ts'
import { projectedEdgeRecord } from '../edge/edge-record-view.ts'
import { ownerTitle } from '../edge/edge-scope.ts'
import { edgeScopeId } from '../edge/edge-scope-id.ts'
import { pageWithMerchantNames, withMerchantNames } from '../merchants/with-merchant-names.ts'
import type { Upstreams } from '../upstreams.ts'
import { ruleText } from './limit-preview.ts'
import { RATE_LIMIT_SCOPES, type RateLimit, type RateLimitRule, type WouldLimit } from './rate-limit.ts'
import { rateLimitOnDoor } from './rate-limit-on-door.ts'

/**
 * With what it would have refused as the change that is being asked for leaves it, or as it is where it is to end; null where the edge
 * cannot say now.
 */
export type RateLimitToChange = RateLimit & {
  readonly would_limit?: WouldLimit | null
  readonly merchant_name?: string
}

const NOTE = say`Limits of this console are enforced by its own API as well. Limits of other consoles cannot be changed here.`

/** Read where it lives, each time. */
export const rateLimit: EntityType<RateLimitToChange, Upstreams> = {
  kind: 'rate_limit',
  console: 'platform',
  async read(id, { edge }, { ask, input, signal }) {
    const found = await edge.rateLimit(id, signal)
    if (found.status !== 'found') return found
    const [state = found.state] = await ask((kernel) => withMerchantNames(kernel, [found.state]))
    const reading = { ...found, state }
    const change = input as Partial<RateLimitRule> | undefined
    if (change === undefined) return reading
    const { limit, window_s, burst, route } = { ...reading.state, ...change }
    const would = await edge.wouldLimit(
      { ...edgeOwner(reading.state), route, limit, window_s, burst },
      signal,
    )
    return { ...reading, state: { ...reading.state, would_limit: would ?? null } }
  },
  present: (record) => ({
    title: say`${ruleText(record)} at ${record.route}`,
    state: record.state,
    data: rateLimitOnDoor(record),
    related: [
      {
        ...{ kind: 'edge_scope', id: edgeScopeId(record) },
        title: ownerTitle(edgeOwner(record), record.merchant_name),
        relation: say`Whose it is`,
      },
    ],
  }),
  list: {
    filters: z.object({
      scope: z.enum(RATE_LIMIT_SCOPES).optional(),
      merchant_id: entityId.optional(),
      console: z
        .string()
        .regex(/^[a-z]{1,32}$/)
        .optional(),
      state: z.enum(['active', 'withdrawn']).optional(),
    }),
    page: async (query, { edge }, signal, ask) => {
      const page = await edge.rateLimits(query, signal)
      return ask((kernel) => pageWithMerchantNames(kernel, page))
    },
    register: {
      title: say`Rate limits`,
      note: NOTE,
      columns: [
        {
          key: 'route',
          title: say`Paths that begin`,
          type: 'text',
          stays: true,
          value: ({ route }) => route,
        },
        {
          ...{ key: 'owner', title: say`Merchant or console`, type: 'text', stays: true },
          value: ({ merchant_name, merchant_id, console }) => merchant_name ?? merchant_id ?? console ?? null,
        },
        { key: 'limit', title: say`Requests`, type: 'text', stays: true, value: ({ limit }) => limit },
        { key: 'window_s', title: say`In so many seconds`, type: 'text', value: ({ window_s }) => window_s },
        { key: 'burst', title: say`More at once`, type: 'text', value: ({ burst }) => burst },
        { key: 'scope', title: say`Of whom`, type: 'code', stays: true, value: ({ scope }) => scope },
        { key: 'changed_at', title: say`Changed`, type: 'time', value: ({ changed_at }) => changed_at },
      ],
      filters: [
        { key: 'state', title: say`State` },
        { key: 'scope', title: say`Of whom` },
        { key: 'merchant_id', title: say`Merchant`, record: 'merchant' },
      ],
      // One of all merchants or of this console is added here; one of a merchant, from what stands beside it.
      actionsOf: [
        {
          ...{ kind: 'edge_scope', id: edgeScopeId({ scope: 'global' }), only: 'platform.add_rate_limit' },
          title: say`Limit all merchants`,
        },
        {
          ...{ kind: 'edge_scope', id: edgeScopeId({ scope: 'console', console: THIS_CONSOLE }) },
          ...{ only: 'platform.add_rate_limit', title: say`Limit this console` },
        },
      ],
    },
    door: {
      path: '/api/ops/rate-limits',
      summary: 'Rate limits, newest first',
      member: 'rate_limits',
      item: rateLimitOnDoor,
      beside: {
        success: true,
        note: NOTE,
      },
    },
  },
}

export const rateLimitEntity = defineEntity(rateLimit, projectedEdgeRecord('rate_limit'))
