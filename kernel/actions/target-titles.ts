import { lastKnownOf } from '../entities/last-known.ts'
import type { Kernel } from '../kernel.ts'
import type { Text } from '../languages/say.ts'

type Row = {
  readonly request_id: string
  readonly target_kind: string
  readonly target_id: string
  readonly subject: Text | null
}

/**
 * What requests are about, by name: as it was called when it was asked for, or else as it was last known here. By the id of
 * the request; where neither is known it is absent.
 */
export async function targetTitles(
  kernel: Pick<Kernel, 'pool' | 'entities'>,
  requests: readonly string[],
): Promise<ReadonlyMap<string, Text>> {
  if (requests.length === 0) return new Map()
  const { rows } = await kernel.pool.query<Row>({
    name: 'target-titles',
    text: `SELECT q.request_id, q.target_kind, q.target_id, v.evidence #> '{preview,subject}' AS subject
             FROM kernel.action_request q LEFT JOIN kernel.action_revision v USING (request_id, revision)
            WHERE q.request_id = ANY ($1::uuid[])`,
    values: [requests],
  })
  const unnamed = rows.filter(({ subject }) => subject === null || subject === '')
  const known = new Map<string, Text>()
  for (const kind of new Set(unnamed.map(({ target_kind }) => target_kind))) {
    const entity = kernel.entities.get(kind)
    if (entity === undefined) continue
    const of = unnamed.filter(({ target_kind }) => target_kind === kind)
    const found = await lastKnownOf(
      kernel,
      entity,
      of.map(({ target_id }) => target_id),
    )
    for (const { request_id, target_id } of of) {
      const state = found.get(target_id)
      if (state !== undefined) known.set(request_id, entity.present(state.state).title)
    }
  }
  return new Map(
    rows.flatMap(({ request_id, subject }) => {
      const title = subject === null || subject === '' ? known.get(request_id) : subject
      return title === undefined ? [] : [[request_id, title] as const]
    }),
  )
}
