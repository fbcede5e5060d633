import type { RecordMark } from '../entities/record-mark.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import { excludedBy } from './excluded-by.ts'
import type { RequestRecord } from './request-record.ts'
import { visibleTypes } from './visible-requests.ts'

/**
 * Those of these requests after which another was carried out on the same record, of which and this one only one can be: they stay where
 * they wait, since nobody has decided on them, and say so. Of what this person may not know of, nothing.
 */
export async function overtakenRequests(
  kernel: Pick<Kernel, 'pool' | 'access' | 'actions'>,
  principal: Principal,
  requests: readonly Pick<RequestRecord, 'request_id' | 'type'>[],
): Promise<ReadonlyMap<string, RecordMark>> {
  const visible = new Set(visibleTypes(kernel, principal))
  const others = requests.flatMap(({ request_id: id, type }) =>
    excludedBy(kernel, type).flatMap((other) => (visible.has(other) ? [{ id, other }] : [])),
  )
  if (others.length === 0) return new Map()
  const { rows } = await kernel.pool.query<{ request_id: string; type: string }>({
    name: 'overtaken-requests',
    text: `SELECT DISTINCT ON (q.request_id) q.request_id, o.type
             FROM unnest($1::uuid[], $2::text[]) AS one (request_id, other)
             JOIN kernel.action_request q USING (request_id)
             JOIN kernel.action_request o
               ON o.target_kind = q.target_kind AND o.target_id = q.target_id AND o.type = one.other
              AND o.state = 'executed' AND o.state_at > q.created_at
            ORDER BY q.request_id, o.state_at DESC`,
    values: [others.map(({ id }) => id), others.map(({ other }) => other)],
  })
  return new Map(
    rows.map(({ request_id: id, type }): [string, RecordMark] => {
      const title = kernel.actions.get(type)?.present.title ?? type
      return [
        id,
        {
          tone: 'warning',
          word: say`Overtaken`,
          text: say`Since this was asked for, another was carried out on the same record: ${title}. Look whether this can still be done, or reject it.`,
        },
      ]
    }),
  )
}
