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
import { ALLOWLIST_SCOPES, type Allowlist } from './allowlist.ts'
import { allowlistOnDoor } from './allowlist-on-door.ts'

/** With when it was read: by then entries have expired. Absent in a copy. */
export type AllowlistToChange = Allowlist & { readonly read_at?: string; readonly merchant_name?: string }

const NOTE = say`The list of this console is enforced by its own API as well. Lists of other consoles cannot be changed here.`

/** Read where it lives, each time. */
export const allowlist: EntityType<AllowlistToChange, Upstreams> = {
  kind: 'allowlist',
  console: 'platform',
  async read(id, { edge }, { ask, signal }) {
    const reading = await edge.allowlist(id, signal)
    if (reading.status !== 'found') return reading
    const read_at = ask((kernel) => kernel.now()).toISOString()
    const [state = reading.state] = await ask((kernel) => withMerchantNames(kernel, [reading.state]))
    return { ...reading, state: { ...state, read_at } }
  },
  present: ({ read_at: _, ...record }) => ({
    title: say`Allowlist of ${ownerTitle(edgeOwner(record), record.merchant_name)}`,
    state: record.state,
    data: allowlistOnDoor(record),
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
      scope: z.enum(ALLOWLIST_SCOPES).optional(),
      merchant_id: entityId.optional(),
      console: z
        .string()
        .regex(/^[a-z]{1,32}$/)
        .optional(),
      state: z.enum(['active', 'withdrawn']).optional(),
    }),
    page: async (query, { edge }, signal, ask) => {
      const page = await edge.allowlists(query, signal)
      return ask((kernel) => pageWithMerchantNames(kernel, page))
    },
    register: {
      title: say`IP allowlists`,
      note: NOTE,
      columns: [
        {
          ...{ key: 'owner', title: say`Merchant or console`, type: 'text', stays: true },
          value: ({ merchant_name, merchant_id, console }) => merchant_name ?? merchant_id ?? console ?? null,
        },
        {
          ...{ key: 'networks', title: say`Networks`, type: 'text', stays: true },
          value: ({ entries }) => entries.map(({ cidr }) => cidr).join(', '),
        },
        { key: 'scope', title: say`Of whom`, type: 'code', stays: true, value: ({ scope }) => scope },
        { key: 'changed_at', title: say`Changed`, type: 'time', value: ({ changed_at }) => changed_at },
      ],
      filters: [
        { key: 'state', title: say`State` },
        { key: 'scope', title: say`Of whom` },
        { key: 'merchant_id', title: say`Merchant`, record: 'merchant' },
      ],
      // The list of this console is made here; that of a merchant, from what stands beside it.
      actionsOf: [
        {
          ...{ kind: 'edge_scope', id: edgeScopeId({ scope: 'console', console: THIS_CONSOLE }) },
          only: 'platform.add_allowlist',
        },
      ],
    },
    door: {
      path: '/api/ops/ip-whitelist',
      summary: 'Allowlists, newest first',
      member: 'ip_whitelist',
      item: allowlistOnDoor,
      beside: {
        success: true,
        note: NOTE,
      },
    },
  },
}

export const allowlistEntity = defineEntity(allowlist, projectedEdgeRecord('allowlist'))
