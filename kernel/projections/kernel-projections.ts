import type { Projection } from './define-projection.ts'

/** An event stands on the timeline of every entity that it concerns. */
const timeline: Projection = {
  name: 'kernel.timeline',
  tables: ['kernel.timeline'],
  types: ['*'],
  apply: [
    `INSERT INTO {kernel.timeline} (kind, id, at, position, seq)
     SELECT split_part(ref, '/', 1), substr(ref, strpos(ref, '/') + 1), e.occurred_at, e.position, e.seq
       FROM kernel.ordered_event e, unnest(e.refs) AS ref
      WHERE e.position > $1 AND e.position <= $2
     ON CONFLICT DO NOTHING`,
  ],
}

/** Who has which work item: the last word of each item's stream. */
const assignment: Projection = {
  name: 'kernel.assignment',
  tables: ['kernel.assignment'],
  types: ['kernel.work_item.claimed', 'kernel.work_item.released'],
  apply: [
    `INSERT INTO {kernel.assignment} AS a (queue, item_id, assignee, version, assigned_at)
     SELECT DISTINCT ON (e.stream) e.payload ->> 'queue', e.payload ->> 'item', e.payload ->> 'assignee', e.version,
            e.recorded_at
       FROM kernel.ordered_event e
      WHERE e.position > $1 AND e.position <= $2
        AND e.type IN ('kernel.work_item.claimed', 'kernel.work_item.released')
      ORDER BY e.stream, e.version DESC
     ON CONFLICT (queue, item_id) DO UPDATE
        SET assignee = excluded.assignee, version = excluded.version, assigned_at = excluded.assigned_at
      WHERE a.version < excluded.version`,
  ],
}

export const kernelProjections: readonly Projection[] = [timeline, assignment]
